#include "administrator.hpp"

#include "catch.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace parley;
using namespace parley::app;

namespace {

std::shared_ptr<const Principal> recognised(const Administrator& administrator, std::string_view authorization) {
  const net::Field fields[] = {{"authorization", authorization}};
  net::Request request;
  request.fields = fields;
  return administrator.recognise(request);
}

}  // namespace

TEST_CASE("a token is made anew every time, and is hard to guess") {
  const auto one = Administrator::make({}), other = Administrator::make({});
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->made_anew());
  CHECK(one->token().size() == 43);  // 256 bits, 6 in each character
  CHECK(one->token() != other->token());
  CHECK(one->token().find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos);
}

TEST_CASE("the bearer of the token is the administrator, nobody else is") {
  const auto administrator = Administrator::make("configured-token-of-a-lecturer");
  REQUIRE(administrator);
  CHECK_FALSE(administrator->made_anew());
  for (const auto* good : {"Bearer configured-token-of-a-lecturer", "bearer  configured-token-of-a-lecturer"}) {
    const auto principal = recognised(*administrator, good);
    REQUIRE(principal);
    CHECK(principal->subject == "admin");
    CHECK(principal->permissions == std::vector<std::string>{"admin"});
  }
  for (const auto* bad : {"Bearer token123", "Bearer configured-token-of-a-lecturex", "Bearer", "Bearer ", "",
                          "configured-token-of-a-lecturer", "Basic configured-token-of-a-lecturer",
                          "Bearer configured-token-of-a-lecturer2"})
    CHECK_FALSE(recognised(*administrator, bad));
  CHECK_FALSE(administrator->recognise(net::Request{}));
}

TEST_CASE("administration needs the administrator, everything else nobody in particular") {
  CallContext anonymous, somebody, administrator;
  somebody.principal = std::make_shared<const Principal>(Principal{"alice", {"users:write"}});
  administrator.principal = std::make_shared<const Principal>(Principal{"admin", {"admin"}});
  for (const auto* context : {&anonymous, &somebody, &administrator}) {
    CHECK(authorize(*context, "users:write"));
    CHECK(authorize(*context, ""));
  }
  for (const auto* context : {&anonymous, &somebody}) {
    const auto refused = authorize(*context, "admin:faults");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::unauthenticated);
  }
  CHECK(authorize(administrator, "admin:faults"));
}

TEST_CASE("the token's file is for its owner alone") {
  std::string folder = (std::filesystem::temp_directory_path() / "parley-token-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()));
  const auto path = folder + "/admin.token";
  std::ofstream(path) << "old";
  REQUIRE(write_token_file(path, "new-token"));
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  std::string text;
  std::getline(std::ifstream(path), text);
  CHECK(text == "new-token");
  const auto failed = write_token_file(folder + "/missing/admin.token", "t");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("cannot be written") != std::string::npos);
  std::filesystem::remove_all(folder);
}
