#include "senders.hpp"

#include "catch.hpp"
#include "limits.hpp"

namespace {

using namespace parley;
using namespace parley::chat;
using std::chrono::milliseconds;

constexpr SteadyTime start{std::chrono::hours(1)};

}  // namespace

TEST_CASE("chat senders: at the configured rate everything passes, faster nothing more") {
  Senders senders(1000, 10);
  int passed = 0;
  for (int i = 0; i < 10'000; ++i)
    if (senders.may_send("a", start + std::chrono::microseconds(100) * i)) ++passed;  // ten times too fast
  CHECK(passed == 1009);
  for (int i = 0; i < 1000; ++i) CHECK(senders.may_send("b", start + milliseconds(i)));
}

TEST_CASE("chat senders: no limit, and a burst of nothing") {
  Senders unlimited(0, 1);
  for (int i = 0; i < 1000; ++i) CHECK(unlimited.may_send("a", start));
  CHECK(unlimited.size() == 0);
  Senders strict(1, 0);
  CHECK(strict.may_send("a", start));
  CHECK_FALSE(strict.may_send("a", start));
  CHECK(strict.may_send("a", start + milliseconds(1000)));
}

TEST_CASE("chat senders: only so many are remembered, the one silent longest goes") {
  Senders senders(1, 1);
  for (std::size_t i = 0; i < max_senders; ++i) REQUIRE(senders.may_send(std::to_string(i), start));
  CHECK_FALSE(senders.may_send("0", start));  // heard again
  CHECK(senders.may_send("new", start));
  CHECK(senders.size() == max_senders);
  CHECK_FALSE(senders.may_send("0", start));
  CHECK(senders.may_send("1", start));  // forgotten
}

TEST_CASE("chat senders: who types is told once per second") {
  Senders senders(1, 1);
  CHECK(senders.may_type("a", start));
  CHECK_FALSE(senders.may_type("a", start + milliseconds(999)));
  CHECK(senders.may_type("b", start + milliseconds(999)));
  CHECK(senders.may_type("a", start + milliseconds(1000)));
  CHECK(senders.may_send("a", start));
}
