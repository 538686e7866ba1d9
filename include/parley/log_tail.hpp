// The newest entries of a log, in memory, so that followers which keep up never read the database. It may be
// cut at any time: who is behind it reads pages from the log instead. Loop thread only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace parley {

// What several tails take together.
struct LogTailBudget {
  static constexpr std::size_t limit = 64 << 20;  // bytes
  std::size_t used = 0;
};

// Beside Entry stand log_seq(const Entry&), its position, and footprint(const Entry&), about what it takes in
// memory in bytes.
template <class Entry>
class LogTail {
 public:
  static constexpr std::size_t max_entries = 512;
  static constexpr std::size_t max_bytes = 1 << 20;

  explicit LogTail(LogTailBudget& budget) noexcept : budget_(budget) {}
  LogTail(const LogTail&) = delete;
  LogTail& operator=(const LogTail&) = delete;
  ~LogTail() { clear(); }

  // Behind the last one; an entry that does not follow it starts the tail anew.
  void append(Entry entry) {
    if (!entries_.empty() && log_seq(entry) != log_seq(entries_.back()) + 1) clear();
    const auto size = footprint(entry);
    bytes_ += size;
    budget_.used += size;
    entries_.push_back(std::move(entry));
    while (!entries_.empty() &&
           (entries_.size() > max_entries || bytes_ > max_bytes || budget_.used > LogTailBudget::limit))
      drop_oldest();
  }
  void clear() noexcept {
    budget_.used -= bytes_;
    bytes_ = 0;
    std::deque<Entry>().swap(entries_);  // gives the memory back, which clear() would not
  }

  // Whether it has every entry after `seq`, and one at least.
  bool covers(std::int64_t seq) const noexcept {
    return !entries_.empty() && log_seq(entries_.front()) <= seq + 1 && log_seq(entries_.back()) > seq;
  }
  // Calls `visit(const Entry&)` for the entries after `seq`, in order, until it answers false. Only where
  // covers(seq).
  template <class Visit>
  void visit_after(std::int64_t seq, Visit visit) const {
    const auto skipped = static_cast<std::size_t>(seq + 1 - log_seq(entries_.front()));
    for (std::size_t i = skipped; i < entries_.size(); ++i)
      if (!visit(entries_[i])) return;
  }
  // Copies of the entries after `seq`: `limit` at most, and no more once they take `page_bytes`. Only where
  // covers(seq).
  std::vector<Entry> after(std::int64_t seq, std::size_t limit, std::size_t page_bytes) const {
    std::vector<Entry> copies;
    std::size_t bytes = 0;
    visit_after(seq, [&](const Entry& entry) {
      if (copies.size() == limit || bytes >= page_bytes) return false;
      bytes += footprint(entry);
      copies.push_back(entry);
      return true;
    });
    return copies;
  }

 private:
  void drop_oldest() noexcept {
    const auto size = footprint(entries_.front());
    bytes_ -= size;
    budget_.used -= size;
    entries_.pop_front();
  }

  LogTailBudget& budget_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace parley
