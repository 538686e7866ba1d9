// The connections of a server.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace parley::net {

// Each knows its place by a public member `index`. Loop thread only.
template <class Connection>
class Registry {
 public:
  using Ptr = boost::intrusive_ptr<Connection>;

  void add(Ptr connection) {
    connection->index = all_.size();
    all_.push_back(std::move(connection));
  }
  // What kept it; null for one that is not here.
  Ptr remove(const Connection& connection) {
    const auto index = connection.index;
    if (index >= all_.size() || all_[index].get() != &connection) return {};
    std::swap(all_[index], all_.back());
    all_[index]->index = index;
    Ptr left = std::move(all_.back());
    all_.pop_back();
    return left;
  }
  std::vector<Ptr> take() { return std::exchange(all_, {}); }
  // A copy: whoever is told something may leave.
  std::vector<Ptr> all() const { return all_; }
  std::size_t size() const noexcept { return all_.size(); }

 private:
  std::vector<Ptr> all_;
};

}  // namespace parley::net
