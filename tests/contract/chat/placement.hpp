// What the chat's contract needs of an implementation of the port, be it in this process, behind a network or
// somebody else's, and the calls it is made of. Everything runs on the test's thread.
#pragma once

#include "catch.hpp"

#include <parley/chat/compose.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::chat::contract {

class Placement {
 public:
  virtual ~Placement() = default;
  virtual ChatService& port() = 0;
  // Runs the loop until `done()`; throws when that takes too long.
  virtual void run_until(const std::function<bool()>& done) = 0;
  // Moves the implementation's time, and runs what falls due.
  virtual void advance(std::chrono::milliseconds by) = 0;
  // Ends the implementation and starts it again over what it has stored. False: it stores nothing, or cannot
  // be restarted.
  virtual bool restart() = 0;
  // Of a call without a deadline, on the implementation's clock.
  virtual CallContext context() = 0;
  // Whether something between the two takes what is sent before the receiver asks for it.
  virtual bool buffers() const { return false; }
};
// A fresh implementation with an empty store.
using Factory = std::function<std::unique_ptr<Placement>(const Options&)>;

// Runs one call to its end.
template <class T>
T call(Placement& placement, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  auto runner = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
    T answer = co_await std::move(inner);
    out.emplace(std::move(answer));
  };
  TaskGroup group([&](std::exception_ptr e) { failure = e; });
  group.spawn(runner(std::move(task), value));
  placement.run_until([&] { return value || failure; });
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

inline PostMessage text(std::string content, std::string user = "Alice", std::string room = default_room) {
  PostMessage request;
  request.content = std::move(content);
  request.user = std::move(user);
  request.room = std::move(room);
  return request;
}

inline PostMessage delayed_text(std::string content, std::int64_t delay, std::string room = default_room) {
  PostMessage request = text(std::move(content), "Alice", std::move(room));
  request.delay = delay;
  return request;
}

inline Result<Posted> post(Placement& placement, PostMessage request) {
  return call(placement, placement.port().post(placement.context(), std::move(request)));
}

// A post that must succeed.
inline Posted posted(Placement& placement, PostMessage request) {
  auto answer = post(placement, std::move(request));
  if (!answer) throw std::runtime_error("a post failed: " + answer.error().message);
  return *answer;
}

// Posts at once, not one after the other; all must succeed.
inline std::vector<Posted> post_all(Placement& placement, std::vector<PostMessage> requests) {
  std::vector<Posted> answers(requests.size());
  std::string failure;
  auto one = [](Placement& at, PostMessage request, Posted& out, std::string& failed) -> Task<void> {
    auto answer = co_await at.port().post(at.context(), std::move(request));
    if (answer) {
      out = std::move(*answer);
    } else {
      failed = answer.error().message;
    }
  };
  TaskGroup group([&](std::exception_ptr) { failure = "an exception"; });
  for (std::size_t i = 0; i < requests.size(); ++i)
    group.spawn(one(placement, std::move(requests[i]), answers[i], failure));
  placement.run_until([&] { return group.size() == 0; });
  if (!failure.empty()) throw std::runtime_error("a post failed: " + failure);
  return answers;
}

// `count` texts of "<prefix>1", "<prefix>2" and so on.
inline std::vector<Posted> post_many(Placement& placement, int count, const std::string& prefix = "m",
                                     const std::string& room = default_room) {
  std::vector<PostMessage> requests;
  for (int i = 1; i <= count; ++i) requests.push_back(text(prefix + std::to_string(i), "Alice", room));
  return post_all(placement, std::move(requests));
}

inline Result<MessagePage> read(Placement& placement, ReadMessages request) {
  return call(placement, placement.port().read(placement.context(), std::move(request)));
}

// A page that must come.
inline MessagePage page(Placement& placement, std::string since, std::int32_t limit = 100,
                        std::string room = default_room) {
  auto answer = read(placement, ReadMessages{std::move(room), std::move(since), limit});
  if (!answer) throw std::runtime_error("a read failed: " + answer.error().message);
  return *answer;
}

// What a client gets that goes on from `since`, page by page, until there is no more.
inline std::vector<Message> read_all(Placement& placement, std::string since = "s0", std::int32_t limit = 100,
                                     const std::string& room = default_room) {
  std::vector<Message> all;
  for (;;) {
    auto answer = page(placement, since, limit, room);
    all.insert(all.end(), answer.messages.begin(), answer.messages.end());
    if (!answer.more) return all;
    since = answer.next;
  }
}

