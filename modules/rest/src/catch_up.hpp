// One client that reads a room's log up to where the room's hub is.
#pragma once

#include "room_hub.hpp"

namespace parley::rest {

// Loop thread only. Lives as long as its run().
class CatchUp final : public RoomFollower {
 public:
  // `peer` stays valid until drop().
  CatchUp(std::shared_ptr<RoomHub> hub, net::Peer& peer, Audience audience, std::int64_t after);
  ~CatchUp() override;

  // The client has gone.
  void drop() noexcept;
  // Joins the fan-out if the cursors have met; true when it has.
  bool try_join();

 private:
  friend class RoomHub;

  Task<bool> take(const chat::RoomUpdate& update) override;
  Task<void> wait_for_peer();
  void send_gap(const LogGap& gap);
  void send(const chat::Message& message);
  void unlist() noexcept;

  std::shared_ptr<RoomHub> hub_;
  net::Peer* peer_;  // null once it has gone or joined
  const Audience audience_;
  std::size_t index_;  // in hub_->catching_up_
  std::string buffer_;
};

// A message or a gap as the audience's clients see it.
net::Frame message_to_frame(Audience audience, std::int64_t seq, std::string_view json);
net::Frame gap_to_frame(Audience audience, std::string_view room, const LogGap& gap,
                        std::int64_t behind, Timestamp now);

}  // namespace parley::rest
