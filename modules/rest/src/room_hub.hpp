// The chat's rooms on this edge: a hub per active room, with a group for each kind of client.
#pragma once

#include "log_hub.hpp"

#include <parley/chat/chat.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace parley::rest {

enum class Audience : std::uint8_t { chat, lab, events };  // the first two take WebSocket frames
inline constexpr std::size_t audiences = 3;

// A room's log.
class RoomSource final : public LogSource {
 public:
  // `chat` outlives it.
  RoomSource(chat::ChatService& chat, std::string room) : chat_(chat), room_(std::move(room)) {}

  Task<Result<void>> follow(CallContext context, std::optional<std::int64_t> after, Outbound& out) override;
  View view(const void* update) const override;
  const void* entry(const View& view, std::size_t index) const noexcept override;
  std::int64_t seq(const void* entry) const noexcept override;
  Name name() const noexcept override { return {"chat", "a room"}; }
  std::string_view event() const noexcept override { return "message"; }
  void write_entry(const void* entry, std::string& json) const override;
  void write_gap(const LogGap& gap, Timestamp now, std::string& json) const override;

  const std::string& room() const noexcept { return room_; }

 private:
  chat::ChatService& chat_;
  const std::string room_;
};

class Rooms;

// Loop thread only.
class RoomHub final : public LogHub {
 public:
  RoomHub(Rooms& rooms, chat::ChatService& chat, net::Loop& loop, const std::string& room);

  const std::string& room() const noexcept { return source_.room(); }
  // The same room's hub after this one was given up.
  std::shared_ptr<RoomHub> successor() const;
  // A frame that stands in no log, to everyone of one audience that is not catching up.
  void announce(Audience audience, const net::Frame& frame);
  Group& group(Audience audience) noexcept { return *groups_[static_cast<std::size_t>(audience)]; }

 private:
  // One audience: all of it gets every message.
  class Listeners final : public Group {
   public:
    Listeners(RoomHub& hub, Form form, net::Loop& loop)
        : Group(hub, form), source_(hub.source_), fanout_(loop) {}
    LogSource& source() noexcept override { return source_; }
    void join(net::Peer& peer) override { fanout_.join(peer); }
    void leave(net::Peer& peer) noexcept override { fanout_.leave(peer); }
    net::Fanout& fanout() noexcept { return fanout_; }

   private:
    LogSource& source_;
    net::Fanout fanout_;
  };

  void distribute(Frames& entry) override { tell_all(entry); }
  void tell_all(Frames& frames) override;

  Rooms& rooms_;
  RoomSource source_;
  std::array<std::unique_ptr<Listeners>, audiences> groups_;
};

// A client's place in a room, given back by leave() or the destructor, whichever is first: while the peer
// still exists.
class Membership {
 public:
  explicit Membership(std::shared_ptr<RoomHub> hub) noexcept : hub_(std::move(hub)) {}

  // As Place::enter().
  void enter(net::Peer& peer, Audience audience, std::optional<std::int64_t> after);
  void leave() noexcept { place_.leave(); }
  RoomHub& hub() const noexcept { return *hub_; }

 private:
  std::shared_ptr<RoomHub> hub_;
  Place place_;
};

// The hubs by room.
class Rooms final : public LogHubs {
 public:
  Rooms(net::Loop& loop, Scheduler& scheduler, const Clock& clock, chat::ChatService& chat,
        std::size_t backlog = catch_up_backlog)
      : LogHubs(loop, scheduler, clock, backlog), chat_(chat) {}

  std::shared_ptr<RoomHub> hub(const std::string& room);

 private:
  std::shared_ptr<LogHub> make(const std::string& room) override;

  chat::ChatService& chat_;
};

}  // namespace parley::rest
