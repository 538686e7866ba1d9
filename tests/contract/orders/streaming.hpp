// The contract of a user's orders in one stream.
#pragma once

#include "placement.hpp"
#include "receiver.hpp"

namespace parley::orders::contract {

using parley::test::Receiver;

inline Result<void> stream(Placement& p, std::string user_id, Outbound& receiver, CallContext context) {
  StreamUserOrders request{std::move(user_id)};
  return call(p, p.port().stream_user_orders(std::move(context), std::move(request), Sink<Order>(receiver)));
}

// Of 12 KB, so that of 70 a network holds some on their way, and never all: what happens while they are taken
// happens before the last is sent.
inline CreateOrder heavy_order(std::string user_id) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "😀";
  auto request = order_of(std::move(user_id));
  request.items.assign(15, item("prod_456", 2, 2999, name));
  return request;
}

inline void streaming_contract(const Factory& make) {
  using std::chrono::milliseconds;
  auto placement = make(Options{});
  Placement& p = *placement;
  const auto user = p.new_user();
  const auto other = p.new_user();
  std::vector<Order> placed;  // newest first
  for (int i = 0; i < 70; ++i) {
    placed.insert(placed.begin(), created(p, heavy_order(user)));
    if (i % 10 == 0) created(p, order_of(other));
    if (i % 3 == 0) p.advance(milliseconds(1));  // some are of one moment
  }
  std::ranges::sort(placed, [](const Order& a, const Order& b) {
    return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
  });
  Receiver<Order> receiver;

  SECTION("all of the user's come once, newest first") {
    REQUIRE(stream(p, user, receiver, p.context()));
    CHECK(receiver.taken == placed);
    Receiver<Order> nobody, also;
    CHECK(stream(p, "nobody", nobody, p.context()));
    CHECK(nobody.taken.empty());
    CHECK(stream(p, other, also, p.context()));
    CHECK(also.taken.size() == 7);
  }

  SECTION("it goes on where it was, whatever has been placed since") {
    receiver.before = [&]() -> Task<void> {
      if (receiver.taken.size() != 20) co_return;
      auto placing = p.port().create_order(p.context(), order_of(user));
      const auto late = co_await std::move(placing);
      CHECK(late);
    };
    REQUIRE(stream(p, user, receiver, p.context()));
    CHECK(receiver.taken == placed);
  }

  SECTION("it ends when its receiver goes") {
    receiver.leaves_after = 40;
    CHECK(code_of(stream(p, user, receiver, p.context())) == Code::cancelled);
    CHECK(receiver.taken == std::vector(placed.begin(), placed.begin() + 40));
  }

  SECTION("it ends when its call is cancelled or its time is over") {
    auto context = p.context();
    context.cancellation = std::make_shared<Cancellation>();
    receiver.before = [&]() -> Task<void> {
      context.cancellation->cancel();
      co_return;
    };
    CHECK(code_of(stream(p, user, receiver, context)) == Code::cancelled);
    CHECK(receiver.taken.size() == 1);
    auto brief = p.context();
    brief.deadline = brief.clock->steady() + milliseconds(5);
    Receiver<Order> slow;
    slow.before = [&]() -> Task<void> {
      p.advance(milliseconds(1));
      co_return;
    };
    CHECK(code_of(stream(p, user, slow, brief)) == Code::deadline_exceeded);
    CHECK(slow.taken.size() < placed.size());
  }
}

}  // namespace parley::orders::contract
