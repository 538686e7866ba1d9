#include "cache.hpp"

#include "catch.hpp"

using namespace parley::users;

namespace {

User user(std::string id, std::string name = "Name") {
  User user;
  user.id = std::move(id);
  user.name = std::move(name);
  return user;
}

std::string name_of(UserCache& cache, std::string_view id) {
  const auto* found = cache.find(id);
  return found ? found->name : "absent";
}

}  // namespace

TEST_CASE("the cache gives what was put last") {
  UserCache cache(10);
  CHECK(cache.find("a") == nullptr);
  cache.put(user("a", "one"));
  CHECK(name_of(cache, "a") == "one");
  cache.put(user("a", "two"));
  CHECK(name_of(cache, "a") == "two");
  CHECK(cache.size() == 1);
  cache.erase("a");
  CHECK(cache.find("a") == nullptr);
  cache.erase("a");
  CHECK(cache.size() == 0);
}

TEST_CASE("the least recently used user gives way") {
  UserCache cache(3);
  for (auto id : {"a", "b", "c"}) cache.put(user(id));
  cache.find("a");
  cache.put(user("d"));
  CHECK(cache.size() == 3);
  CHECK(cache.find("b") == nullptr);
  CHECK(cache.find("a") != nullptr);
  cache.put(user("c"));  // used again, not added
  CHECK(cache.size() == 3);
  cache.put(user("e"));
  CHECK(cache.find("d") == nullptr);
}

TEST_CASE("a cache without room holds nothing") {
  UserCache cache(0);
  cache.put(user("a"));
  CHECK(cache.find("a") == nullptr);
  UserCache::Fill fill(cache, "a");
  fill.put(user("a"));
  CHECK(cache.size() == 0);
}

TEST_CASE("a read fills the cache") {
  UserCache cache(10);
  UserCache::Fill fill(cache, "a");
  cache.put(user("b", "another's write is no matter"));
  fill.put(user("a", "read"));
  CHECK(name_of(cache, "a") == "read");
}

TEST_CASE("a read that a write overtook does not bring the old state back") {
  UserCache cache(10);
  SECTION("changed") {
    UserCache::Fill fill(cache, "a");
    cache.put(user("a", "new"));
    fill.put(user("a", "old"));
    CHECK(name_of(cache, "a") == "new");
  }
  SECTION("deleted") {
    UserCache::Fill fill(cache, "a");
    cache.erase("a");
    fill.put(user("a", "old"));
    CHECK(cache.find("a") == nullptr);
  }
  SECTION("a read begun after the write is good, beside one that is not") {
    UserCache::Fill early(cache, "a");
    cache.put(user("a", "new"));
    cache.erase("a");
    UserCache::Fill late(cache, "a");
    late.put(user("a", "created again"));
    early.put(user("a", "old"));
    CHECK(name_of(cache, "a") == "created again");
  }
}
