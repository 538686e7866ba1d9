// What travels with every call through a port, in process or across a network.
#pragma once

#include <parley/time.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// W3C Trace Context (level 1). All-zero ids mean "no trace".
struct Trace {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::uint8_t flags = 0;

  bool valid() const noexcept;
  std::string trace_id_hex() const;
  std::string traceparent() const;  // version 00
  // Nothing for a malformed or all-zero header; a higher version is read as version 00 (section 3.2.2.3).
  static std::optional<Trace> parse(std::string_view traceparent) noexcept;
};

// Who calls. Anonymous calls have none.
struct Principal {
  std::string subject;
  std::vector<std::string> permissions;
  std::string service = {};              // the name of the service that calls; empty for a user
  bool administrator = false;            // has every permission
  Timestamp expires = Timestamp::max();  // nothing is permitted from then on

  bool has(std::string_view permission) const noexcept;
};

// Lets a caller withdraw a call that runs. Shared between both sides; loop thread only, except where stated.
class Cancellation {
 public:
  // Any thread. It guards nothing else: what was written before cancel() need not be seen yet.
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
  void cancel();
  // `on_cancel` runs once at cancel(), inline; at once when that has happened. The latest registration
  // counts: one waiter at a time.
  void on_cancel(std::function<void()> on_cancel);

 private:
  std::atomic<bool> cancelled_{false};
  std::function<void()> on_cancel_;
};

// A value; copies share the principal and the cancellation.
struct CallContext {
  const Clock* clock = &system_clock();  // outlives the call
  SteadyTime deadline = SteadyTime::max();
  Trace trace{};
  std::shared_ptr<const Principal> principal;
  std::shared_ptr<Cancellation> cancellation;  // may be null

  Timestamp now() const noexcept { return clock->now(); }
  bool expired() const noexcept { return clock->steady() >= deadline; }
  bool cancelled() const noexcept { return cancellation && cancellation->cancelled(); }
};

}  // namespace parley
