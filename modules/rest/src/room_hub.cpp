#include "room_hub.hpp"

#include "chat_frames.hpp"

#include <parley/codec/json.hpp>

namespace parley::rest {

Task<Result<void>> RoomSource::follow(CallContext context, std::optional<std::int64_t> after, Outbound& out) {
  chat::FollowRoom request;
  request.room = room_;
  request.after_seq = after;
  return chat_.follow(std::move(context), std::move(request), Sink<chat::RoomUpdate>(out));
}

LogSource::View RoomSource::view(const void* update) const {
  const auto& of_room = *static_cast<const chat::RoomUpdate*>(update);
  View view;
  view.gap = of_room.gap;
  view.entries = of_room.messages.data();
  view.count = of_room.messages.size();
  view.position = of_room.position;
  return view;
}

const void* RoomSource::entry(const View& view, std::size_t index) const noexcept {
  return static_cast<const chat::Message*>(view.entries) + index;
}

std::int64_t RoomSource::seq(const void* entry) const noexcept {
  return static_cast<const chat::Message*>(entry)->seq;
}

void RoomSource::write_entry(const void* entry, std::string& json) const {
  codec::write_json(describe<chat::Message>(), entry, json);
}

void RoomSource::write_gap(const LogGap& gap, Timestamp now, std::string& json) const {
  json += gap_frame("messages", room_, gap, now);
}

RoomHub::RoomHub(Rooms& rooms, chat::ChatService& chat, net::Loop& loop, const std::string& room)
    : LogHub(rooms, source_, room), rooms_(rooms), source_(chat, room) {
  for (const auto audience : {Audience::chat, Audience::lab, Audience::events})
    groups_[static_cast<std::size_t>(audience)] =
        std::make_unique<Listeners>(*this, audience == Audience::events ? Form::event : Form::text, loop);
}

std::shared_ptr<RoomHub> RoomHub::successor() const {
  return rooms_.hub(room());
}

void RoomHub::tell_all(Frames& frames) {
  for (auto& listeners : groups_)
    if (listeners->fanout().size() > 0) listeners->fanout().publish(frames.in(listeners->form()));
}

void RoomHub::announce(Audience audience, const net::Frame& frame) {
  auto& fanout = groups_[static_cast<std::size_t>(audience)]->fanout();
  if (fanout.size() > 0) fanout.publish(frame);
}

void Membership::enter(net::Peer& peer, Audience audience, std::optional<std::int64_t> after) {
  // The handshake took so long that the hub was given up meanwhile.
  if (hub_->stopped()) hub_ = hub_->successor();
  place_.enter(std::shared_ptr<Group>(hub_, &hub_->group(audience)), peer, after);
}

std::shared_ptr<RoomHub> Rooms::hub(const std::string& room) {
  return std::static_pointer_cast<RoomHub>(find(room));
}

std::shared_ptr<LogHub> Rooms::make(const std::string& room) {
  return std::make_shared<RoomHub>(*this, chat_, loop_, room);
}

}  // namespace parley::rest
