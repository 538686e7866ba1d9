// The inboxes of the users that are connected here: a hub per user, which sends each direct message to all of
// the user's sockets and tells the sender's once it has been handed to one of them.
//
// A socket is in its room's fan-out and a peer can be in one only, so an inbox sends to its few sockets one
// by one.
#pragma once

#include "room_hub.hpp"

#include <parley/chat/inbox.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley::rest {

class Inboxes;

// Loop thread only.
class InboxHub final : public LogHub {
 public:
  InboxHub(Inboxes& inboxes, chat::ChatService& chat, std::string user);
  ~InboxHub() override;

  const std::string& user() const noexcept { return user_; }
  bool connected() const noexcept { return !connected_.empty(); }
  // A frame that stands in no log, to all sockets of the user, also to those that catch up.
  void announce(const net::Frame& frame);

 private:
  friend class InboxPlace;

  // The sockets that have met the hub.
  class Devices final : public Group {
   public:
    explicit Devices(InboxHub& hub) : Group(hub, Form::text), inbox_(hub) {}
    LogSource& source() noexcept override { return inbox_.source_; }
    void join(net::Peer& peer) override { peers.push_back(&peer); }
    void leave(net::Peer& peer) noexcept override { std::erase(peers, &peer); }
    void caught_up_with(const void* entry) override { inbox_.handed(entry); }
    std::vector<net::Peer*> peers;

   private:
    InboxHub& inbox_;
  };

  void distribute(Frames& entry) override;
  void tell_all(Frames& frames) override;
  void handed(const void* entry);

  Inboxes& inboxes_;
  const std::string user_;
  RoomSource source_;
  Devices devices_{*this};
  std::vector<net::Peer*> connected_;  // those that catch up as well
};

// A socket's place in its user's inbox, given back by the destructor: while the peer still exists.
class InboxPlace {
 public:
  InboxPlace() noexcept = default;
  InboxPlace(const InboxPlace&) = delete;
  InboxPlace& operator=(const InboxPlace&) = delete;
  ~InboxPlace() { leave(); }

  // With `after`: everything behind that position of the inbox first. Leaves the inbox it was in.
  void enter(Inboxes& inboxes, const std::string& user, net::Peer& peer, std::optional<std::int64_t> after);
  void leave() noexcept;

 private:
  std::shared_ptr<InboxHub> hub_;
  net::Peer* peer_ = nullptr;
  Place place_;
};

// The hubs by user.
class Inboxes final : public LogHubs {
 public:
  Inboxes(net::Loop& loop, Scheduler& scheduler, const Clock& clock, chat::ChatService& chat,
          std::size_t backlog = catch_up_backlog)
      : LogHubs(loop, scheduler, clock, backlog), clock_(clock), chat_(chat) {}

  std::shared_ptr<InboxHub> hub(const std::string& user);

 private:
  friend class InboxHub;

  std::shared_ptr<LogHub> make(const std::string& user) override;
  // A message has been handed to a socket of `user`, perhaps not for the first time.
  void handed(const std::string& user, const chat::Message& message);

  const Clock& clock_;
  chat::ChatService& chat_;
  std::unordered_map<std::string, InboxHub*> hubs_by_user_;
  std::unordered_map<std::string, std::int64_t> told_;  // up to where senders were told, by recipient
};

}  // namespace parley::rest
