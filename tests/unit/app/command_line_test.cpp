#include "command_line.hpp"

#include "catch.hpp"
#include "command/completion.hpp"
#include "command/help.hpp"

#include <set>
#include <sstream>

using namespace parley::app;

namespace {

CommandLine parse(std::vector<std::string> arguments) {
  return parse_command_line(arguments);
}

std::string problem_of(std::vector<std::string> arguments) {
  const auto command = parse(std::move(arguments));
  return command.problems.empty() ? "" : command.problems.front();
}

std::string name_of(const CommandLine& command) {
  return command.command ? command.command->name : "none";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("serve needs no flag") {
  const auto command = parse({"serve"});
  CHECK(name_of(command) == "serve");
  CHECK(command.problems.empty());
  CHECK(command.flags.empty());
  CHECK_FALSE(command.config_file);
}

TEST_CASE("flags become settings with the flag as their origin") {
  const auto command = parse({"serve",
                              "--profile",
                              "lab06",
                              "--config",
                              "a.toml",
                              "--data",
                              "d",
                              "--host",
                              "::1",
                              "--port",
                              "0",
                              "--ws-port=1",
                              "--grpc-port",
                              "2",
                              "--ports-file",
                              "p.json",
                              "--log-level",
                              "debug",
                              "--log-format",
                              "json",
                              "--access-log",
                              "--force",
                              "--set",
                              "net.max_body=16MiB",
                              "--set",
                              "rest.cors_origins=a,b"});
  REQUIRE(command.problems.empty());
  CHECK(command.config_file == "a.toml");
  struct Expected {
    std::string section, key, value, origin;
  };
  const Expected table[] = {
      {"server", "profile", "lab06", "--profile"},
      {"server", "data", "d", "--data"},
      {"server", "host", "::1", "--host"},
      {"server", "port", "0", "--port"},
      {"server", "ws_port", "1", "--ws-port"},
      {"server", "grpc_port", "2", "--grpc-port"},
      {"server", "ports_file", "p.json", "--ports-file"},
      {"log", "level", "debug", "--log-level"},
      {"log", "format", "json", "--log-format"},
      {"log", "access", "true", "--access-log"},
      {"server", "force_public", "true", "--force"},
      {"net", "max_body", "16MiB", "--set net.max_body"},
  };
  REQUIRE(command.flags.size() == std::size(table) + 1);
  for (const auto& [section, key, value, origin] : table) {
    CAPTURE(section, key);
    const auto found = std::ranges::find_if(
        command.flags, [&](const Setting& s) { return s.section == section && s.key == key; });
    REQUIRE(found != command.flags.end());
    CHECK(found->values == std::vector<std::string>{value});
    CHECK(found->origin == origin);
  }
  CHECK(std::ranges::any_of(command.flags, [](const Setting& setting) {
    return setting.values == std::vector<std::string>{"a,b"};
  }));
}

TEST_CASE("the last of a repeated flag counts, and a value may look like a flag's") {
  CHECK(parse({"serve", "--port", "1", "--port", "2"}).flags.front().values.front() == "2");
  CHECK(parse({"serve", "--port=-1"}).flags.front().values.front() == "-1");
}

TEST_CASE("wrong usage is named, with the nearest right word") {
  struct Wrong {
    std::vector<std::string> arguments;
    std::string expected;
  };
  const Wrong table[] = {
      {{}, "a command is missing, such as `parley serve`; see `parley --help`"},
      {{"srve"}, "there is no command srve; did you mean serve?"},
      {{"dance"}, "there is no command dance; see `parley --help`"},
      {{"--versoin"}, "there is no flag --versoin; did you mean --version?"},
      {{"serve", "--prot", "80"}, "there is no flag --prot; did you mean --port?"},
      {{"serve", "--prot=80"}, "there is no flag --prot; did you mean --port?"},
      {{"serve", "--wsport", "80"}, "there is no flag --wsport; did you mean --ws-port?"},
      {{"serve", "--zzzzzzzzz"}, "there is no flag --zzzzzzzzz; see `parley serve --help`"},
      {{"serve", "here"}, "`parley serve` takes no argument here"},
      {{"serve", "--port"}, "--port needs a value"},
      {{"serve", "--set", "x"}, "--set x: write it as section.key=value, such as net.max_body=16MiB"},
      {{"config", "--tempalte"}, "there is no flag --tempalte; did you mean --template?"},
  };
  for (const auto& [arguments, expected] : table) {
    CAPTURE(expected);
    CHECK(contains(problem_of(arguments), expected));
  }
}

TEST_CASE("help and version are printed") {
  CHECK(contains(parse({"--version"}).text, "parley 0."));
  CHECK(contains(parse({"--help"}).text, "serve"));
  CHECK(contains(parse({"--help"}).text, "Exit status"));
  CHECK(contains(parse({"serve", "--help"}).text, "--ports-file"));
  CHECK(contains(parse({"serve", "--help"}).text, "Usage: parley serve"));
  CHECK(contains(parse({"config", "--help"}).text, "--template"));
  CHECK(name_of(parse({"serve", "--help"})) == "none");
}

TEST_CASE("a command's own flags stay apart from the settings") {
  CHECK(name_of(parse({"config"})) == "config");
  CHECK(parse({"config", "--port", "1"}).flags.size() == 1);
  CHECK(parse({"config", "--template"}).has("--template"));
  CHECK_FALSE(parse({"config"}).has("--template"));

  const auto backup = parse({"backup", "--force", "file.tar.zst", "--data", "d"});
  REQUIRE(backup.problems.empty());
  CHECK(backup.argument == "file.tar.zst");
  CHECK(backup.has("--force"));
  REQUIRE(backup.flags.size() == 1);  // here --force is no setting
  CHECK(backup.flags.front().key == "data");
  CHECK(parse({"demo", "--pace", "0.5"}).value("--pace", "1.8") == "0.5");
  CHECK(parse({"demo"}).value("--pace", "1.8") == "1.8");
}

TEST_CASE("a command takes the argument that its row declares, and no other") {
  struct Wrong {
    std::vector<std::string> arguments;
    std::string expected;
  };
  const Wrong table[] = {
      {{"backup"}, "`parley backup` needs FILE, the archive to write; see `parley backup --help`"},
      {{"restore", "a", "b"}, "`parley restore` takes no second argument b"},
      {{"reset", "now"}, "`parley reset` takes no argument now"},
      {{"completion", "bsh"}, "there is no shell bsh; did you mean bash?"},
      {{"help", "bakcup"}, "there is no command bakcup; did you mean backup?"},
      {{"backup", "--forse", "x"}, "there is no flag --forse; did you mean --force?"},
      {{"backup", "x", "--data"}, "--data needs a value; see `parley backup --help`"},
  };
  for (const auto& [arguments, expected] : table) {
    CAPTURE(expected);
    CHECK(contains(problem_of(arguments), expected));
  }
  CHECK(parse({"help"}).problems.empty());
  CHECK(parse({"help", "serve"}).argument == "serve");
}

TEST_CASE("the help names every command and flag, in lines that fit a terminal") {
  const auto fits = [](const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line.size() > 80 && !line.starts_with("  parley")) return false;
    return true;
  };
  const auto all = general_help();
  CHECK(fits(all));
  for (const auto& command : commands()) {
    CAPTURE(command.name);
    CHECK(contains(all, std::string("\n  ") + command.name));
    const auto help = command_help(command);
    CHECK(fits(help));
    CHECK(parse({command.name, "--help"}).text == help);
    CHECK(contains(help, std::string("Usage: parley ") + command.name));
    for (const auto set : command.flags)
      for (const auto& flag : set) CHECK(contains(help, std::string("  ") + flag.name));
    for (const auto& example : command.examples) CHECK(contains(help, example.line));
  }
  // The first thing to read is what to paste.
  CHECK(all.find("parley demo") < all.find("Usage:"));
}

TEST_CASE("every example of the help is a command line that parses") {
  for (const auto& command : commands())
    for (const auto& example : command.examples) {
      CAPTURE(example.line);
      std::istringstream words(example.line);
      std::vector<std::string> arguments;
      std::string word;
      words >> word;
      if (word == "source") continue;  // run in a real shell by the end-to-end tests
      CHECK(word == "parley");
      while (words >> word && word != ">") arguments.push_back(word);
      if (std::string_view(example.line).find("$(") != std::string_view::npos)
        continue;  // the shell takes it apart
      CHECK(problem_of(arguments).empty());
    }
}

TEST_CASE("no flag is declared twice for one command") {
  for (const auto& command : commands()) {
    std::set<std::string> seen;
    for (const auto set : command.flags)
      for (const auto& flag : set) {
        CAPTURE(command.name, flag.name);
        CHECK(seen.insert(flag.name).second);
        CHECK((flag.section == nullptr) == (flag.key == nullptr));
        if (flag.section)
          CHECK(std::ranges::count(offered(Offer::setting), std::string(flag.section) + "." + flag.key) == 1);
      }
  }
}

TEST_CASE("the version tells what the program was built with") {
  const auto text = version_text();
  for (const auto* part : {"parley 0.", "compiler", "Boost ", "SQLite ", "libarchive "})
    CHECK(contains(text, part));
}

TEST_CASE("completion scripts hold what the rows declare") {
  for (const auto& script : {bash_completion(), zsh_completion()})
    for (const auto& command : commands()) {
      CHECK(contains(script, command.name));
      for (const auto set : command.flags)
        for (const auto& flag : set) CHECK(contains(script, flag.name));
    }
  CHECK(contains(bash_completion(), "net.max_body="));
  CHECK(contains(zsh_completion(), "(trace debug info warn error off)"));
}
