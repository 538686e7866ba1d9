#include "tail.hpp"

#include "limits.hpp"
#include "store.hpp"

namespace parley::chat {

void Tail::append(Message message) {
  if (!messages_.empty() && message.seq != messages_.back().seq + 1) clear();
  const auto size = footprint(message);
  bytes_ += size;
  budget_.used += size;
  messages_.push_back(std::move(message));
  while (!messages_.empty() &&
         (messages_.size() > max_messages || bytes_ > max_bytes || budget_.used > TailBudget::limit))
    drop_oldest();
}

void Tail::clear() noexcept {
  budget_.used -= bytes_;
  bytes_ = 0;
  std::deque<Message>().swap(messages_);  // gives the memory back, which clear() would not
}

bool Tail::covers(std::int64_t seq) const noexcept {
  return !messages_.empty() && messages_.front().seq <= seq + 1 && messages_.back().seq > seq;
}

std::vector<Message> Tail::after(std::int64_t seq, std::size_t limit) const {
  const auto skipped = static_cast<std::size_t>(seq + 1 - messages_.front().seq);
  const auto count = std::min(limit, messages_.size() - skipped);
  std::vector<Message> copies;
  copies.reserve(count);
  std::size_t bytes = 0;
  for (std::size_t i = skipped; i < skipped + count && bytes < max_page_bytes; ++i) {
    bytes += footprint(messages_[i]);
    copies.push_back(messages_[i]);
  }
  return copies;
}

void Tail::drop_oldest() noexcept {
  const auto size = footprint(messages_.front());
  bytes_ -= size;
  budget_.used -= size;
  messages_.pop_front();
}

}  // namespace parley::chat
