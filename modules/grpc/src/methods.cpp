#include "methods.hpp"

#include <stdexcept>
#include <string>

namespace parley::grpc {

Methods::Methods(const calls::Edge& edge, std::span<const BoundService> services) {
  for (const auto& service : services)
    for (const auto& row : service.operations) {
      if (!row.grpc) continue;
      const auto& method = methods_.emplace_back(edge, service, row);
      if (!by_path_.emplace(row.grpc, &method).second)
        throw std::logic_error("two operations have the gRPC method " + std::string(row.grpc));
    }
}

std::string_view service_of(std::string_view path) noexcept {
  if (path.starts_with('/')) path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

}  // namespace parley::grpc
