#include "methods.hpp"

#include <stdexcept>
#include <string>

namespace parley::grpc {

Methods::Methods(const calls::Edge& edge, std::span<const BoundService> services) {
  for (const auto& service : services)
    for (const auto& row : service.operations) {
      if (!row.grpc) continue;
      const auto& operation = operations_.emplace_back(edge, service, row);
      for (auto& [path, version] : grpc_methods(service, row)) {
        const Method& method = methods_.emplace_back(Method{std::move(path), {version}, operation});
        if (!by_path_.emplace(method.path, &method).second)
          throw std::logic_error("two operations have the gRPC method " + method.path);
      }
    }
}

std::string_view service_of(std::string_view path) noexcept {
  if (path.starts_with('/')) path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

}  // namespace parley::grpc
