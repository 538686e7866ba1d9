// The rows of all services as gRPC methods.
#pragma once

#include <parley/operation.hpp>
#include <parley/rpc/call.hpp>

#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>

namespace parley::grpc {

class Methods {
 public:
  // Throws std::logic_error for two rows of one path. `edge` outlives it.
  Methods(const calls::Edge& edge, std::span<const BoundService> services);

  // Of a path such as "/user.UserService/CreateUser"; null for none.
  const calls::BoundOperation* find(std::string_view path) const noexcept {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : found->second;
  }

 private:
  std::deque<calls::BoundOperation> methods_;  // a deque does not move its elements
  std::unordered_map<std::string_view, const calls::BoundOperation*> by_path_;
};

// "user.UserService" of such a path.
std::string_view service_of(std::string_view path) noexcept;

}  // namespace parley::grpc
