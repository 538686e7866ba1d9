#include "visits.hpp"

#include "chat_frames.hpp"

#include <parley/log.hpp>

#include <algorithm>

namespace parley::rest {

Visit::Visit(Visits& visits, std::string room, std::string user)
    : LogCursor(visits.environment_, std::nullopt),
      visits_(visits),
      room_(std::move(room)),
      user_(std::move(user)) {}

Task<Result<void>> Visit::follow(CallContext context, std::optional<std::int64_t>, Outbound& out) {
  chat::AttendRoom request;
  request.room = room_;
  request.user = user_;
  return visits_.chat_.attend(std::move(context), std::move(request), Sink<chat::RoomEvent>(out));
}

Task<bool> Visit::take(const void* update) {
  const auto& event = *static_cast<const chat::RoomEvent*>(update);
  const auto needed = event.type == chat::RoomEventType::typing ? Interest::typing : Interest::presence;
  net::Frame frame;
  for (const auto& listener : listeners_) {
    if (listener.interest < needed) continue;
    if (!frame) frame = net::Frame::text(room_event_frame(event));
    listener.peer->send(frame);
  }
  co_return true;
}

void Visit::broke_off(const Error& error, std::chrono::milliseconds wait) {
  log::warn("chat", "being in a room broke off; trying again",
            {{"code", info(error.code).name}, {"reason", error.message}, {"wait_ms", wait.count()}});
}

bool Visit::listens(const net::Peer& peer) const noexcept {
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [&](const Listener& listener) { return listener.peer == &peer; });
}

void Visitor::enter(Visits& visits, const std::string& room, const std::string& user, net::Peer& peer,
                    Visit::Interest interest) {
  peer_ = &peer;
  auto& known = visits.visits_[{room, user}];
  const bool first = known == nullptr;
  if (first) known = std::make_shared<Visit>(visits, room, user);
  visit_ = known;
  visit_->listeners_.push_back({&peer, interest});
  if (visits.stopped_) return;
  if (first)
    visits.tasks_.spawn(visits.run(visit_));
  else if (interest == Visit::Interest::presence)
    visits.tasks_.spawn(visits.greet(visit_, peer));
}

void Visitor::leave() noexcept {
  if (!visit_) return;
  const auto visit = std::move(visit_);
  std::erase_if(visit->listeners_, [&](const Visit::Listener& listener) { return listener.peer == peer_; });
  if (!visit->listeners_.empty()) return;
  visit->visits_.visits_.erase(std::pair(visit->room_, visit->user_));
  visit->stop();
}

Visits::Visits(Scheduler& scheduler, const Clock& clock, chat::ChatService& chat)
    : environment_{scheduler, clock},
      chat_(chat),
      tasks_(log_failures("rest", "being in a room broke off")) {}

Task<void> Visits::run(std::shared_ptr<Visit> visit) {
  struct Listed {  // until it has ended, however it does
    std::unordered_set<std::shared_ptr<Visit>>& list;
    const std::shared_ptr<Visit>& visit;
    ~Listed() { list.erase(visit); }
  };
  running_.insert(visit);
  const Listed listed{running_, visit};
  auto running = visit->run();
  co_await std::move(running);
}

Task<void> Visits::greet(std::shared_ptr<Visit> visit, net::Peer& peer) {
  chat::GetPresence request;
  request.room = visit->room_;
  CallContext context;
  context.clock = &environment_.clock;
  auto asking = chat_.presence(std::move(context), std::move(request));
  auto present = co_await std::move(asking);
  if (!present || !visit->listens(peer)) co_return;
  chat::RoomEvent event;
  event.room = visit->room_;
  event.timestamp = environment_.clock.now();
  event.users = std::move(present->users);
  event.total = present->total;
  peer.send(net::Frame::text(room_event_frame(event)));
}

Task<void> Visits::stop() {
  stopped_ = true;
  const auto running = running_;
  for (auto& visit : running) visit->stop_now();
  auto empty = tasks_.when_empty();
  co_await std::move(empty);
}

}  // namespace parley::rest
