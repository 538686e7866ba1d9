#include "service.hpp"

#include "rules.hpp"

#include <parley/pages.hpp>
#include <parley/validate.hpp>

#include <algorithm>
#include <utility>

namespace parley::orders {
namespace {

constexpr std::string_view created_help =
    "Orders asked to be placed, by outcome; replayed: answered once more.";
constexpr std::string_view seconds_help = "Time to place an order, until it is on disk, by outcome.";
constexpr std::string_view changes_help = "Orders that came to a status.";

// What one update has at most; a single event may have a hundred items, which the database reads one by one.
constexpr std::int32_t max_stored_events = 32;
// What a stream of a user's orders reads at once, for the same reason.
constexpr std::int32_t streamed_at_once = 32;
constexpr std::size_t max_recent_events = 256;
constexpr std::size_t max_recent_bytes = 256 << 10;

std::unexpected<Error> no_such_order() {
  return fail(Code::not_found, "there is no order with this id");
}

// Ids are UUIDs; a text of another length names no order and is not worth a query.
bool may_be_id(std::string_view id) noexcept {
  return id.size() == 36;
}

void drop_empty(std::optional<std::string>& text) {
  if (text && text->empty()) text.reset();
}

// Empty text in an optional field counts as left out, as with users.
void drop_empty_fields(CreateOrder& request) {
  for (OrderItem& item : request.items) drop_empty(item.name);
  if (auto& address = request.shipping_address) {
    drop_empty(address->postal_code);
    drop_empty(address->country);
  }
}

}  // namespace

Service::Service(Dependencies dependencies, Options options)
    : options_(options),
      database_(std::move(dependencies.database)),
      users_(dependencies.users),
      scheduler_(dependencies.scheduler),
      clock_(dependencies.clock),
      random_(dependencies.random),
      store_(*database_),
      pruner_(store_, dependencies.scheduler, dependencies.clock, options_),
      created_(dependencies.metrics.counter("orders_created_total", created_help, {{"status", "success"}})),
      replayed_(dependencies.metrics.counter("orders_created_total", created_help, {{"status", "replayed"}})),
      failed_(dependencies.metrics.counter("orders_created_total", created_help, {{"status", "error"}})),
      created_seconds_(dependencies.metrics.histogram("order_creation_duration_seconds", seconds_help,
                                                      {{"status", "success"}})),
      failed_seconds_(dependencies.metrics.histogram("order_creation_duration_seconds", seconds_help,
                                                     {{"status", "error"}})) {
  for (std::size_t i = 0; i < changes_.size(); ++i)
    changes_[i] = &dependencies.metrics.counter("order_status_changes_total", changes_help,
                                                {{"status", name_of(static_cast<OrderStatus>(i))}});
}

Task<Result<void>> Service::start() {
  CallContext context;
  context.clock = &clock_;
  auto found = co_await store_.load(std::move(context));
  if (!found) co_return std::unexpected(std::move(found.error()));
  last_event_ = found->last_event;
  pruner_.start(*found);
  co_return Result<void>{};
}

void Service::stop() {
  pruner_.stop();
  followers_.close();
  database_->stop();
}

Task<Result<Order>> Service::create_order(CallContext context, CreateOrder request) {
  const Clock& clock = *context.clock;
  const auto began = clock.steady();
  auto placed = co_await place_order(std::move(context), std::move(request));
  const double seconds = std::chrono::duration<double>(clock.steady() - began).count();
  if (!placed) {
    failed_.add();
    failed_seconds_.observe(seconds);
    co_return std::unexpected(std::move(placed.error()));
  }
  if (placed->replayed) {
    replayed_.add();
  } else {
    created_.add();
    created_seconds_.observe(seconds);
  }
  co_return std::move(placed->order);
}

Task<Result<Service::Placed>> Service::place_order(CallContext context, CreateOrder request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  drop_empty_fields(request);
  const auto total = total_of(request.items);
  if (!total) co_return std::unexpected(total.error());

  Order order;
  order.created_at = order.updated_at = clock_.now();
  order.id = make_uuid(order.created_at, random_);
  order.user_id = std::move(request.user_id);
  order.items = std::move(request.items);
  order.total_amount = *total;
  order.shipping_address = std::move(request.shipping_address);

  // Before anything else: a repetition is answered whatever has become of the user.
  if (request.idempotency_key) {
    auto earlier = co_await store_.find_by_key(context, order.user_id, *request.idempotency_key);
    if (!earlier) co_return std::unexpected(std::move(earlier.error()));
    if (*earlier) co_return replay(std::move(**earlier), order);
  }
  auto user = co_await check_user(context, order.user_id);
  if (!user) co_return std::unexpected(std::move(user.error()));
  // Whatever else must agree to an order, such as its stock and its payment, is asked here.
  auto placed = co_await commit(std::move(context), std::move(order), std::move(request.idempotency_key));
  co_return placed;
}

Task<Result<void>> Service::check_user(CallContext context, std::string user_id) {
  users::ValidateUser question{std::move(user_id)};
  auto user = co_await users_.validate_user(context, std::move(question));
  if (!user) {
    Error error = std::move(user.error());
    error.message = "user validation failed: " + error.message;
    co_return std::unexpected(std::move(error));
  }
  if (!user->is_valid) {
    FieldProblem problem{"user_id", "must be the id of an active user: " + user->reason};
    Error error{Code::invalid_argument, "invalid user: " + user->reason};
    error.fields.push_back(std::move(problem));
    co_return std::unexpected(std::move(error));
  }
  // The answer may have taken all the time there was.
  if (context.expired()) co_return fail(Code::deadline_exceeded, "the call's time is over");
  if (context.cancelled()) co_return fail(Code::cancelled, "the call was cancelled");
  co_return Result<void>{};
}

Task<Result<Service::Placed>> Service::commit(CallContext context, Order order,
                                              std::optional<std::string> key) {
  const bool keyed = key.has_value();
  auto inserted = co_await store_.insert(std::move(context), order, std::move(key));
  if (!inserted) co_return std::unexpected(std::move(inserted.error()));
  if (inserted->earlier) co_return replay(std::move(*inserted->earlier), order);
  if (keyed) pruner_.count_key();
  logged(inserted->seq, OrderEventType::created, order, std::nullopt);
  co_return Placed{std::move(order), false};
}

// The stored order is everything that was asked for, so it is compared itself and not a digest of the
// request. What it was at first is what it is now but for its status.
Result<Service::Placed> Service::replay(Order earlier, const Order& asked) {
  if (earlier.items != asked.items || earlier.shipping_address != asked.shipping_address) {
    Error error{Code::already_exists, "this idempotency key was used for another order of this user"};
    error.fields.push_back(
        {"idempotency_key", "must be new for an order that differs; it belongs to " + earlier.id});
    return std::unexpected(std::move(error));
  }
  earlier.status = OrderStatus::pending;
  earlier.updated_at = earlier.created_at;
  return Placed{std::move(earlier), true};
}

Task<Result<Order>> Service::get_order(CallContext context, GetOrder request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  if (!may_be_id(request.id)) co_return no_such_order();
  auto found = co_await store_.find(std::move(context), std::move(request.id));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return no_such_order();
  co_return std::move(**found);
}

Task<Result<Order>> Service::update_order_status(CallContext context, UpdateOrderStatus request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  if (!may_be_id(request.id)) co_return no_such_order();
  auto changed =
      co_await store_.set_status(std::move(context), std::move(request.id), request.status, clock_.now());
  if (!changed) {
    if (changed.error().code == Code::not_found) co_return no_such_order();
    co_return std::unexpected(std::move(changed.error()));
  }
  if (changed->seq) {
    changes_[static_cast<std::size_t>(request.status)]->add();
    logged(*changed->seq, OrderEventType::status_changed, changed->order, changed->previous);
  }
  co_return std::move(changed->order);
}

Task<Result<OrderPage>> Service::list_user_orders(CallContext context, ListUserOrders request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  auto page = co_await store_.list(std::move(context), std::move(request));
  co_return page;
}

Task<Result<void>> Service::stream_user_orders(CallContext context, StreamUserOrders request,
                                               Sink<Order> sink) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  auto read = [&](const Order* last) {
    return store_.list_behind(context, request.user_id, last, streamed_at_once);
  };
  auto streaming = stream_pages(context, streamed_at_once, read, std::move(sink));
  auto ended = co_await std::move(streaming);
  co_return ended;
}