inline std::vector<std::string> contents(const std::vector<Message>& messages) {
  std::vector<std::string> all;
  for (auto& message : messages) all.push_back(message.content);
  return all;
}

// The first position of `messages` that is not one more than the one before; 0 when there is none.
inline std::int64_t first_hole(const std::vector<Message>& messages) {
  for (std::size_t i = 1; i < messages.size(); ++i)
    if (messages[i].seq != messages[i - 1].seq + 1) return messages[i].seq;
  return 0;
}

// The problem of the field `name`, or a text that says there is none.
inline std::string problem_of(const Error& error, std::string_view name) {
  for (auto& field : error.fields)
    if (field.field == name) return field.problem;
  return "(no problem with " + std::string(name) + ": " + error.message + ")";
}

// A follow() and what its receiver has got. Cancels and awaits the call when destroyed; so it does not
// outlive the placement, nor a restart of it.
class Following {
 public:
  explicit Following(Placement& placement, std::optional<std::int64_t> after_seq = std::nullopt,
                     std::string room = default_room, SteadyTime deadline = SteadyTime::max())
      : placement_(placement), group_([](std::exception_ptr e) { std::rethrow_exception(e); }) {
    start(FollowRoom{std::move(room), after_seq}, deadline);
  }
  // With a receiver that takes the first update and asks for no more until release().
  struct Held {};
  Following(Held, Placement& placement, std::optional<std::int64_t> after_seq)
      : placement_(placement), group_([](std::exception_ptr e) { std::rethrow_exception(e); }) {
    receiver_.held = true;
    start(FollowRoom{default_room, after_seq}, SteadyTime::max());
  }
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;
  ~Following() {
    cancel();
    release();
    placement_.run_until([&] { return ended(); });
  }

  const std::vector<RoomUpdate>& updates() const { return receiver_.updates; }
  std::vector<Message> messages() const {
    std::vector<Message> all;
    for (auto& update : updates()) all.insert(all.end(), update.messages.begin(), update.messages.end());
    return all;
  }
  std::size_t count() const {
    std::size_t messages = 0;
    for (auto& update : updates()) messages += update.messages.size();
    return messages;
  }
  // Runs until so many messages have come.
  std::vector<Message> await(std::size_t messages) {
    placement_.run_until([&] { return count() >= messages || ended(); });
    return this->messages();
  }
  // Runs until the call has ended.
  Code await_end() {
    placement_.run_until([&] { return ended(); });
    return outcome_->has_value() ? Code::ok : outcome_->error().code;
  }
  bool ended() const { return outcome_.has_value(); }
  void cancel() { cancellation_->cancel(); }
  void hold() { receiver_.held = true; }
  void release() { receiver_.release(); }
  bool holding() const { return receiver_.waiting.has_value(); }
  // The receiver answers the next update by going away.
  void leave() { receiver_.gone = true; }

 private:
  struct Receiver final : Outbound {
    std::vector<RoomUpdate> updates;
    bool held = false, gone = false;
    std::optional<Resume<bool>> waiting;

    Task<bool> write(const TypeInfo&, const void* answer) override {
      updates.push_back(*static_cast<const RoomUpdate*>(answer));
      if (held) co_await callback<bool>([&](Resume<bool> resume) { waiting.emplace(std::move(resume)); });
      co_return !gone;
    }
    void release() {
      held = false;
      if (auto resume = std::exchange(waiting, std::nullopt)) (*resume)(true);
    }
  };
  static Task<void> run(ChatService& port, CallContext context, FollowRoom request, Receiver& receiver,
                        std::optional<Result<void>>& outcome) {
    auto ended = co_await port.follow(std::move(context), std::move(request), Sink<RoomUpdate>(receiver));
    outcome.emplace(std::move(ended));
  }
  void start(FollowRoom request, SteadyTime deadline) {
    CallContext context = placement_.context();
    context.cancellation = cancellation_;
    context.deadline = deadline;
    group_.spawn(run(placement_.port(), std::move(context), std::move(request), receiver_, outcome_));
  }

  Placement& placement_;
  Receiver receiver_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::optional<Result<void>> outcome_;
  TaskGroup group_;
};

}  // namespace parley::chat::contract
