#include "catch.hpp"

#include <parley/placement/breaker.hpp>

using namespace parley;
using placement::CircuitBreaker;
using State = CircuitBreaker::State;
using std::chrono::milliseconds;

namespace {
constexpr SteadyTime start{};
}

TEST_CASE("a circuit breaker opens after failures in a row, and only those") {
  CircuitBreaker breaker(3, milliseconds(1000));
  for (int i = 0; i < 10; ++i) {
    CHECK(breaker.admit(start));
    breaker.failed(start);
    CHECK(breaker.admit(start));
    breaker.failed(start);
    CHECK(breaker.admit(start));
    breaker.succeeded();
    CHECK(breaker.state(start) == State::closed);
  }
  for (int i = 0; i < 3; ++i) {
    CHECK(breaker.admit(start));
    breaker.failed(start);
  }
  CHECK(breaker.state(start) == State::open);
  CHECK_FALSE(breaker.admit(start));
  CHECK_FALSE(breaker.admit(start + milliseconds(999)));
  CHECK(breaker.closed_for(start + milliseconds(400)) == milliseconds(600));
}

TEST_CASE("a half-open circuit breaker lets one call try") {
  CircuitBreaker breaker(1, milliseconds(1000));
  CHECK(breaker.admit(start));
  breaker.failed(start);
  const auto later = start + milliseconds(1000);
  CHECK(breaker.state(later) == State::half_open);
  CHECK(breaker.closed_for(later) == milliseconds(0));
  CHECK(breaker.admit(later));
  CHECK_FALSE(breaker.admit(later));

  SECTION("success closes it") {
    breaker.succeeded();
    CHECK(breaker.state(later) == State::closed);
    CHECK(breaker.admit(later));
    CHECK(breaker.admit(later));
  }
  SECTION("failure opens it anew") {
    breaker.failed(later);
    CHECK(breaker.state(later) == State::open);
    CHECK_FALSE(breaker.admit(later + milliseconds(999)));
    CHECK(breaker.admit(later + milliseconds(1000)));
  }
  SECTION("a trial that tells nothing gives its place back") {
    breaker.withdrawn();
    CHECK(breaker.state(later) == State::half_open);
    CHECK(breaker.admit(later));
  }
}

TEST_CASE("what was under way when a circuit breaker opened changes nothing") {
  CircuitBreaker breaker(2, milliseconds(1000));
  for (int i = 0; i < 4; ++i) CHECK(breaker.admit(start));
  breaker.failed(start);
  breaker.failed(start);
  CHECK(breaker.state(start) == State::open);
  breaker.succeeded();
  CHECK(breaker.state(start) == State::open);
  breaker.failed(start + milliseconds(500));
  CHECK(breaker.state(start + milliseconds(1000)) == State::half_open);
}
