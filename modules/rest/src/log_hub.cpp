#include "log_hub.hpp"

#include "catch_up.hpp"

#include <parley/log.hpp>

namespace parley::rest {
namespace {

constexpr std::chrono::milliseconds linger{30'000};
constexpr std::size_t max_lingering = 256;  // hubs without members; more are removed at once
constexpr std::size_t kept_buffer = 64 << 10;

}  // namespace

Task<Result<void>> SourceCursor::follow(CallContext context, std::optional<std::int64_t> after,
                                        Outbound& out) {
  return source_.follow(std::move(context), after, out);
}

void SourceCursor::broke_off(const Error& error, std::chrono::milliseconds wait) {
  const auto name = source_.name();
  log::warn(name.component, "following broke off; trying again",
            {{"log", name.log},
             {"code", info(error.code).name},
             {"reason", error.message},
             {"wait_ms", wait.count()}});
}

LogHub::LogHub(LogHubs& hubs, LogSource& source, std::string key)
    : SourceCursor(hubs.environment_, source, std::nullopt), hubs_(hubs), key_(std::move(key)) {}

LogHub::~LogHub() = default;

Task<bool> LogHub::take(const void* update) {
  const auto view = source_.view(update);
  if (view.gap) {
    const auto position = behind(*view.gap);
    Frames gap(source_, *view.gap, position, environment_.clock.now(), buffer_);
    tell_all(gap);
    go_to(position);
  }
  for (std::size_t i = 0; i < view.count; ++i) {
    const void* entry = source_.entry(view, i);
    Frames frames(source_, entry, buffer_);
    distribute(frames);
    go_to(source_.seq(entry));
  }
  if (view.position && view.position != position_) go_to(*view.position);
  if (buffer_.capacity() > kept_buffer) std::string().swap(buffer_);
  co_return true;
}

void LogHub::go_to(std::int64_t position) {
  position_ = position;
  // A member that joins leaves the list, and the last takes its place.
  for (std::size_t i = 0; i < catching_up_.size();) {
    auto* member = catching_up_[i];
    if (member->try_join())
      member->stop();
    else
      ++i;
  }
}

void LogHub::entered() {
  if (++members_ > 1) return;
  linger_.cancel();
  --hubs_.lingering_;
}

void LogHub::left() {
  if (--members_ == 0) hubs_.abandoned(*this);
}

void Place::enter(std::shared_ptr<Group> group, net::Peer& peer, std::optional<std::int64_t> after) {
  group_ = std::move(group);
  peer_ = &peer;
  auto& hub = group_->hub();
  hub.entered();
  if (!after || hub.position() == after) {
    group_->join(peer);
    return;
  }
  auto catch_up = std::make_shared<CatchUp>(*this, *after);
  catch_up_ = catch_up.get();
  hub.hubs_.start(std::move(catch_up));
}

void Place::leave() noexcept {
  if (!group_) return;
  const auto group = std::move(group_);
  group->leave(*peer_);
  if (catch_up_) catch_up_->drop();
  group->hub().left();
}

LogHubs::LogHubs(net::Loop& loop, Scheduler& scheduler, const Clock& clock, std::size_t backlog)
    : loop_(loop),
      environment_{scheduler, clock},
      backlog_(backlog),
      tasks_(log_failures("rest", "following a log broke off")) {}

LogHubs::~LogHubs() = default;

std::shared_ptr<LogHub> LogHubs::find(const std::string& key) {
  if (const auto found = hubs_.find(key); found != hubs_.end()) return found->second;
  auto hub = make(key);
  hubs_.emplace(key, hub);
  abandoned(*hub);  // until somebody enters
  start(hub);
  return hub;
}

void LogHubs::start(std::shared_ptr<SourceCursor> cursor) {
  if (stopped_) return;
  struct Listed {  // until it has ended, however it does
    std::unordered_map<SourceCursor*, std::shared_ptr<SourceCursor>>& list;
    SourceCursor* cursor;
    ~Listed() { list.erase(cursor); }
  };
  struct Runner {
    static Task<void> run(LogHubs& hubs, std::shared_ptr<SourceCursor> cursor) {
      const Listed listed{hubs.running_, cursor.get()};
      hubs.running_.emplace(cursor.get(), cursor);
      auto running = cursor->run();
      co_await std::move(running);
    }
  };
  tasks_.spawn(Runner::run(*this, std::move(cursor)));
}

void LogHubs::abandoned(LogHub& hub) {
  ++lingering_;
  const bool at_once = lingering_ > max_lingering;
  hub.linger_ = environment_.scheduler.after(at_once ? std::chrono::milliseconds(0) : linger,
                                             [this, &hub] { remove(hub); });
}

void LogHubs::remove(LogHub& hub) {
  --lingering_;
  const auto found = hubs_.find(hub.key());
  if (found == hubs_.end() || found->second.get() != &hub) return;
  auto kept = std::move(found->second);
  hubs_.erase(found);
  kept->stop();
}

Task<void> LogHubs::stop() {
  stopped_ = true;
  std::vector<std::shared_ptr<SourceCursor>> running;
  for (auto& [address, cursor] : running_) running.push_back(cursor);
  for (auto& cursor : running) cursor->stop_now();
  running.clear();
  auto empty = tasks_.when_empty();
  co_await std::move(empty);
}

}  // namespace parley::rest
