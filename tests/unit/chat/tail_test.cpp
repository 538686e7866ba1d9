#include "tail.hpp"

#include "catch.hpp"
#include "limits.hpp"
#include "store.hpp"

namespace {

using namespace parley::chat;

Message numbered(std::int64_t seq, std::size_t size = 0) {
  Message message;
  message.seq = seq;
  message.content = std::string(size, 'x');
  return message;
}

}  // namespace

TEST_CASE("chat tail: covers what follows a position, and nothing else") {
  TailBudget budget;
  Tail tail(budget);
  CHECK_FALSE(tail.covers(0));
  for (int seq = 5; seq <= 9; ++seq) tail.append(numbered(seq));
  CHECK_FALSE(tail.covers(3));
  CHECK(tail.covers(4));
  CHECK(tail.covers(8));
  CHECK_FALSE(tail.covers(9));
  CHECK_FALSE(tail.covers(20));
  CHECK(tail.after(4, 100, max_page_bytes).size() == 5);
  CHECK(tail.after(7, 100, max_page_bytes).front().seq == 8);
  CHECK(tail.after(4, 2, max_page_bytes).back().seq == 6);
}

TEST_CASE("chat tail: a message that does not follow starts it anew") {
  TailBudget budget;
  Tail tail(budget);
  tail.append(numbered(1));
  tail.append(numbered(3));
  CHECK_FALSE(tail.covers(0));
  CHECK_FALSE(tail.covers(1));
  CHECK(tail.covers(2));
  CHECK(budget.used() == footprint(numbered(3)));
}

TEST_CASE("chat tail: bounded by number, by bytes, and by what all take together") {
  TailBudget budget;
  {
    Tail tail(budget);
    for (int seq = 1; seq <= 2000; ++seq) tail.append(numbered(seq));
    CHECK(tail.covers(2000 - Tail::max_entries));
    CHECK_FALSE(tail.covers(2000 - Tail::max_entries - 1));

    Tail large(budget);
    for (int seq = 1; seq <= 100; ++seq) large.append(numbered(seq, 100'000));
    CHECK(large.covers(90));
    CHECK_FALSE(large.covers(80));
    CHECK(budget.used() <= 2 * Tail::max_bytes);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("chat tail: past what all may take together, the one that was still for longest gives way") {
  const auto size = footprint(numbered(1, 100'000));
  TailBudget budget(4 * size);
  {
    Tail still(budget), busy(budget), other(budget);
    for (int seq = 1; seq <= 2; ++seq) still.append(numbered(seq, 100'000));
    busy.append(numbered(1, 100'000));
    other.append(numbered(1, 100'000));
    busy.append(numbered(2, 100'000));
    CHECK_FALSE(still.covers(0));  // its oldest has gone
    CHECK(still.covers(1));
    for (int seq = 3; seq <= 4; ++seq) busy.append(numbered(seq, 100'000));
    CHECK_FALSE(still.covers(1));
    CHECK_FALSE(other.covers(0));
    CHECK(busy.covers(0));
    CHECK(budget.used() == 4 * size);
    busy.append(numbered(5, 100'000));
    CHECK_FALSE(busy.covers(0));
    CHECK(busy.covers(1));
    still.append(numbered(3, 100'000));
    CHECK(still.covers(2));
    busy.clear();
    CHECK(budget.used() == size);
    still.append(numbered(4, 500'000));  // more than all may take
    CHECK(budget.used() == 0);
    still.append(numbered(5));
    CHECK(still.covers(4));
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("chat tail: a page of large messages ends early") {
  TailBudget budget;
  Tail tail(budget);
  for (int seq = 1; seq <= 5; ++seq) tail.append(numbered(seq, 300'000));
  const auto page = tail.after(2, 100, max_page_bytes);
  CHECK(page.size() >= 1);
  CHECK(page.front().seq == 3);
  tail.append(numbered(6, 2'000'000));
  CHECK_FALSE(tail.covers(5));  // larger than a tail may be: it is read from the log
}
