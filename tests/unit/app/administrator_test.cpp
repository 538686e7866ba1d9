#include "administrator.hpp"

#include "catch.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace parley;
using namespace parley::app;

TEST_CASE("a token is made anew every time, and is hard to guess") {
  const auto one = Administrator::make({}), other = Administrator::make({});
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->made_anew());
  CHECK(one->token().size() == 43);  // 256 bits, 6 in each character
  CHECK(one->token() != other->token());
  CHECK(one->token().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
}

TEST_CASE("a configured token is taken as it is") {
  const auto administrator = Administrator::make("configured-token-of-a-lecturer");
  REQUIRE(administrator);
  CHECK_FALSE(administrator->made_anew());
  CHECK(administrator->token() == "configured-token-of-a-lecturer");
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
