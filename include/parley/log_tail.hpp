// The newest entries of a log, in memory, so that followers which keep up never read the database. It may be
// cut whenever this tail or another one of its budget grows: who is behind it reads pages from the log
// instead. Loop thread only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <utility>
#include <vector>

namespace parley {

// What several tails may take together. Past it the tail gives way that has been still for longest, so that
// logs where nothing happens leave the room to those where something does. Outlives its tails.
class LogTailBudget {
 public:
  static constexpr std::size_t usual = 64 << 20;

  explicit LogTailBudget(std::size_t bytes = usual) noexcept : limit_(bytes) {}
  LogTailBudget(const LogTailBudget&) = delete;
  LogTailBudget& operator=(const LogTailBudget&) = delete;

  std::size_t used() const noexcept { return used_; }  // bytes

 private:
  template <class Entry>
  friend class LogTail;
  struct Member {
    virtual void drop_oldest() noexcept = 0;

   protected:
    ~Member() = default;
  };
  using Members = std::list<Member*>;

  const std::size_t limit_;
  std::size_t used_ = 0;
  Members members_;  // with entries, by the time of their last append
};

// Beside Entry stand log_seq(const Entry&), its position, and footprint(const Entry&), about what it takes in
// memory in bytes.
template <class Entry>
class LogTail final : LogTailBudget::Member {
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
    entries_.push_back(std::move(entry));
    bytes_ += size;
    budget_.used_ += size;
    auto& members = budget_.members_;
    if (entries_.size() == 1)
      place_ = members.insert(members.end(), this);
    else
      members.splice(members.end(), members, place_);
    while (!entries_.empty() && (entries_.size() > max_entries || bytes_ > max_bytes)) drop_oldest();
    while (budget_.used_ > budget_.limit_ && !members.empty()) members.front()->drop_oldest();
  }
  void clear() noexcept {
    if (!entries_.empty()) budget_.members_.erase(place_);
    budget_.used_ -= bytes_;
    bytes_ = 0;
    std::deque<Entry>().swap(entries_);  // gives the memory back, which clear() would not
  }

  // Whether it has every entry after `seq`, and one at least.
  bool covers(std::int64_t seq) const noexcept {
    // In this order: a position that a client made up may be the largest there is.
    return !entries_.empty() && log_seq(entries_.back()) > seq && log_seq(entries_.front()) <= seq + 1;
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
  void drop_oldest() noexcept final {
    const auto size = footprint(entries_.front());
    bytes_ -= size;
    budget_.used_ -= size;
    entries_.pop_front();
    if (entries_.empty()) budget_.members_.erase(place_);
  }

  LogTailBudget& budget_;
  LogTailBudget::Members::iterator place_;  // where there are entries
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace parley
