// The users read most recently, in memory, so that reading one by id needs no database.
#pragma once

#include <parley/users/users.hpp>

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace parley::users {

// Bounded; the least recently used user gives way. Written through: put() and erase() after each commit, in
// the order of the commits. Loop thread only.
class UserCache {
 public:
  explicit UserCache(std::size_t capacity) : capacity_(capacity) {}
  UserCache(const UserCache&) = delete;
  UserCache& operator=(const UserCache&) = delete;

  // Null when it is not here. Valid until the next put() or erase(). Counts as a use.
  const User* find(std::string_view id);
  void put(const User& user);
  void erase(std::string_view id);
  std::size_t size() const noexcept { return by_id_.size(); }

  // A read of the database that is under way and will fill the cache. What it brings may be older than a
  // commit that was put() meanwhile; then it is not taken. Does not outlive the cache.
  class Fill {
   public:
    Fill(UserCache& cache, std::string id);
    Fill(const Fill&) = delete;
    Fill& operator=(const Fill&) = delete;
    ~Fill();
    void put(const User& user);

   private:
    UserCache& cache_;
    std::string id_;
    std::size_t writes_;  // of this id, when the read began
  };

 private:
  struct Reading {
    std::size_t reads = 0;   // under way
    std::size_t writes = 0;  // seen since the first of them began
  };
  void note_write(std::string_view id);
  void store(const User& user);

  const std::size_t capacity_;
  std::list<User> users_;                                                  // most recently used first
  std::unordered_map<std::string_view, std::list<User>::iterator> by_id_;  // keys live in users_
  std::unordered_map<std::string, Reading> reading_;
};

}  // namespace parley::users
