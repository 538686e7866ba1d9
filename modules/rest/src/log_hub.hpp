// A log as this edge sees it: one cursor into it, whoever listens.
//
// A hub follows its log through the port, encodes each entry once per form and gives it to groups of clients.
// A client without a position joins its group at once. One with a position first follows the log by a cursor
// of its own, at the pace at which it takes what it is sent, and joins the group at the very entry at which
// its cursor and the hub's meet: nothing is lost or repeated, and nothing is queued.
//
// A hub that does not know its own position yet (the port tells none, and no entry has come) leaves clients
// that catch up on their own cursors until the next entry, where all meet.
#pragma once

#include "log_source.hpp"

#include <parley/log_cursor.hpp>
#include <parley/net/loop.hpp>
#include <parley/net/peer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace parley::rest {

class CatchUp;
class LogHub;
class LogHubs;

// A cursor over a source, for the hubs and for the clients that catch up.
class SourceCursor : public LogCursor {
 protected:
  // `source` outlives it.
  SourceCursor(const Environment& environment, LogSource& source, std::optional<std::int64_t> after)
      : LogCursor(environment, after), source_(source) {}

  Task<Result<void>> follow(CallContext context, std::optional<std::int64_t> after, Outbound& out) final;
  void broke_off(const Error& error, std::chrono::milliseconds wait) final;

  LogSource& source_;
  std::string buffer_;
};

// Those of a hub's clients that are sent the same. Loop thread only; whoever holds one keeps the hub too.
class Group {
 public:
  Group(LogHub& hub, Form form) noexcept : hub_(hub), form_(form) {}
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  virtual ~Group() = default;

  LogHub& hub() const noexcept { return hub_; }
  Form form() const noexcept { return form_; }
  // The log as these clients see it, for those that catch up: every entry they are to get, and no other.
  virtual LogSource& source() noexcept = 0;
  // Now the hub sends to it; and no more. leave() also for one that never joined.
  virtual void join(net::Peer& peer) = 0;
  virtual void leave(net::Peer& peer) noexcept = 0;
  // A client that catches up was sent this entry.
  virtual void caught_up_with(const void*) {}

 private:
  LogHub& hub_;
  const Form form_;
};

// Loop thread only.
class LogHub : public SourceCursor {
 public:
  ~LogHub() override;

  std::size_t members() const noexcept { return members_; }
  std::size_t catching_up() const noexcept { return catching_up_.size(); }
  const std::string& key() const noexcept { return key_; }
  using LogCursor::stopped;

 protected:
  // `hubs` and `source` outlive it.
  LogHub(LogHubs& hubs, LogSource& source, std::string key);

  // Sends an entry to the groups that it is for, and what concerns all to all.
  virtual void distribute(Frames& entry) = 0;
  virtual void tell_all(Frames& frames) = 0;

 private:
  friend class CatchUp;
  friend class LogHubs;
  friend class Place;

  Task<bool> take(const void* update) override;
  void go_to(std::int64_t position);  // and those join whose cursor is there
  void entered();
  void left();

  LogHubs& hubs_;
  const std::string key_;
  std::vector<CatchUp*> catching_up_;
  std::size_t members_ = 0;
  Scheduler::Timer linger_;  // runs while there are no members
};

// A client's place in a group, given back by leave() or the destructor, whichever is first: while the peer
// still exists.
class Place {
 public:
  Place() noexcept = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { leave(); }

  // Once. With `after`: everything behind that position first. `peer` stays valid until leave().
  void enter(std::shared_ptr<Group> group, net::Peer& peer, std::optional<std::int64_t> after);
  void leave() noexcept;

 private:
  friend class CatchUp;
  std::shared_ptr<Group> group_;  // null: not entered
  net::Peer* peer_ = nullptr;
  CatchUp* catch_up_ = nullptr;  // while it does
};

// Bytes that may wait for a client that catches up, before its catching up does.
inline constexpr std::size_t catch_up_backlog = 256 << 10;

// The hubs of one kind, by key. Loop thread only; what it is given outlives it.
class LogHubs {
 public:
  // `backlog` is less than net.send_buffer, beyond which a client is cut off instead of waited for.
  LogHubs(net::Loop& loop, Scheduler& scheduler, const Clock& clock, std::size_t backlog);
  virtual ~LogHubs();

  std::size_t size() const noexcept { return hubs_.size(); }
  // Ends all following; completes when it has ended.
  Task<void> stop();

 protected:
  // The key's hub, new if nobody is there. Kept for a while after its last member has left, so that a log
  // does not start anew with every reconnection.
  std::shared_ptr<LogHub> find(const std::string& key);
  virtual std::shared_ptr<LogHub> make(const std::string& key) = 0;

  net::Loop& loop_;
  const LogCursor::Environment environment_;

 private:
  friend class CatchUp;
  friend class LogHub;
  friend class Place;

  void abandoned(LogHub& hub);
  void remove(LogHub& hub);
  void start(std::shared_ptr<SourceCursor> cursor);

  std::unordered_map<std::string, std::shared_ptr<LogHub>> hubs_;
  const std::size_t backlog_;
  std::size_t lingering_ = 0;
  std::unordered_map<SourceCursor*, std::shared_ptr<SourceCursor>> running_;
  TaskGroup tasks_;
  bool stopped_ = false;
};

}  // namespace parley::rest
