// The one file that knows CLI11.
#include "command_line.hpp"

#include "config/loader.hpp"

#include <parley/suggest.hpp>

#include <CLI/CLI.hpp>

namespace parley::app {
namespace {

struct Flag {
  const char *name, *value, *section, *key, *help;
};

// Values are taken as they stand; the configuration's rules judge them, as they judge a file's.
constexpr Flag flags[] = {
    {"--profile", "NAME", "server", "profile", "demo (default), lab06, or the path of a TOML file"},
    {"--data", "DIR", "server", "data", "directory of the databases (default ./data), made if missing"},
    {"--host", "ADDR", "server", "host", "address to listen on (default 127.0.0.1)"},
    {"--port", "N", "server", "port", "HTTP, WebSocket and SSE (default 8080; 0: any free port)"},
    {"--ws-port", "N", "server", "ws_port", "the same application again (default 8081; 0: any free port)"},
    {"--grpc-port", "N", "server", "grpc_port", "kept for gRPC, which this version does not serve"},
    {"--ports-file", "FILE", "server", "ports_file",
     "where to write {\"http\":N,\"ws\":N,\"grpc\":N} once accepting"},
    {"--log-level", "LEVEL", "log", "level", "trace, debug, info (default), warn, error or off"},
    {"--log-format", "FORMAT", "log", "format", "text (default) or json"},
};

struct Switch {
  const char *name, *section, *key, *help;
};
constexpr Switch switches[] = {
    {"--access-log", "log", "access", "log one line per request"},
    {"--force", "server", "force_public", "listen on an address that other machines reach"},
};

// What one command's flags are parsed into; CLI11 keeps pointers, so it must not move.
struct Values {
  std::string texts[std::size(flags)];
  bool on[std::size(switches)] = {};
  std::string config_file;
  std::vector<std::string> assignments;
};

void add_flags(CLI::App& command, Values& values) {
  command.add_option("--config", values.config_file, "TOML file; see `parley config --template`")
      ->type_name("FILE")
      ->take_last();
  for (std::size_t i = 0; i < std::size(flags); ++i)
    command.add_option(flags[i].name, values.texts[i], flags[i].help)->type_name(flags[i].value)->take_last();
  for (std::size_t i = 0; i < std::size(switches); ++i)
    command.add_flag(switches[i].name, values.on[i], switches[i].help);
  command.add_option("--set", values.assignments, "any setting, such as net.max_body=16MiB; repeatable")
      ->type_name("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  command.allow_extras();  // reported below, with a suggestion
}

void collect(const CLI::App& command, const Values& values, CommandLine& out) {
  for (std::size_t i = 0; i < std::size(flags); ++i)
    if (command.count(flags[i].name) > 0)
      out.flags.push_back({flags[i].section, flags[i].key, Form::text, {values.texts[i]}, flags[i].name});
  for (std::size_t i = 0; i < std::size(switches); ++i)
    if (values.on[i])
      out.flags.push_back({switches[i].section, switches[i].key, Form::text, {"true"}, switches[i].name});
  for (const auto& assignment : values.assignments) {
    if (auto setting = parse_assignment(assignment)) {
      out.flags.push_back(std::move(*setting));
    } else {
      out.problems.push_back(setting.error());
    }
  }
  if (command.count("--config") > 0) out.config_file = values.config_file;
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

void report_extras(const CLI::App& command, const std::string& name, CommandLine& out) {
  for (const auto& extra : command.remaining()) {
    if (extra.starts_with("-")) {
      const auto flag = extra.substr(0, extra.find('='));
      out.problems.push_back("there is no flag " + flag +
                             advice(flag, flag_names(command), "parley " + name + " --help"));
    } else {
      out.problems.push_back("`parley " + name + "` takes no argument " + extra);
    }
    return;  // what follows a wrong flag is its value, most likely
  }
}

}  // namespace

CommandLine parse_command_line(std::span<const std::string> arguments) {
  CommandLine out;
  CLI::App parley(
      "Parley: the communication and microservices laboratory in one binary.\n"
      "`parley serve` needs no flag, account, network or file.",
      "parley");
  parley.set_version_flag("--version", "parley " PARLEY_VERSION, "print the version");
  parley.set_help_flag("--help,-h", "print this help");
  parley.footer(
      "\nSettings come from, later ones winning: defaults, profile, --config file, environment "
      "(PARLEY_PORT,\n"
      "PARLEY_NET_MAX_BODY, ...: PARLEY_<SECTION>_<KEY>), flags.\n"
      "Exit status: 0 after a clean stop, 2 for a wrong flag or setting, 1 for anything else, a second "
      "signal\n"
      "while stopping included.");
  parley.require_subcommand(0, 1);
  parley.allow_extras();

  Values serve_values, config_values;
  bool print_template = false;
  auto* serve = parley.add_subcommand("serve", "run the server until SIGTERM or SIGINT");
  add_flags(*serve, serve_values);
  auto* config = parley.add_subcommand("config", "print the effective settings and where each comes from");
  add_flags(*config, config_values);
  config->add_flag("--template", print_template,
                   "print all settings with their defaults, to start a file from");

  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
    parley.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    out.text = parley.help();  // of the command, once one is named
    return out;
  } catch (const CLI::CallForVersion&) {
    out.text = "parley " PARLEY_VERSION "\n";
    return out;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view what = error.what();
    out.problems.push_back(std::string(what.substr(0, what.find(':'))) +
                           " needs a value; see `parley serve --help`");
    return out;
  } catch (const CLI::ParseError& error) {
    out.problems.push_back(std::string(error.what()) + "; see `parley --help`");
    return out;
  }

  if (serve->parsed()) {
    out.action = CommandLine::Action::serve;
    collect(*serve, serve_values, out);
    report_extras(*serve, "serve", out);
  } else if (config->parsed()) {
    out.action = print_template ? CommandLine::Action::show_template : CommandLine::Action::show_config;
    collect(*config, config_values, out);
    report_extras(*config, "config", out);
  } else if (const auto extras = parley.remaining(); !extras.empty()) {
    const auto& first = extras.front();
    std::vector<std::string> known{"serve", "config"};
    if (first.starts_with("-")) known = flag_names(parley);
    out.problems.push_back("there is no " + std::string(first.starts_with("-") ? "flag " : "command ") +
                           first + advice(first, known, "parley --help"));
  } else {
    out.problems.push_back("a command is missing, such as `parley serve`; see `parley --help`");
  }
  return out;
}

}  // namespace parley::app
