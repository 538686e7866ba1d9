#include "cache.hpp"

namespace parley::users {

const User* UserCache::find(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  users_.splice(users_.begin(), users_, found->second);
  return &*found->second;
}

void UserCache::put(const User& user) {
  note_write(user.id);
  store(user);
}

void UserCache::erase(std::string_view id) {
  note_write(id);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const auto node = found->second;
  by_id_.erase(found);  // before its key goes
  users_.erase(node);
}

void UserCache::note_write(std::string_view id) {
  if (reading_.empty()) return;
  if (const auto reading = reading_.find(std::string(id)); reading != reading_.end())
    ++reading->second.writes;
}

void UserCache::store(const User& user) {
  if (capacity_ == 0) return;
  if (const auto found = by_id_.find(user.id); found != by_id_.end()) {
    const auto node = found->second;
    by_id_.erase(found);
    users_.erase(node);
  } else if (users_.size() >= capacity_) {
    by_id_.erase(users_.back().id);
    users_.pop_back();
  }
  users_.push_front(user);
  by_id_.emplace(users_.front().id, users_.begin());
}

UserCache::Fill::Fill(UserCache& cache, std::string id) : cache_(cache), id_(std::move(id)) {
  auto& reading = cache_.reading_[id_];
  ++reading.reads;
  writes_ = reading.writes;
}

UserCache::Fill::~Fill() {
  const auto reading = cache_.reading_.find(id_);
  if (--reading->second.reads == 0) cache_.reading_.erase(reading);
}

void UserCache::Fill::put(const User& user) {
  if (cache_.reading_.find(id_)->second.writes == writes_) cache_.store(user);
}

}  // namespace parley::users
