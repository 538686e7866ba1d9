// Who is in the rooms from here: a call of the port's attend() per room and user, whatever number of sockets
// the user has there, and the frames that these get of the others.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/log_cursor.hpp>
#include <parley/net/peer.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace parley::rest {

class Visits;

// A user in a room, for as long as there are sockets. Loop thread only.
class Visit final : public LogCursor {
 public:
  // What a socket wants to know of the others: who types, or who comes and goes as well.
  enum class Interest : std::uint8_t { typing, presence };

  Visit(Visits& visits, std::string room, std::string user);

 private:
  friend class Visits;
  friend class Visitor;

  struct Listener {
    net::Peer* peer;
    Interest interest;
  };

  Task<Result<void>> follow(CallContext context, std::optional<std::int64_t>, Outbound& out) override;
  Task<bool> take(const void* event) override;
  void broke_off(const Error& error, std::chrono::milliseconds wait) override;
  bool listens(const net::Peer& peer) const noexcept;

  Visits& visits_;
  const std::string room_, user_;
  std::vector<Listener> listeners_;
};

// A socket's part in a visit, given back by the destructor: while the peer still exists.
class Visitor {
 public:
  Visitor() noexcept = default;
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;
  ~Visitor() { leave(); }

  // Once. A socket with an interest in presence is told who is here.
  void enter(Visits& visits, const std::string& room, const std::string& user, net::Peer& peer,
             Visit::Interest interest);
  void leave() noexcept;

 private:
  std::shared_ptr<Visit> visit_;
  net::Peer* peer_ = nullptr;
};

// The visits by room and user. What it is given outlives it.
class Visits {
 public:
  Visits(Scheduler& scheduler, const Clock& clock, chat::ChatService& chat);

  std::size_t size() const noexcept { return visits_.size(); }
  // Ends all; completes when they have ended.
  Task<void> stop();

 private:
  friend class Visit;
  friend class Visitor;

  Task<void> run(std::shared_ptr<Visit> visit);
  // Tells one more socket of a visit who is here.
  Task<void> greet(std::shared_ptr<Visit> visit, net::Peer& peer);

  const LogCursor::Environment environment_;
  chat::ChatService& chat_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<Visit>> visits_;
  std::unordered_set<std::shared_ptr<Visit>> running_;
  TaskGroup tasks_;
  bool stopped_ = false;
};

}  // namespace parley::rest
