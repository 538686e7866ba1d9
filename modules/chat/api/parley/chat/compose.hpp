// Builds the chat module (implemented in compose/).
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/db/sqlite.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>

#include <memory>

namespace parley::chat {

// Configuration section [chat].
struct Options {
  std::int64_t keep_messages = 1'000'000;  // per room, at least 1; older ones are removed
  std::int64_t keep_mentions = 100'000;    // of all rooms, for the modules that follow them
  std::int32_t max_rooms = 10'000;
  std::int32_t max_inboxes = 100'000;         // users that have got or sent direct messages
  std::int64_t messages_per_second = 50'000;  // of one user name; 0: as many as come
  std::int64_t burst = 100'000;               // that it may send at once after a silence
  std::int32_t max_delayed = 10'000;          // per room, waiting for their delay
  std::chrono::milliseconds max_delay{3'600'000};
  std::chrono::milliseconds prune_interval{60'000};
};

struct Dependencies {
  std::unique_ptr<db::Database> database;  // opened with migrations()
  Scheduler& scheduler;
  const Clock& clock;
  Metrics& metrics;
  Random& random;
};

// The service with what the composition root drives.
class ChatModule : public ChatService {
 public:
  // Loads the rooms and takes up the delayed messages; those that are overdue are delivered at once. Before
  // any other call.
  virtual Task<Result<void>> start() = 0;
  // Ends every follow() and the timers, and stops the database, which answers what it has taken; later calls
  // get `unavailable`. Idempotent. The module is destroyed after the loop has run what this left behind.
  virtual void stop() = 0;
};

std::span<const db::Migration> migrations();
std::unique_ptr<ChatModule> make_chat(Dependencies dependencies, Options options);

}  // namespace parley::chat

template <>
const parley::TypeInfo& parley::describe<parley::chat::Options>();
