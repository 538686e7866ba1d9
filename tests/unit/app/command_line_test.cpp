#include "command_line.hpp"

#include "catch.hpp"

#include <parley/suggest.hpp>

using namespace parley::app;

namespace {

CommandLine parse(std::vector<std::string> arguments) {
  return parse_command_line(arguments);
}

std::string problem_of(std::vector<std::string> arguments) {
  const auto command = parse(std::move(arguments));
  return command.problems.empty() ? "" : command.problems.front();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("serve needs no flag") {
  const auto command = parse({"serve"});
  CHECK(command.action == CommandLine::Action::serve);
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
  CHECK(command.flags.back().values == std::vector<std::string>{"a", "b"});
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
  CHECK(parse({"serve", "--help"}).action == CommandLine::Action::print);
}

TEST_CASE("config shows the settings or the file to start from") {
  CHECK(parse({"config"}).action == CommandLine::Action::show_config);
  CHECK(parse({"config", "--port", "1"}).flags.size() == 1);
  CHECK(parse({"config", "--template"}).action == CommandLine::Action::show_template);
}

TEST_CASE("distance counts edits and swaps") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("port", "prot") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("only what is near enough is offered") {
  const std::vector<std::string> known{"port", "host", "ws_port"};
  CHECK(nearest("prot", known) == "port");
  CHECK(nearest("PORT", known) == "port");
  CHECK(nearest("wsport", known) == "ws_port");
  CHECK(nearest("zz", known).empty());
  CHECK(nearest("completely", known).empty());
  CHECK(nearest(std::string(5000, 'p'), known).empty());
  CHECK(did_you_mean("prot", known) == "; did you mean port?");
  CHECK(did_you_mean("completely", known).empty());
}
