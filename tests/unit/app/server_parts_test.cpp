// What the composition root is helped by: announcement, process, statistics.
#include "announce.hpp"
#include "catch.hpp"
#include "process.hpp"
#include "statistics.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace parley;
using namespace parley::app;
namespace fs = std::filesystem;

namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char pattern[] = "/tmp/parley-app-XXXXXX";
    REQUIRE(::mkdtemp(pattern) != nullptr);
    path_ = pattern;
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the ports file is written whole") {
  const TemporaryDirectory directory;
  const auto path = directory / "ports.json";
  REQUIRE(write_ports_file(path, {.http = 8080, .ws = 8081}));
  CHECK(read(path) == "{\"http\":8080,\"ws\":8081,\"grpc\":0}\n");
  REQUIRE(write_ports_file(path, {.http = 1, .ws = 2}));
  CHECK(read(path) == "{\"http\":1,\"ws\":2,\"grpc\":0}\n");
  const auto told = read_ports_file(path);
  REQUIRE(told);
  CHECK((told->http == 1 && told->ws == 2 && told->grpc == 0));
  CHECK_FALSE(read_ports_file(directory / "none"));
  CHECK(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()) == 1);

  const auto refused = write_ports_file(directory / "none/ports.json", {});
  REQUIRE_FALSE(refused);
  CHECK(contains(refused.error().message, "choose another with --ports-file"));
}

TEST_CASE("a ports file that cannot be put in place leaves nothing behind") {
  const TemporaryDirectory directory;
  fs::create_directories(directory / "ports.json/full");
  REQUIRE_FALSE(write_ports_file(directory / "ports.json", {}));
  CHECK(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("the banner shows addresses that can be used as they stand") {
  const auto text = banner("1.2.3", "demo", "127.0.0.1", {.http = 8080, .ws = 8081}, "secret-token");
  CHECK(contains(text, "Parley 1.2.3, profile demo"));
  CHECK(contains(text, "  websocat ws://127.0.0.1:8080/chat\n"));
  CHECK(contains(text, "http://127.0.0.1:8080/api/messages\n"));
  CHECK(contains(text, "http://127.0.0.1:8081"));
  CHECK(contains(
      text,
      "  curl -X PUT http://127.0.0.1:8080/api/admin/faults -H \"Authorization: Bearer secret-token\""));
  CHECK(contains(banner("1", "demo", "::1", {.http = 1, .ws = 2}, "t"), "http://[::1]:1"));
  CHECK(contains(banner("1", "demo", "0.0.0.0", {.http = 1, .ws = 2}, "t"), "http://127.0.0.1:1"));
  CHECK(contains(banner("1", "demo", "localhost", {.http = 1, .ws = 2}, "t"), "http://localhost:1"));
}

TEST_CASE("the data directory is made for its owner alone") {
  const TemporaryDirectory directory;
  for (const auto* name : {"a/b", "slash/", "above/below/", "./dotted/../other"}) {
    CAPTURE(name);
    const auto path = directory / name;
    REQUIRE(make_data_directory(path));
    REQUIRE(make_data_directory(path));
    for (const auto& made : {path, path + "/.."}) {
      struct stat status {};
      REQUIRE(::stat(made.c_str(), &status) == 0);
      CHECK((status.st_mode & 0777) == 0700);
    }
  }

  std::ofstream(directory / "file") << "x";
  const auto refused = make_data_directory(directory / "file");
  REQUIRE_FALSE(refused);
  CHECK(contains(refused.error().message, "choose another with --data"));
  CHECK_FALSE(make_data_directory(directory / "file/below"));
}

TEST_CASE("uptime is written as hours, minutes and seconds") {
  using namespace std::chrono_literals;
  CHECK(format_uptime(0s) == "0s");
  CHECK(format_uptime(5900ms) == "5s");
  CHECK(format_uptime(2min) == "2m0s");
  CHECK(format_uptime(1h + 2min + 3s) == "1h2m3s");
  CHECK(format_uptime(50h + 5s) == "50h0m5s");
  CHECK(format_uptime(-1s) == "0s");
}

TEST_CASE("connections are no more than files that can be open") {
  CHECK(connections_that_fit(10) == 10);
  const auto fit = connections_that_fit(2'000'000'000);
  CHECK(fit > 0);
  CHECK(fit <= 2'000'000'000);
}

TEST_CASE("memory in use is known") {
  CHECK(resident_bytes() > 1 << 20);
}
