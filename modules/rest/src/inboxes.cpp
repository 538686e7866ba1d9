#include "inboxes.hpp"

#include "chat_frames.hpp"

namespace parley::rest {
namespace {

// Recipients of whom it is known up to where their senders were told. Past that all are forgotten, and a
// message that is fetched again may be told again.
constexpr std::size_t max_told = 10'000;

}  // namespace

InboxHub::InboxHub(Inboxes& inboxes, chat::ChatService& chat, std::string user)
    : LogHub(inboxes, source_, user),
      inboxes_(inboxes),
      user_(std::move(user)),
      source_(chat, chat::inbox_of(user_)) {
  inboxes_.hubs_by_user_[user_] = this;
}

InboxHub::~InboxHub() {
  // One that was given up may outlive the coming of its successor.
  const auto known = inboxes_.hubs_by_user_.find(user_);
  if (known != inboxes_.hubs_by_user_.end() && known->second == this) inboxes_.hubs_by_user_.erase(known);
}

void InboxHub::announce(const net::Frame& frame) {
  for (net::Peer* peer : connected_) peer->send(frame);
}

void InboxHub::tell_all(Frames& frames) {
  for (net::Peer* peer : devices_.peers) peer->send(frames.in(devices_.form()));
}

void InboxHub::distribute(Frames& entry) {
  bool taken = false;
  for (net::Peer* peer : devices_.peers) {
    taken = taken || peer->open();
    peer->send(entry.in(devices_.form()));
  }
  if (taken) handed(entry.entry());
}

void InboxHub::handed(const void* entry) {
  const auto& message = *static_cast<const chat::Message*>(entry);
  if (message.user != user_) inboxes_.handed(user_, message);
}

void InboxPlace::enter(Inboxes& inboxes, const std::string& user, net::Peer& peer,
                       std::optional<std::int64_t> after) {
  leave();
  hub_ = inboxes.hub(user);
  peer_ = &peer;
  hub_->connected_.push_back(&peer);
  place_.enter(std::shared_ptr<Group>(hub_, &hub_->devices_), peer, after);
}

void InboxPlace::leave() noexcept {
  if (!hub_) return;
  place_.leave();
  std::erase(hub_->connected_, peer_);
  hub_.reset();
}

std::shared_ptr<InboxHub> Inboxes::hub(const std::string& user) {
  return std::static_pointer_cast<InboxHub>(find(user));
}

std::shared_ptr<LogHub> Inboxes::make(const std::string& user) {
  return std::make_shared<InboxHub>(*this, chat_, user);
}

void Inboxes::handed(const std::string& user, const chat::Message& message) {
  const auto sender = hubs_by_user_.find(message.user);
  if (sender == hubs_by_user_.end() || !sender->second->connected()) return;
  if (told_.size() >= max_told && !told_.contains(user)) told_.clear();
  auto& told = told_[user];
  if (message.seq <= told) return;
  told = message.seq;
  sender->second->announce(net::Frame::text(delivered_frame(message.id, user, message.seq, clock_.now())));
}

}  // namespace parley::rest
