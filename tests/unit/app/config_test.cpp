// The configuration loader: layers, origins, and every kind of wrong value.
#include "catch.hpp"
#include "config/embedded.hpp"
#include "config/loader.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace parley;
using namespace parley::app;

namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text) {
    char pattern[] = "/tmp/parley-config-XXXXXX.toml";
    const int file = ::mkstemps(pattern, 5);
    path_ = pattern;
    REQUIRE(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(file);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Setting flag(const std::string& assignment) {
  auto setting = parse_assignment(assignment);
  REQUIRE(setting);
  return *setting;
}

Loaded load(const Sources& sources) {
  auto loaded = load_config(sources);
  if (!loaded) FAIL(loaded.error().front());
  return std::move(*loaded);
}

// The problems of a configuration file; `FILE` stands for its path.
std::vector<std::string> problems_of(std::string_view text) {
  const TemporaryFile file(text);
  const auto loaded = load_config({file.path(), {}, {}});
  if (loaded) return {};
  std::vector<std::string> problems;
  for (auto problem : loaded.error()) {
    if (const auto at = problem.find(file.path()); at != std::string::npos)
      problem.replace(at, file.path().size(), "FILE");
    problems.push_back(problem);
  }
  return problems;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("without any source the demo profile's settings hold") {
  const auto loaded = load({});
  CHECK(loaded.config.server.profile == "demo");
  CHECK(loaded.config.server.host == "127.0.0.1");
  CHECK(loaded.config.server.port == 8080);
  CHECK(loaded.config.server.ws_port == 8081);
  CHECK(loaded.config.server.grpc_port == 50051);
  CHECK(loaded.config.server.data == "./data");
  CHECK(loaded.config.log.level == "info");
  CHECK_FALSE(loaded.config.log.access);
  CHECK(loaded.config.rest.cors_origins == std::vector<std::string>{"*"});
}

TEST_CASE("later sources win: profile, file, environment, flags") {
  const TemporaryFile file(
      "[log]\naccess = false\nlevel = \"warn\"\nformat = \"json\"\n[server]\nport = 1001\n");
  Sources sources{file.path(), {}, {flag("server.profile=lab06")}};

  auto loaded = load(sources);
  CHECK(loaded.config.server.ws_port == 8081);
  CHECK(loaded.origins.at("server.ws_port").starts_with("profile lab06:"));
  CHECK_FALSE(loaded.config.log.access);  // the profile says true
  CHECK(loaded.config.server.port == 1001);
  CHECK(loaded.origins.at("server.port") == file.path() + ":6");

  sources.environment = {{"PARLEY_PORT", "1002"}, {"PARLEY_LOG_LEVEL", "error"}, {"HOME", "/root"}};
  loaded = load(sources);
  CHECK(loaded.config.server.port == 1002);
  CHECK(loaded.config.log.level == "error");
  CHECK(loaded.config.log.format == "json");
  CHECK(loaded.origins.at("server.port") == "PARLEY_PORT");

  sources.flags.push_back(flag("server.port=1003"));
  loaded = load(sources);
  CHECK(loaded.config.server.port == 1003);
  CHECK(loaded.origins.at("server.port") == "--set server.port");
  CHECK(loaded.config.log.level == "error");
}

TEST_CASE("the profile is chosen by the last source that names one") {
  const TemporaryFile file("[server]\nprofile = \"lab06\"\n");
  CHECK(load({file.path(), {}, {}}).config.log.access);
  CHECK_FALSE(load({file.path(), {{"PARLEY_PROFILE", "demo"}}, {}}).config.log.access);
  CHECK(load({file.path(), {{"PARLEY_SERVER_PROFILE", "demo"}}, {flag("server.profile=lab06")}})
            .config.log.access);
}

TEST_CASE("a profile may be a file of one's own") {
  const TemporaryFile profile("[log]\nlevel = \"debug\"\n");
  const auto loaded = load({{}, {}, {flag("server.profile=" + profile.path())}});
  CHECK(loaded.config.log.level == "debug");

  const TemporaryFile chooser("[server]\nprofile = \"demo\"\n");
  const auto refused = load_config({{}, {}, {flag("server.profile=" + chooser.path())}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().front() == chooser.path() + ":2: a profile cannot choose another profile");
}

TEST_CASE("values may be written as people write them") {
  const TemporaryFile file(R"(
[net]
max_body = "16MiB"
max_header = 8192
idle_timeout = "90s"
header_timeout = 1500
body_timeout = "2m"
deflate = true
[rest]
cors_origins = ["https://a.example", "https://b.example"]
)");
  const auto config = load({file.path(), {}, {}}).config;
  CHECK(config.net.max_body == 16 << 20);
  CHECK(config.net.max_header == 8192);
  CHECK(config.net.idle_timeout == std::chrono::seconds(90));
  CHECK(config.net.header_timeout == std::chrono::milliseconds(1500));
  CHECK(config.net.body_timeout == std::chrono::minutes(2));
  CHECK(config.net.deflate);
  CHECK(config.rest.cors_origins == std::vector<std::string>{"https://a.example", "https://b.example"});

  const auto other = load({{},
                           {{"PARLEY_NET_MAX_BODY", "64KiB"},
                            {"PARLEY_NET_IDLE_TIMEOUT", "2500"},
                            {"PARLEY_REST_CORS_ORIGINS", "https://a.example, https://b.example"},
                            {"PARLEY_NET_DEFLATE", "true"}},
                           {}})
                         .config;
  CHECK(other.net.max_body == 64 << 10);
  CHECK(other.net.idle_timeout == std::chrono::milliseconds(2500));
  CHECK(other.rest.cors_origins == config.rest.cors_origins);
  CHECK(other.net.deflate);
}

TEST_CASE("a list replaces the list below it; an empty one empties it") {
  CHECK(load({{}, {{"PARLEY_REST_CORS_ORIGINS", ""}}, {}}).config.rest.cors_origins.empty());
  const TemporaryFile file("[rest]\ncors_origins = []\n");
  CHECK(load({file.path(), {}, {}}).config.rest.cors_origins.empty());
}

TEST_CASE("every wrong line of a file is named with its place") {
  struct Wrong {
    std::string text, expected;  // a part of the first problem
  };
  const Wrong table[] = {
      {"[net]\nmax_bodi = 1", "FILE:2: there is no setting net.max_bodi; did you mean net.max_body?"},
      {"[nett]\nmax_body = 1", "FILE:2: there is no section nett; did you mean net?"},
      {"[nett]\n", "FILE:1: there is no section nett; did you mean net?"},
      {"[log]\nmax_header = 1", "FILE:2: there is no setting log.max_header; did you mean net.max_header?"},
      {"[net]\nzzzzzzzzzz = 1", "FILE:2: there is no setting net.zzzzzzzzzz"},
      {"port = 1", "FILE:1: port belongs below the heading [server]"},
      {"zzz = 1", "FILE:1: zzz stands outside of a section"},
      {"[server]\nport = \"8080\"", "FILE:2: server.port must be a whole number"},
      {"[server]\nport = 80.5", "FILE:2: server.port must be a whole number"},
      {"[server]\nport = true", "FILE:2: server.port must be a whole number"},
      {"[server]\nport = 65536", "FILE:2: server.port must be"},
      {"[server]\nport = -1", "FILE:2: server.port must be"},
      {"[server]\nport = 99999999999999", "FILE:2: server.port must be"},
      {"[server]\nport = [1]", "FILE:2: server.port is a list of strings"},
      {"[server]\nport = [\"1\"]", "FILE:2: server.port must be a whole number"},
      {"[server.port]\nx = 1", "FILE:1: server.port must be a whole number"},
      {"[server]\nhost = 5", "FILE:2: server.host must be a string in quotes"},
      {"[server]\nhost = \"\"", "FILE:2: server.host must"},
      {"[server]\nhost = \"example.org\"", "FILE:2: server.host must be localhost or an address in digits"},
      {"[server]\nhost = \"0.0.0.0\"", "FILE:2: profile demo lets everyone in"},
      {"[server]\nws_port = 8080", "FILE:2: server.port and server.ws_port are both 8080"},
      {"[server]\nprofile = \"labo6\"", "FILE:2: there is no profile labo6; did you mean lab06?"},
      {"[server]\nprofile = \"production\"",
       "FILE:2: there is no profile production; there are: demo, lab06"},
      {"[net]\ndeflate = 1", "FILE:2: net.deflate must be true or false"},
      {"[net]\ndeflate = \"true\"", "FILE:2: net.deflate must be true or false"},
      {"[net]\nmax_body = \"16MB!\"", "FILE:2: net.max_body must be"},
      {"[net]\nmax_body = false",
       "FILE:2: net.max_body must be a number of bytes or a size such as \"16MiB\""},
      {"[net]\nidle_timeout = \"soon\"", "FILE:2: net.idle_timeout must be"},
      {"[net]\nidle_timeout = 1.5", "FILE:2: net.idle_timeout must be a duration such as \"54s\""},
      {"[net]\nidle_timeout = 2020-01-01", "FILE:2: net.idle_timeout must be a duration"},
      {"[net]\npong_timeout = \"10s\"", "FILE:2: net.pong_timeout must be longer than net.ping_interval"},
      {"[net]\npong_timeout = \"54900ms\"", "FILE:2: net.pong_timeout must be longer than net.ping_interval"},
      {"[rest]\ncors_origins = \"*\"", "FILE:2: rest.cors_origins must be a list of strings in brackets"},
      {"[rest]\ncors_origins = [1]",
       "FILE:2: rest.cors_origins is a list of strings, and this element is none"},
      {"[log]\nlevel = \"loud\"", "FILE:2: log.level must be one of trace, debug, info, warn, error, off"},
      {"[log]\nformat = \"xml\"", "FILE:2: log.format must be text or json"},
      {"[[net]]\nmax_body = 1", "FILE:1: write [net] with single brackets"},
      {"[net\n", "FILE:1: this line is not TOML"},
      {"[=x]\n", "FILE:1: this line is not TOML"},
      {"[net]\nmax_body = 1\nmax_body = 2", "FILE:3: this line is not TOML"},
      {"\xff\xfe", "FILE:1: this line is not TOML"},
      {"[net]\né", "FILE:2: this line is not TOML"},
      {"[net]\nx\u200b = ｘ", "FILE:2: this line is not TOML"},
  };
  for (const auto& [text, expected] : table) {
    CAPTURE(text, expected);
    const auto problems = problems_of(text);
    REQUIRE_FALSE(problems.empty());
    CAPTURE(problems.front());
    CHECK(contains(problems.front(), expected));
  }
}

TEST_CASE("all problems are reported, from the top") {
  const auto problems = problems_of("[server]\nzport = 1\nport = true\n[log]\nlevle = \"info\"\n");
  REQUIRE(problems.size() == 3);
  CHECK(contains(problems[0], "FILE:2"));
  CHECK(contains(problems[1], "FILE:3"));
  CHECK(contains(problems[2], "FILE:5"));
}

TEST_CASE("wrong variables and flags are named") {
  struct Wrong {
    Sources sources;
    std::string expected;
  };
  const Wrong table[] = {
      {{{}, {{"PARLEY_NET_MAX_BODI", "1"}}, {}},
       "PARLEY_NET_MAX_BODI: there is no setting of that name; did you mean PARLEY_NET_MAX_BODY?"},
      {{{}, {{"PARLEY_PROT", "1"}}, {}}, "did you mean PARLEY_PORT?"},
      {{{}, {{"PARLEY_QUITE_SOMETHING_ELSE", "1"}}, {}}, "there is no setting of that name"},
      {{{}, {{"PARLEY_PORT", ""}}, {}}, "PARLEY_PORT: server.port must be"},
      {{{}, {{"PARLEY_PORT", "http"}}, {}}, "PARLEY_PORT: server.port must be"},
      {{{}, {{"PARLEY_PORT", "70000"}}, {}}, "PARLEY_PORT: server.port must be"},
      {{{}, {{"PARLEY_NET_DEFLATE", "yes"}}, {}}, "PARLEY_NET_DEFLATE: net.deflate must be"},
      {{{}, {{"PARLEY_CONFIG", "/nowhere/parley.toml"}}, {}},
       "PARLEY_CONFIG: the configuration file /nowhere/parley.toml cannot be read: No such file or "
       "directory"},
      {{"/nowhere/parley.toml", {}, {}},
       "--config: the configuration file /nowhere/parley.toml cannot be read"},
      {{"/tmp", {}, {}}, "--config: the configuration file /tmp cannot be read: Is a directory"},
      {{{}, {}, {flag("net.max_bodi=1")}},
       "--set net.max_bodi: there is no setting net.max_bodi; did you mean net.max_body?"},
      {{{}, {}, {flag("nett.max_body=1")}},
       "--set nett.max_body: there is no section nett; did you mean net?"},
      {{{}, {}, {flag("server.profile=demoo")}},
       "--set server.profile: there is no profile demoo; did you mean demo?"},
      {{{}, {}, {flag("server.profile=./none.toml")}}, "the profile ./none.toml cannot be read"},
      {{{}, {}, {flag("server.host=192.168.1.5")}}, "add --force (server.force_public) if that is meant"},
  };
  for (const auto& [sources, expected] : table) {
    CAPTURE(expected);
    const auto loaded = load_config(sources);
    REQUIRE_FALSE(loaded);
    CAPTURE(loaded.error().front());
    CHECK(contains(loaded.error().front(), expected));
  }
  for (const auto* text : {"", "x", "=", "net.max_body", "net=1", ".max_body=1", "net.=1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_assignment(text));
  }
}

TEST_CASE("a public address may be forced, loopback needs no force") {
  CHECK(load({{}, {}, {flag("server.host=0.0.0.0"), flag("server.force_public=true")}}).config.server.host ==
        "0.0.0.0");
  for (const auto* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    CAPTURE(host);
    CHECK(load({{}, {}, {flag(std::string("server.host=") + host)}}).config.server.host == host);
  }
  CHECK_FALSE(load_config({{}, {}, {flag("server.host=::")}}));
}

TEST_CASE("free ports do not clash") {
  CHECK(load({{}, {}, {flag("server.port=0"), flag("server.ws_port=0")}}).config.server.port == 0);
}

TEST_CASE("a configuration that is too large is refused") {
  const TemporaryFile file(std::string((1 << 20) + 1, '#'));
  const auto loaded = load_config({file.path(), {}, {}});
  REQUIRE_FALSE(loaded);
  CHECK(contains(loaded.error().front(), "it is larger than 1 MiB"));
}

TEST_CASE("what is printed reads back as the same configuration") {
  const auto loaded = load({{},
                            {{"PARLEY_NET_MAX_BODY", "3000000"}, {"PARLEY_NET_IDLE_TIMEOUT", "1500ms"}},
                            {flag("server.data=/tmp/a \"quoted\"\tpath"), flag("rest.cors_origins=a,b")}});
  const auto text = to_toml(loaded);
  CHECK(contains(text, "# PARLEY_NET_MAX_BODY\n"));
  CHECK(contains(text, "# --set server.data\n"));
  CHECK(contains(text, "# default\n"));

  const TemporaryFile file(text);
  const auto again = load({file.path(), {}, {}});
  const auto without_origins = [](const Loaded& from) { return to_toml({from.config, {}}); };
  CHECK(without_origins(again) == without_origins(loaded));
  CHECK(again.config.server.data == "/tmp/a \"quoted\"\tpath");
}

TEST_CASE("a secret is neither printed nor repeated in a problem") {
  const auto loaded = load({{}, {{"PARLEY_SERVER_ADMIN_TOKEN", "abcdefghijklmnopqrstuvwx"}}, {}});
  CHECK(loaded.config.server.admin_token == "abcdefghijklmnopqrstuvwx");
  const auto text = to_toml(loaded);
  CHECK_FALSE(contains(text, "abcdefgh"));
  CHECK(contains(text, "#admin_token is set and not shown"));
  CHECK(contains(text, "# PARLEY_SERVER_ADMIN_TOKEN\n"));
  CHECK(contains(to_toml(load({})), "admin_token = \"\""));

  const auto refused = load_config({{}, {}, {flag("server.admin_token=short-hush")}});
  REQUIRE_FALSE(refused);
  CHECK(contains(refused.error().front(), "at least 24 letters"));
  CHECK_FALSE(contains(refused.error().front(), "hush"));
}

TEST_CASE("config/parley.toml names every setting with its true default") {
  // Its settings are commented out: take the `#` away and it must be what the server does anyway.
  std::string active;
  std::string_view text = default_config_text();
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.remove_prefix(1);
    active += std::string(line) + "\n";
  }
  const TemporaryFile file(active);
  const auto loaded = load({file.path(), {}, {}});
  for (const auto& name : setting_names()) {
    CAPTURE(name);
    const auto origin = loaded.origins.find(name);
    REQUIRE(origin != loaded.origins.end());
    CHECK(origin->second.starts_with(file.path()));
  }
  CHECK(to_toml({loaded.config, {}}) == to_toml({Config{}, {}}));

  const TemporaryFile untouched{default_config_text()};
  CHECK(to_toml({load({untouched.path(), {}, {}}).config, {}}) == to_toml({load({}).config, {}}));
}

TEST_CASE("the built-in profiles are sound") {
  REQUIRE(builtin_profiles().size() >= 2);
  for (const auto& profile : builtin_profiles()) {
    CAPTURE(profile.name);
    CHECK(load({{}, {}, {flag("server.profile=" + std::string(profile.name))}}).config.server.profile ==
          profile.name);
  }
}
