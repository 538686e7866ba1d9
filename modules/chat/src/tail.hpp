// The newest messages of one room, in memory: see parley/log_tail.hpp.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/log_tail.hpp>

namespace parley::chat {

using TailBudget = LogTailBudget;

inline std::int64_t log_seq(const Message& message) noexcept {
  return message.seq;
}
std::size_t footprint(const Message& message) noexcept;  // see store.hpp

using Tail = LogTail<Message>;

}  // namespace parley::chat
