// The log of mentions: written with the messages that mention, followed by other modules. Loop thread only,
// except add_mentions().
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/db/database.hpp>
#include <parley/follow.hpp>

#include <cstdint>
#include <memory>

namespace parley::chat {

// Enters whom `message` mentions, within the transaction that gave it the position `seq` of its room. The
// last position of a mention; 0 for nobody.
Result<std::int64_t> add_mentions(db::Session& session, const Message& message, std::int64_t seq);

class MentionFeed {
 public:
  // What it is given outlives it. The newest `keep` mentions stay, one at least.
  MentionFeed(db::Database& database, Scheduler& scheduler, std::int64_t keep);

  Task<Result<void>> load(CallContext context);
  // The log goes at least to `last` now. Followers are woken in a later turn of the loop.
  void grown(std::int64_t last);
  Task<Result<void>> follow(CallContext context, FollowMentions request, Sink<MentionUpdate> sink);
  // Removes what is too old, a little; false when nothing is, or after a failure.
  Task<bool> prune(CallContext context);
  // Ends the followers.
  void stop() { followers_.close(); }

 private:
  Task<Result<LogPage<MentionUpdate>>> page(CallContext context, std::int64_t position);

  db::Database& database_;
  Scheduler& scheduler_;
  const std::int64_t keep_;
  std::int64_t first_ = 0, last_ = 0;  // positions of the log; 0: empty
  bool waking_ = false;
  Followers followers_;
  std::shared_ptr<const int> alive_ = std::make_shared<int>(0);  // guards what was posted
};

}  // namespace parley::chat
