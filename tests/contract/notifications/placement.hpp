// What the contract of notifications needs of an implementation of the port, be it in this process, behind a
// network or somebody else's, and the calls it is made of. Everything runs on the test's thread.
#pragma once

#include "catch.hpp"

#include <parley/notifications/compose.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley::notifications::contract {

class Placement {
 public:
  virtual ~Placement() = default;
  virtual NotificationService& port() = 0;
  // Runs the loop until `done()`; throws when that takes too long.
  virtual void run_until(const std::function<bool()>& done) = 0;
  // Moves the implementation's time, and runs what falls due.
  virtual void advance(std::chrono::milliseconds by) = 0;
  // Ends the implementation and starts it again over what it has stored. False: it stores nothing, or cannot
  // be restarted.
  virtual bool restart() = 0;
  // Of a call without a deadline, on the implementation's clock.
  virtual CallContext context() = 0;
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

inline SendNotification to(std::string user, std::string title,
                           NotificationType type = NotificationType::info) {
  SendNotification request;
  request.user_id = std::move(user);
  request.title = std::move(title);
  request.type = type;
  return request;
}

inline Result<Notification> send(Placement& p, SendNotification request) {
  return call(p, p.port().send_notification(p.context(), std::move(request)));
}
inline Result<Notification> broadcast(Placement& p, Broadcast request) {
  return call(p, p.port().broadcast(p.context(), std::move(request)));
}

// These must succeed.
inline Notification sent(Placement& p, std::string user, std::string title,
                         NotificationType type = NotificationType::info) {
  auto answer = send(p, to(std::move(user), std::move(title), type));
  if (!answer) throw std::runtime_error("sending failed: " + answer.error().message);
  return *answer;
}
inline Notification told_all(Placement& p, std::string title,
                             NotificationType type = NotificationType::info) {
  Broadcast request;
  request.title = std::move(title);
  request.type = type;
  auto answer = broadcast(p, std::move(request));
  if (!answer) throw std::runtime_error("a broadcast failed: " + answer.error().message);
  return *answer;
}
// `count` notifications at once, "<prefix>1" and so on; for a user, or for everybody.
inline void send_many(Placement& p, int count, const std::string& user, const std::string& prefix = "n") {
  int failed = 0;
  auto one = [](Placement& at, std::string recipient, std::string title, int& failures) -> Task<void> {
    if (recipient.empty()) {
      Broadcast request;
      request.title = std::move(title);
      auto answer = co_await at.port().broadcast(at.context(), std::move(request));
      failures += !answer;
    } else {
      auto request = to(std::move(recipient), std::move(title));
      auto answer = co_await at.port().send_notification(at.context(), std::move(request));
      failures += !answer;
    }
  };
  TaskGroup group([&](std::exception_ptr) { ++failed; });
  for (int i = 1; i <= count; ++i) group.spawn(one(p, user, prefix + std::to_string(i), failed));
  p.run_until([&] { return group.size() == 0; });
  if (failed > 0) throw std::runtime_error("sending many failed");
}

inline Result<NotificationPage> list(Placement& p, ListNotifications request) {
  return call(p, p.port().list_notifications(p.context(), std::move(request)));
}
inline NotificationPage page(Placement& p, std::string user, std::string since, std::int32_t limit = 100,
                             std::vector<NotificationType> types = {}) {
  auto answer = list(p, {std::move(user), std::move(since), limit, std::move(types)});
  if (!answer) throw std::runtime_error("reading failed: " + answer.error().message);
  return *answer;
}
// What a client gets that goes on from `since`, page by page, until there is no more.
inline std::vector<Notification> read_all(Placement& p, const std::string& user, std::string since = "0",
                                          std::int32_t limit = 100,
                                          std::vector<NotificationType> types = {}) {
  std::vector<Notification> all;
  for (;;) {
    auto answer = page(p, user, since, limit, types);
    all.insert(all.end(), answer.notifications.begin(), answer.notifications.end());
    since = answer.next;
    if (!answer.more) return all;
  }
}

inline std::vector<std::string> titles(const std::vector<Notification>& notifications) {
  std::vector<std::string> all;
  for (auto& notification : notifications) all.push_back(notification.title);
  return all;
}
using Titles = std::vector<std::string>;

// The problem of the field `name`, or a text that says there is none.
inline std::string problem_of(const Error& error, std::string_view name) {
  for (auto& field : error.fields)
    if (field.field == name) return field.problem;
  return "(no problem with " + std::string(name) + ": " + error.message + ")";
}

// A streaming call and what its receiver has got. Cancels and awaits the call when destroyed; so it does not
// outlive the placement, nor a restart of it.
template <class Element, class Request,
          Task<Result<void>> (NotificationService::*Method)(CallContext, Request, Sink<Element>)>
class Stream {
 public:
  Stream(Placement& placement, Request request, bool held = false)
      : placement_(placement), group_([](std::exception_ptr e) { std::rethrow_exception(e); }) {
    receiver_.held = held;
    CallContext context = placement_.context();
    context.cancellation = cancellation_;
    group_.spawn(run(placement_.port(), std::move(context), std::move(request), receiver_, outcome_));
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    cancel();
    release();
    placement_.run_until([&] { return ended(); });
  }

  const std::vector<Element>& got() const { return receiver_.got; }
  // Runs until `enough(got())`, or the call has ended.
  template <class Enough>
  const std::vector<Element>& until(Enough enough) {
    placement_.run_until([&] { return enough(receiver_.got) || ended(); });
    return got();
  }
  Code await_end() {
    placement_.run_until([&] { return ended(); });
    return outcome_->has_value() ? Code::ok : outcome_->error().code;
  }
  bool ended() const { return outcome_.has_value(); }
  void cancel() { cancellation_->cancel(); }
  // The receiver asks for no more between hold() and release().
  void hold() { receiver_.held = true; }
  void release() {
    receiver_.held = false;
    if (auto resume = std::exchange(receiver_.waiting, std::nullopt)) (*resume)(true);
  }
  void leave() { receiver_.gone = true; }

 private:
  struct Receiver final : Outbound {
    std::vector<Element> got;
    bool held = false, gone = false;
    std::optional<Resume<bool>> waiting;

    Task<bool> write(const TypeInfo&, const void* answer) override {
      got.push_back(*static_cast<const Element*>(answer));
      if (held) co_await callback<bool>([&](Resume<bool> resume) { waiting.emplace(std::move(resume)); });
      co_return !gone;
    }
  };
  static Task<void> run(NotificationService& port, CallContext context, Request request, Receiver& receiver,
                        std::optional<Result<void>>& outcome) {
    auto ended = co_await (port.*Method)(std::move(context), std::move(request), Sink<Element>(receiver));
    outcome.emplace(std::move(ended));
  }

  Placement& placement_;
  Receiver receiver_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::optional<Result<void>> outcome_;
  TaskGroup group_;
};

using Subscription = Stream<Notification, Subscribe, &NotificationService::subscribe>;
using Following = Stream<NotificationUpdate, FollowNotifications, &NotificationService::follow>;

inline std::vector<Notification> all_of(const std::vector<NotificationUpdate>& updates) {
  std::vector<Notification> all;
  for (auto& update : updates)
    all.insert(all.end(), update.notifications.begin(), update.notifications.end());
  return all;
}
inline std::vector<Notification> await(Following& following, std::size_t count) {
  return all_of(following.until([&](auto& updates) { return all_of(updates).size() >= count; }));
}
inline const std::vector<Notification>& await(Subscription& subscription, std::size_t count) {
  return subscription.until([&](auto& got) { return got.size() >= count; });
}

}  // namespace parley::notifications::contract
