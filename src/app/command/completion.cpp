#include "command/completion.hpp"

#include "command/command.hpp"
#include "command_line.hpp"
#include "text.hpp"

#include <cstdio>

namespace parley::app {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view after = {}) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word + std::string(after);
  return out;
}

std::string flag_words(const Command& command) {
  std::string out = "--help";
  for (const auto set : command.flags)
    for (const auto& flag : set) out += " " + std::string(flag.name);
  return out;
}

// What completes a value in bash: an assignment to COMPREPLY.
std::string bash_values(Offer offer) {
  switch (offer) {
    case Offer::nothing:
      return "COMPREPLY=()";
    case Offer::file:
      return "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$current\")";
    case Offer::folder:
      return "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$current\")";
    case Offer::setting:  // the value follows in the same word
      return "compopt -o nospace 2>/dev/null; mapfile -t COMPREPLY < <(compgen -W " +
             shell_quoted(joined(offered(offer), "=")) + " -- \"$current\")";
    default:
      return "mapfile -t COMPREPLY < <(compgen -W " + shell_quoted(joined(offered(offer))) +
             " -- \"$current\")";
  }
}

void append_bash_command(std::string& out, const Command& command) {
  out += "    " + std::string(command.name) + ")\n      case \"$previous\" in\n";
  for (const auto set : command.flags)
    for (const auto& flag : set)
      if (flag.value)
        out += "        " + std::string(flag.name) + ") " + bash_values(flag.offer) + "; return ;;\n";
  out += "      esac\n";
  out += "      if [[ \"$current\" == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen -W " +
         shell_quoted(flag_words(command)) + " -- \"$current\")\n";
  if (command.argument.name) out += "      else\n        " + bash_values(command.argument.offer) + "\n";
  out += "      fi ;;\n";
}

// Inside zsh's '...:message:action' and '[...]'.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(Offer offer) {
  switch (offer) {
    case Offer::nothing:
      return " ";
    case Offer::file:
      return "_files";
    case Offer::folder:
      return "_files -/";
    case Offer::setting:
      return "_parley_setting";
    default:
      return "(" + joined(offered(offer)) + ")";
  }
}

void append_zsh_command(std::string& out, const Command& command) {
  out +=
      "    " + std::string(command.name) + ")\n      _arguments -s -S '--help[print its flags and examples]'";
  for (const auto set : command.flags)
    for (const auto& flag : set) {
      out += " \\\n        '";
      if (flag.offer == Offer::setting) out += "*";
      out += std::string(flag.name) + (flag.value ? "=" : "") + "[" + zsh_text(flag.help) + "]";
      if (flag.value) out += ":" + zsh_text(flag.value) + ":" + zsh_action(flag.offer);
      out += "'";
    }
  if (command.argument.name)
    out +=
        " \\\n        '1:" + zsh_text(command.argument.name) + ":" + zsh_action(command.argument.offer) + "'";
  out += " ;;\n";
}

}  // namespace

std::string bash_completion() {
  // Bash splits a word at `=`: what stands before it is the flag that the value belongs to.
  std::string out =
      "# Completion of parley's commands and flags: source <(parley completion bash)\n"
      "_parley() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" i command=\n"
      "  COMPREPLY=()\n"
      "  if [[ \"$current\" == = ]]; then\n"
      "    current=\n"
      "  elif [[ \"$previous\" == = ]]; then\n"
      "    previous=\"${COMP_WORDS[COMP_CWORD-2]}\"\n"
      "  fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"${COMP_WORDS[i]}\" in -*) ;; *) command=\"${COMP_WORDS[i]}\"; break ;; esac\n"
      "  done\n"
      "  case \"$command\" in\n"
      "    '') mapfile -t COMPREPLY < <(compgen -W " +
      shell_quoted(joined(command_names()) + " --help --version") + " -- \"$current\") ;;\n";
  for (const auto& command : commands()) append_bash_command(out, command);
  return out + "  esac\n}\ncomplete -F _parley parley\n";
}

std::string zsh_completion() {
  std::string out =
      "#compdef parley\n"
      "# Completion of parley's commands and flags: source <(parley completion zsh), after compinit.\n"
      "_parley_setting() {\n  local -a settings=(" +
      joined(offered(Offer::setting)) +
      ")\n  compset -P '*=' || compadd -S = -- $settings\n}\n"
      "_parley() {\n  local context state state_descr line\n  local -A opt_args\n"
      "  local -a commands=(\n";
  for (const auto& command : commands())
    out += "    '" + zsh_text(command.name) + ":" + zsh_text(command.summary) + "'\n";
  out +=
      "  )\n"
      "  _arguments -C '(- *)--help[print the help]' '(- *)--version[print the version]' "
      "'1:command:->command' '*::argument:->argument'\n"
      "  case \"$state\" in\n"
      "    command) _describe -t commands command commands; return ;;\n"
      "    argument) ;;\n"
      "    *) return ;;\n"
      "  esac\n"
      "  case \"$line[1]\" in\n";
  for (const auto& command : commands()) append_zsh_command(out, command);
  return out +
         "  esac\n}\n"
         "if [[ \"$funcstack[1]\" == _parley ]]; then _parley \"$@\"; else compdef _parley parley; fi\n";
}

Exit run_completion(const CommandLine& line) {
  std::fputs((line.argument == "bash" ? bash_completion() : zsh_completion()).c_str(), stdout);
  return Exit::clean;
}

}  // namespace parley::app
