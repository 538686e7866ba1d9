// What the orders' contract needs of an implementation of the port, be it in this process, behind a network
// or somebody else's, and the calls it is made of. Everything runs on the test's thread.
#pragma once

#include "catch.hpp"

#include <parley/orders/compose.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace parley::orders::contract {

class Placement {
 public:
  virtual ~Placement() = default;
  virtual OrderService& port() = 0;
  // Runs the loop until `done()`; throws when that takes too long.
  virtual void run_until(const std::function<bool()>& done) = 0;
  // Moves the implementation's time, and runs what falls due.
  virtual void advance(std::chrono::milliseconds by) = 0;
  // Ends the implementation and starts it again over what it has stored. False: it stores nothing, or cannot
  // be restarted.
  virtual bool restart() = 0;
  // Of a call without a deadline, on the implementation's clock.
  virtual CallContext context() = 0;
  // Ids of users: active ones that have no orders yet, another one at each call; and one who is not active.
  virtual std::string new_user() = 0;
  virtual std::string inactive_user() = 0;
};
// A fresh implementation with an empty store.
using Factory = std::function<std::unique_ptr<Placement>(const Options&)>;

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  T answer = co_await std::move(task);
  out.emplace(std::move(answer));
}

// Runs calls to their ends, all begun before the first is answered.
template <class T>
std::vector<T> call_all(Placement& placement, std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> values(tasks.size());
  std::exception_ptr failure;
  TaskGroup group([&](std::exception_ptr e) { failure = e; });
  for (std::size_t i = 0; i < tasks.size(); ++i) group.spawn(keep(std::move(tasks[i]), values[i]));
  placement.run_until([&] { return group.size() == 0 || failure; });
  if (failure) std::rethrow_exception(failure);
  std::vector<T> answers;
  for (auto& value : values) answers.push_back(std::move(*value));
  return answers;
}
template <class T>
T call(Placement& placement, Task<T> task) {
  std::vector<Task<T>> one;
  one.push_back(std::move(task));
  return std::move(call_all(placement, std::move(one)).front());
}

// Asks until it holds: what the implementation does in its own time may need some turns.
inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000; ++i)
    if (holds()) return true;
  return false;
}

inline OrderItem item(std::string product, std::int32_t quantity, std::int64_t hundredths,
                      std::optional<std::string> name = std::nullopt) {
  return {std::move(product), quantity, Money{hundredths}, std::move(name)};
}
inline ShippingAddress address(std::string text) {
  ShippingAddress out;
  out.text = std::move(text);
  return out;
}
// Of one keyboard at 29.99, two of them.
inline CreateOrder order_of(std::string user_id) {
  CreateOrder request;
  request.user_id = std::move(user_id);
  request.items.push_back(item("prod_456", 2, 2999, "Keyboard"));
  request.shipping_address = address("123 Main St, New York");
  return request;
}
inline CreateOrder keyed_order(std::string user_id, std::string key) {
  auto request = order_of(std::move(user_id));
  request.idempotency_key = std::move(key);
  return request;
}

inline Result<Order> create(Placement& p, CreateOrder request) {
  return call(p, p.port().create_order(p.context(), std::move(request)));
}
inline Result<Order> get(Placement& p, std::string id) {
  GetOrder request{std::move(id)};
  return call(p, p.port().get_order(p.context(), std::move(request)));
}
inline Result<Order> set_status(Placement& p, std::string id, OrderStatus status) {
  UpdateOrderStatus request{std::move(id), status};
  return call(p, p.port().update_order_status(p.context(), std::move(request)));
}
inline Result<OrderPage> list(Placement& p, std::string user_id, std::int32_t page = 1,
                              std::int32_t page_size = 20) {
  ListUserOrders request{std::move(user_id), page, page_size};
  return call(p, p.port().list_user_orders(p.context(), std::move(request)));
}

// An answer that must come.
template <class T>
T value(Result<T> result) {
  if (!result) throw std::runtime_error("a call failed: " + result.error().message);
  return std::move(*result);
}
inline Order created(Placement& p, CreateOrder request) {
  return value(create(p, std::move(request)));
}

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::ok : result.error().code;
}
// The problem of the field `name`, or a text that says there is none.
template <class T>
std::string problem_of(const Result<T>& result, std::string_view name) {
  if (result) return "(no error)";
  for (auto& field : result.error().fields)
    if (field.field == name) return field.problem;
  return "(no problem with " + std::string(name) + ": " + result.error().message + ")";
}

// A follow_orders() and what its receiver has got. Cancels and awaits the call when destroyed; so it does not
// outlive the placement, nor a restart of it.
class Following {
 public:
  explicit Following(Placement& placement, std::optional<std::int64_t> after_seq = std::nullopt,
                     SteadyTime deadline = SteadyTime::max())
      : placement_(placement), group_([](std::exception_ptr e) { std::rethrow_exception(e); }) {
    CallContext context = placement_.context();
    context.cancellation = cancellation_;
    context.deadline = deadline;
    FollowOrders request{after_seq};
    auto following =
        placement_.port().follow_orders(std::move(context), std::move(request), Sink<OrderUpdate>(receiver_));
    group_.spawn(keep(std::move(following), outcome_));
  }
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;
  ~Following() {
    cancellation_->cancel();
    placement_.run_until([&] { return outcome_.has_value(); });
  }

  const std::vector<OrderUpdate>& updates() const { return receiver_.updates; }
  std::vector<OrderEvent> events() const {
    std::vector<OrderEvent> all;
    for (auto& update : updates()) all.insert(all.end(), update.events.begin(), update.events.end());
    return all;
  }
  // Runs until so many events have come.
  std::vector<OrderEvent> await(std::size_t count) {
    placement_.run_until([&] { return events().size() >= count || outcome_; });
    return events();
  }
  // Runs until the first gap has been told.
  std::optional<LogGap> await_gap() {
    const auto told = [&]() -> std::optional<LogGap> {
      for (auto& update : updates())
        if (update.gap) return update.gap;
      return std::nullopt;
    };
    placement_.run_until([&] { return told() || outcome_; });
    return told();
  }
  Code await_end() {
    placement_.run_until([&] { return outcome_.has_value(); });
    return code_of(*outcome_);
  }
  bool gapless() const {
    return std::ranges::none_of(updates(), [](const OrderUpdate& update) { return update.gap.has_value(); });
  }

 private:
  struct Receiver final : Outbound {
    std::vector<OrderUpdate> updates;
    Task<bool> write(const TypeInfo&, const void* answer) override {
      updates.push_back(*static_cast<const OrderUpdate*>(answer));
      co_return true;
    }
  };
  Placement& placement_;
  Receiver receiver_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::optional<Result<void>> outcome_;
  TaskGroup group_;
};

// As a line such as "3 STATUS_CHANGED <id> PENDING>CONFIRMED".
inline std::string line_of(const OrderEvent& event) {
  const auto name = [](OrderStatus status) {
    for (auto& known : describe<OrderStatus>().items)
      if (known.value == static_cast<std::int32_t>(status)) return std::string(known.name);
    return std::string("?");
  };
  std::string line = std::to_string(event.seq);
  line += event.type == OrderEventType::created ? " CREATED " : " STATUS_CHANGED ";
  line += event.order.id + ' ';
  if (event.previous) line += name(*event.previous) + '>';
  return line + name(event.order.status);
}
inline std::vector<std::string> lines_of(const std::vector<OrderEvent>& events) {
  std::vector<std::string> lines;
  for (auto& event : events) lines.push_back(line_of(event));
  return lines;
}

}  // namespace parley::orders::contract
