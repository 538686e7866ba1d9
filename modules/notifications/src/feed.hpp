// What other modules say in their feeds, as notifications.
#pragma once

#include "store.hpp"

#include <parley/chat/chat.hpp>
#include <parley/context.hpp>
#include <parley/follow.hpp>
#include <parley/operation.hpp>
#include <parley/orders/orders.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace parley::notifications {

// A module's feed: how to follow it, and which notification an entry of it is. Loop thread only.
class Feed {
 public:
  struct Update {
    std::optional<LogGap> gap;  // before the entries
    std::vector<FeedEntry> entries;
  };

  virtual ~Feed() = default;
  virtual std::string_view name() const noexcept = 0;  // a key in the database: never changed
  virtual Task<Result<void>> follow(CallContext context, std::int64_t after, Outbound& out) = 0;
  // What `follow` sent.
  virtual Update read(const void* update) const = 0;
};

// Orders: their users are told when one is created and when its status changes.
std::unique_ptr<Feed> make_orders_feed(orders::OrderService& orders);
// Chat: whoever is mentioned in a message of somebody else.
std::unique_ptr<Feed> make_mentions_feed(chat::ChatService& chat);

}  // namespace parley::notifications
