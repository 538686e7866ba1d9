// The one file that knows CLI11.
#include "command_line.hpp"

#include "command/help.hpp"
#include "config/loader.hpp"

#include <parley/suggest.hpp>

#include <CLI/CLI.hpp>

#include <deque>

namespace parley::app {
namespace {

// One flag's values as they come; CLI11 keeps pointers, so it must not move.
struct Slot {
  const Flag* flag;
  std::string text;
  bool on = false;
  std::vector<std::string> all;  // of the one that repeats
};

struct Parsed {
  const Command* row = nullptr;
  CLI::App* app = nullptr;
  std::deque<Slot> slots = {};
};

// "command" of COMMAND.
std::string named(const Argument& argument) {
  std::string name(argument.name);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  return name;
}

bool repeats(const Flag& flag) {
  return std::string_view(flag.name) == set_flag;
}

void add_flags(Parsed& parsed) {
  for (const auto set : parsed.row->flags)
    for (const auto& flag : set) {
      auto& slot = parsed.slots.emplace_back(Slot{&flag, {}, false, {}});
      if (!flag.value) {
        parsed.app->add_flag(flag.name, slot.on);
      } else if (repeats(flag)) {
        parsed.app->add_option(flag.name, slot.all)->allow_extra_args(false);
      } else {
        parsed.app->add_option(flag.name, slot.text)->take_last();
      }
    }
  parsed.app->set_help_flag("--help,-h");
  parsed.app->allow_extras();  // reported below, with a suggestion
}

void collect(const Parsed& parsed, CommandLine& out) {
  for (const auto& slot : parsed.slots) {
    const Flag& flag = *slot.flag;
    if (parsed.app->count(flag.name) == 0 || (!flag.value && !slot.on)) continue;
    for (const auto& assignment : slot.all) {
      if (auto setting = parse_assignment(assignment)) {
        out.flags.push_back(std::move(*setting));
      } else {
        out.problems.push_back(setting.error());
      }
    }
    if (repeats(flag)) continue;
    const std::string value = flag.value ? slot.text : "true";
    if (flag.section) {
      out.flags.push_back({flag.section, flag.key, Form::text, {value}, flag.name});
    } else if (std::string_view(flag.name) == config_flag) {
      out.config_file = value;
    } else {
      out.own[flag.name] = value;
    }
  }
}

std::vector<std::string> flag_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options())
    if (!option->get_lnames().empty()) names.push_back("--" + option->get_lnames().front());
  return names;
}

// What to do about a word that is not known.
std::string advice(std::string_view wrong, const std::vector<std::string>& known, const std::string& help) {
  const auto hint = did_you_mean(wrong, known);
  return hint.empty() ? "; see `" + help + "`" : hint + " See `" + help + "`";
}

// The argument, if the command takes one; what is left over is reported.
void take_arguments(const Parsed& parsed, CommandLine& out) {
  const std::string name = parsed.row->name, help = "parley " + name + " --help";
  const auto& argument = parsed.row->argument;
  bool taken = false;
  for (const auto& extra : parsed.app->remaining()) {
    if (extra.starts_with("-") && extra.size() > 1) {
      const auto flag = extra.substr(0, extra.find('='));
      out.problems.push_back("there is no flag " + flag + advice(flag, flag_names(*parsed.app), help));
      return;  // what follows a wrong flag is its value, most likely
    }
    if (!argument.name || taken) {
      out.problems.push_back("`parley " + name + "` takes no " + (taken ? "second " : "") + "argument " +
                             extra);
      return;
    }
    out.argument = extra;
    taken = true;
  }
  if (!argument.name) return;
  if (!taken && argument.required) {
    out.problems.push_back("`parley " + name + "` needs " + argument.name + ", " + argument.help + "; see `" +
                           help + "`");
  } else if (const auto known = offered(argument.offer);
             taken && !known.empty() && std::ranges::find(known, out.argument) == known.end()) {
    out.problems.push_back("there is no " + named(argument) + " " + out.argument +
                           advice(out.argument, known, help));
  }
}

}  // namespace

CommandLine parse_command_line(std::span<const std::string> arguments) {
  CommandLine out;
  CLI::App parley("", "parley");
  parley.set_version_flag("--version", PARLEY_VERSION);
  parley.set_help_flag("--help,-h");
  parley.require_subcommand(0, 1);
  parley.allow_extras();
  std::deque<Parsed> all;
  for (const auto& row : commands()) {
    auto& parsed = all.emplace_back(Parsed{&row, parley.add_subcommand(row.name)});
    add_flags(parsed);
  }
  const auto named = [&]() -> const Parsed* {
    const auto found = std::ranges::find_if(all, [](const Parsed& p) { return p.app->parsed(); });
    return found == all.end() ? nullptr : &*found;
  };
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
    parley.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const auto* parsed = named();
    out.text = parsed ? command_help(*parsed->row) : general_help();
    return out;
  } catch (const CLI::CallForVersion&) {
    out.text = version_text();
    return out;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view what = error.what();
    const auto* parsed = named();
    out.problems.push_back(std::string(what.substr(0, what.find(':'))) + " needs a value; see `parley " +
                           (parsed ? parsed->row->name + std::string(" ") : "") + "--help`");
    return out;
  } catch (const CLI::ParseError& error) {
    out.problems.push_back(std::string(error.what()) + "; see `parley --help`");
    return out;
  }

  if (const auto* parsed = named()) {
    out.command = parsed->row;
    collect(*parsed, out);
    take_arguments(*parsed, out);
  } else if (const auto extras = parley.remaining(); !extras.empty()) {
    const auto& word = extras.front();
    const bool flag = word.starts_with("-");
    out.problems.push_back("there is no " + std::string(flag ? "flag " : "command ") + word +
                           advice(word, flag ? flag_names(parley) : command_names(), "parley --help"));
  } else {
    out.problems.push_back("a command is missing, such as `parley serve`; see `parley --help`");
  }
  return out;
}

}  // namespace parley::app
