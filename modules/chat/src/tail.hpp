// The newest messages of one room, in memory: see parley/log_tail.hpp.
#pragma once

#include "limits.hpp"

#include <parley/chat/chat.hpp>
#include <parley/log_tail.hpp>

namespace parley::chat {

using TailBudget = LogTailBudget;

inline std::int64_t log_seq(const Message& message) noexcept {
  return message.seq;
}
std::size_t footprint(const Message& message) noexcept;  // see store.hpp

class Tail : public LogTail<Message> {
 public:
  static constexpr std::size_t max_messages = max_entries;
  using LogTail::LogTail;
  // About max_page_bytes at most.
  std::vector<Message> after(std::int64_t seq, std::size_t limit) const {
    return LogTail::after(seq, limit, max_page_bytes);
  }
};

}  // namespace parley::chat
