#include "command/help.hpp"

#include "backup/archive.hpp"
#include "command_line.hpp"

#include <parley/db/copy.hpp>
#include <parley/net/version.hpp>

#include <cstdio>

namespace parley::app {
namespace {

constexpr std::size_t width = 80;

// `text` in lines of at most `width`, each after the first indented.
void append_wrapped(std::string& out, std::string_view text, std::size_t column, std::size_t indent) {
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column > indent && column + word.size() > width) {
      while (!out.empty() && out.back() == ' ') out.pop_back();
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    out.append(word) += ' ';
    column += word.size() + 1;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out += '\n';
}

// Two columns; a left one that is too long gets a line of its own.
void append_row(std::string& out, const std::string& left, std::string_view right, std::size_t column) {
  out += "  " + left;
  if (left.size() + 4 > column) {
    out += "\n" + std::string(column, ' ');
  } else {
    out += std::string(column - left.size() - 2, ' ');
  }
  append_wrapped(out, right, column, column);
}

std::string usage(const Command& command) {
  std::string out = command.name;
  if (!command.argument.name) return out;
  const std::string name = command.argument.name;
  return out + " " + (command.argument.required ? name : "[" + name + "]");
}

void append_examples(std::string& out, std::span<const Example> examples) {
  for (const auto& [line, what] : examples) {
    out += "  " + std::string(line) + "\n      ";
    append_wrapped(out, what, 6, 6);
  }
}

// The three most useful, to be pasted first.
constexpr Example start_here[] = {
    {"parley demo", "a tour in half a minute, with the command behind each step"},
    {"parley serve", "the server, on http://localhost:8080; data in ./data"},
    {"parley doctor", "what would keep it from starting here, and what mends that"},
};

}  // namespace

std::string general_help() {
  std::string out =
      "Parley: the communication and microservices laboratory in one binary.\n\n"
      "Start here:\n\n";
  for (const auto& [line, what] : start_here) append_row(out, line, what, 18);
  out += "\nUsage: parley COMMAND [FLAGS]\n";
  std::string_view group;
  for (const auto& command : commands()) {
    if (group != command.group) {
      group = command.group;
      out += "\n" + std::string(group) + "\n";
    }
    append_row(out, usage(command), command.summary, 22);
  }
  out += "\n";
  append_wrapped(
      out, "`parley COMMAND --help` (or `parley help COMMAND`) tells a command's flags and examples.", 0, 0);
  out += "\n";
  append_wrapped(out,
                 "Settings come from, later ones winning: defaults, profile, --config file, environment "
                 "(PARLEY_PORT, PARLEY_NET_MAX_BODY, ...: PARLEY_<SECTION>_<KEY>), flags.",
                 0, 0);
  out += "\n";
  append_wrapped(
      out,
      "Exit status: 0 after a clean end, 2 for a wrong flag or setting, 1 for anything else, a second "
      "signal while stopping included.",
      0, 0);
  return out;
}

std::string command_help(const Command& command) {
  std::string out = "parley " + std::string(command.name) + ": ";
  append_wrapped(out, command.summary, out.size(), 4);
  out += "\nUsage: parley " + usage(command) + (command.flags.empty() ? "" : " [FLAGS]") + "\n";
  if (*command.about) {
    out += "\n";
    append_wrapped(out, command.about, 0, 0);
  }
  if (command.argument.name) {
    out += "\n";
    append_row(out, command.argument.name, command.argument.help, 24);
  }
  out += "\nFlags\n";
  for (const auto set : command.flags)
    for (const auto& flag : set)
      append_row(out, std::string(flag.name) + (flag.value ? std::string(" ") + flag.value : ""), flag.help,
                 24);
  append_row(out, "--help, -h", "print this", 24);
  if (!command.examples.empty()) {
    out += "\nExamples\n";
    append_examples(out, command.examples);
  }
  return out;
}

std::string version_text() {
  return "parley " PARLEY_VERSION
         "\n"
#if defined(__clang__)
         "  compiler    Clang " __clang_version__
#else
         "  compiler    GCC " __VERSION__
#endif
         "\n  Boost       " +
         net::boost_version() + "\n  SQLite      " + db::engine_version() + "\n  libarchive  " +
         archive_library_version() + "\n";
}

Exit run_help(const CommandLine& line) {
  const auto* command = find_command(line.argument);
  std::fputs((command ? command_help(*command) : general_help()).c_str(), stdout);
  return Exit::clean;
}

Exit run_version(const CommandLine&) {
  std::fputs(version_text().c_str(), stdout);
  return Exit::clean;
}

}  // namespace parley::app
