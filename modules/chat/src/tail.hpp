// The newest messages of one room, in memory, so that followers which keep up never read the database.
// It may be cut at any time: who is behind it reads pages from the log instead. Loop thread only.
#pragma once

#include <parley/chat/chat.hpp>

#include <cstdint>
#include <deque>
#include <vector>

namespace parley::chat {

// What the tails of all rooms take together.
struct TailBudget {
  static constexpr std::size_t limit = 64 << 20;  // bytes
  std::size_t used = 0;
};

class Tail {
 public:
  static constexpr std::size_t max_messages = 512;
  static constexpr std::size_t max_bytes = 1 << 20;

  explicit Tail(TailBudget& budget) noexcept : budget_(budget) {}
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;
  ~Tail() { clear(); }

  // Behind the last one; a message that does not follow it starts the tail anew.
  void append(Message message);
  void clear() noexcept;
  // Whether it has every message after `seq`, and one at least.
  bool covers(std::int64_t seq) const noexcept;
  // Copies of the messages after `seq`, `limit` at most and about max_page_bytes. Only where covers(seq).
  std::vector<Message> after(std::int64_t seq, std::size_t limit) const;

 private:
  void drop_oldest() noexcept;

  TailBudget& budget_;
  std::deque<Message> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace parley::chat
