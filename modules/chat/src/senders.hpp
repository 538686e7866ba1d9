// How fast each user may send: a token bucket per name, kept as the time at which it is full again. Loop
// thread only.
#pragma once

#include <parley/result.hpp>
#include <parley/time.hpp>

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace parley::chat {

class Senders {
 public:
  // `per_second` 0: messages are not limited. `burst` messages may come at once after a silence, one at
  // least.
  Senders(std::int64_t per_second, std::int64_t burst);

  // Takes a token. resource_exhausted, with when the next one is there, if there is none.
  Result<void> may_send(const std::string& user, SteadyTime now);
  // Whether it is told that the user types: once per second.
  bool may_type(const std::string& user, SteadyTime now);

  std::size_t size() const noexcept { return by_name_.size(); }

 private:
  struct Sender {
    std::string name;
    SteadyTime full_at;
    SteadyTime typed;
  };
  Sender& find(const std::string& user, SteadyTime now);

  const std::int64_t per_second_;
  const std::chrono::nanoseconds interval_;  // in which a token comes
  const std::chrono::nanoseconds reserve_;   // in which all but one come
  std::list<Sender> senders_;                // the latest first
  std::unordered_map<std::string_view, std::list<Sender>::iterator> by_name_;
};

}  // namespace parley::chat
