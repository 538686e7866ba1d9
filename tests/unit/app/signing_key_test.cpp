#include "signing_key.hpp"

#include "catch.hpp"
#include "files.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace parley;
using namespace parley::app;

namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "parley-key-XXXXXX").string();
  std::string key;
  Folder() {
    REQUIRE(::mkdtemp(path.data()));
    key = path + "/" + key_name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string refusal() const {
    const auto refused = signing_key(path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::failed_precondition);
    return refused.error().message;
  }
};

}  // namespace

TEST_CASE("the key is made once, for its owner alone") {
  const Folder folder;
  const auto first = signing_key(folder.path);
  REQUIRE(first);
  struct stat found {};
  REQUIRE(::stat(folder.key.c_str(), &found) == 0);
  CHECK((found.st_mode & 07777) == 0600);
  CHECK(found.st_size == 32);
  CHECK(found.st_nlink == 1);
  const auto again = signing_key(folder.path);
  REQUIRE(again);
  CHECK(again->bytes() == first->bytes());
  const auto entries = std::filesystem::directory_iterator(folder.path);
  CHECK(std::distance(begin(entries), end(entries)) == 1);  // nothing beside it
}

TEST_CASE("whoever comes first makes the key, and all have the same") {
  const Folder folder;
  std::vector<std::string> keys(8);
  std::vector<std::thread> threads;
  for (auto& key : keys)
    threads.emplace_back([&] {
      if (const auto made = signing_key(folder.path)) key = made->bytes();
    });
  for (auto& thread : threads) thread.join();
  const auto kept = signing_key(folder.path);
  REQUIRE(kept);
  for (const auto& key : keys) CHECK(key == kept->bytes());
}

TEST_CASE("a key that others can read, or that is none, is refused and stays") {
  const Folder folder;
  REQUIRE(signing_key(folder.path));
  for (const mode_t mode : {0640, 0604, 0620, 0777}) {
    REQUIRE(::chmod(folder.key.c_str(), mode) == 0);
    const auto said = folder.refusal();
    CHECK(said.find("chmod 600 " + folder.key) != std::string::npos);
    CHECK(said.find("rm " + folder.key) != std::string::npos);
  }
  REQUIRE(::chmod(folder.key.c_str(), 0600) == 0);
  CHECK(signing_key(folder.path));

  for (const std::size_t size : {0, 31, 33, 5000}) {
    std::ofstream(folder.key, std::ios::trunc) << std::string(size, 'x');
    CHECK(folder.refusal().find("has " + std::to_string(size) + " bytes instead of 32; remove it") !=
          std::string::npos);
    CHECK(std::filesystem::file_size(folder.key) == size);
  }

  std::filesystem::remove(folder.key);
  std::filesystem::create_directory(folder.key);
  CHECK(folder.refusal().find("is not a file") != std::string::npos);
  std::filesystem::remove(folder.key);
  std::filesystem::create_symlink(folder.path + "/elsewhere", folder.key);
  CHECK(folder.refusal().find("cannot be read") != std::string::npos);
  std::filesystem::remove(folder.key);
  REQUIRE(::mkfifo(folder.key.c_str(), 0600) == 0);
  CHECK(folder.refusal().find("is not a file") != std::string::npos);
}

TEST_CASE("without its folder there is no key") {
  const Folder folder;
  CHECK_FALSE(signing_key(folder.path + "/missing"));
}

TEST_CASE("a second name is never that of another file") {
  const Folder folder;
  REQUIRE(write_new_file(folder.path + "/a", "a", 0600));
  REQUIRE(write_new_file(folder.path + "/b", "b", 0600));
  CHECK(link_to_new(folder.path + "/a", folder.path + "/b").error().code == Code::already_exists);
  CHECK(link_to_new(folder.path + "/a", folder.path + "/c"));
  CHECK_FALSE(link_to_new(folder.path + "/missing", folder.path + "/d"));
}
