// The rows of all services as gRPC methods.
#pragma once

#include <parley/codec/protobuf.hpp>
#include <parley/operation.hpp>
#include <parley/rpc/call.hpp>

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace parley::grpc {

class Methods {
 public:
  // Throws std::logic_error for two rows of one path. `edge` outlives it.
  Methods(const calls::Edge& edge, std::span<const BoundService> services);

  struct Method {
    const std::string path;
    const codec::ProtobufStyle style;  // of its messages
    const calls::BoundOperation& operation;
  };
  // Of a path such as "/user.UserService/CreateUser"; null for none.
  const Method* find(std::string_view path) const noexcept {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : found->second;
  }

 private:
  // Deques do not move their elements.
  std::deque<calls::BoundOperation> operations_;
  std::deque<Method> methods_;
  std::unordered_map<std::string_view, const Method*> by_path_;
};

// "user.UserService" of such a path.
std::string_view service_of(std::string_view path) noexcept;

}  // namespace parley::grpc