Task<Result<void>> Service::follow_orders(CallContext context, FollowOrders request, Sink<OrderUpdate> sink) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  const std::int64_t position = request.after_seq.value_or(last_event_);
  auto read = [this, context](std::int64_t after) { return read_log(context, after); };
  auto following = follow_log(context, followers_, scheduler_, position, std::move(read), std::move(sink));
  auto ended = co_await std::move(following);
  co_return ended;
}

Task<Result<LogPage<OrderUpdate>>> Service::read_log(const CallContext& context, std::int64_t position) {
  if (!tail_.covers(position)) return store_.read_log(context, position, max_stored_events);
  Result<LogPage<OrderUpdate>> page;
  page->update.events = tail_.after(position, max_recent_events, max_recent_bytes);
  page->position = page->update.events.back().seq;
  page->empty = false;
  return page;
}

void Service::logged(std::int64_t seq, OrderEventType type, const Order& order,
                     std::optional<OrderStatus> previous) {
  last_event_ = std::max(last_event_, seq);
  pruner_.count_event(seq);
  if (followers_.size() == 0) return tail_.clear();
  tail_.append({seq, type, order, previous, order.updated_at});
  // In a later turn of the loop: what was committed together is read together.
  if (std::exchange(waking_, true)) return;
  scheduler_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    waking_ = false;
    followers_.wake();
  });
}

}  // namespace parley::orders
