#include "senders.hpp"

#include "limits.hpp"

#include <algorithm>

namespace parley::chat {
namespace {

constexpr std::chrono::seconds typing_interval{1};

}  // namespace

Senders::Senders(std::int64_t per_second, std::int64_t burst)
    : per_second_(per_second),
      interval_(per_second > 0 ? 1'000'000'000 / per_second : 0),
      reserve_(interval_ * (std::max<std::int64_t>(burst, 1) - 1)) {}

// One that is forgotten begins with a full bucket; what has been silent longest most likely has one anyway.
Senders::Sender& Senders::find(const std::string& user, SteadyTime now) {
  if (const auto known = by_name_.find(user); known != by_name_.end()) {
    senders_.splice(senders_.begin(), senders_, known->second);
    return *known->second;
  }
  if (senders_.size() >= max_senders) {
    by_name_.erase(senders_.back().name);
    senders_.pop_back();
  }
  senders_.push_front({user, now, now - typing_interval});
  by_name_.emplace(senders_.front().name, senders_.begin());
  return senders_.front();
}

Result<void> Senders::may_send(const std::string& user, SteadyTime now) {
  if (per_second_ == 0) return {};
  Sender& sender = find(user, now);
  // Emptier than empty: the clock went back, as a test's may.
  if (sender.full_at - now > reserve_ + interval_) sender.full_at = now;
  const auto wait = sender.full_at - reserve_ - now;
  if (wait <= SteadyTime::duration::zero()) {
    sender.full_at = std::max(sender.full_at, now) + interval_;
    return {};
  }
  return std::unexpected(Error{Code::resource_exhausted,
                               "this user may send " + std::to_string(per_second_) + " messages per second",
                               {},
                               std::chrono::ceil<std::chrono::milliseconds>(wait)});
}

bool Senders::may_type(const std::string& user, SteadyTime now) {
  Sender& sender = find(user, now);
  if (now - sender.typed < typing_interval) return false;
  sender.typed = now;
  return true;
}

}  // namespace parley::chat
