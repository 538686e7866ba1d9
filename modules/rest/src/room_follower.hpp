// A cursor into one room's log that does not give up: what the hubs and the clients that catch up share.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/context.hpp>
#include <parley/operation.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace parley::rest {

// A wait that somebody else may end. One at a time.
class Pause {
 public:
  // Completes after `time`, or at the next wake().
  Task<void> wait(Scheduler& scheduler, std::chrono::milliseconds time);
  void wake();  // resumes inline; nothing when nobody waits

 private:
  std::optional<Resume<bool>> resume_;
  Scheduler::Timer timer_;
};

// Loop thread only. Owned by whoever runs run(), which must keep it alive until run() has completed.
class RoomFollower : public Outbound {
 public:
  struct Environment {
    chat::ChatService& chat;
    Scheduler& scheduler;
    const Clock& clock;
  };

  // Follows until stop(), or until take() answers false. When the port ends the call for another reason it
  // is called again from the position reached, after 100 ms, doubling up to 5 s.
  Task<void> run();
  // In a later turn of the loop: what calls this may be within the port.
  void stop();
  // At once, for a caller that is not.
  void stop_now();

  const std::string& room() const noexcept { return room_; }
  // The last message taken; nothing before the first when it started without a position.
  std::optional<std::int64_t> position() const noexcept { return position_; }

 protected:
  // `environment` outlives it. Without `after`: what comes from now on.
  RoomFollower(const Environment& environment, std::string room, std::optional<std::int64_t> after);

  // May wait; `update` lives until it completes. Moves the position on as it goes. False: no more.
  virtual Task<bool> take(const chat::RoomUpdate& update) = 0;
  // The position behind a gap: its end, or the start of a log that was replaced by a shorter one.
  std::int64_t behind(const LogGap& gap) const noexcept;
  bool stopped() const noexcept { return stopped_; }

  const Environment& environment_;
  const std::string room_;
  std::optional<std::int64_t> position_;
  Pause pause_;

 private:
  Task<bool> write(const TypeInfo& type, const void* answer) final;
  Task<Error> follow();

  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::shared_ptr<RoomFollower*> self_ = std::make_shared<RoomFollower*>(this);  // guards what was posted
  bool stopped_ = false;
  bool received_ = false;  // something, since the last call of the port
};

}  // namespace parley::rest
