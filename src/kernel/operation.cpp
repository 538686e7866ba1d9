#include <parley/operation.hpp>

#include <algorithm>
#include <limits>
#include <ranges>
#include <stdexcept>

namespace parley {

Task<Result<bool>> Inbound::next(const TypeInfo&, void*) {
  return Result<bool>(fail(Code::unimplemented, "this protocol has no streams of clients"));
}

std::uint32_t possible_errors(const Operation& row) {
  auto errors = row.errors | code_bits(Code::deadline_exceeded, Code::unavailable, Code::internal);
  if (!row.request().fields.empty()) errors |= code_bits(Code::invalid_argument);
  if (!row.permission.empty()) errors |= code_bits(Code::unauthenticated, Code::permission_denied);
  return errors;
}

std::string_view grpc_service(std::span<const Operation> rows) {
  const auto row = std::ranges::find_if(rows, [](const Operation& each) { return each.grpc != nullptr; });
  if (row == rows.end()) return {};
  std::string_view path = row->grpc;
  path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

std::set<std::string> permissions_of(std::span<const Operation> rows) {
  std::set<std::string> all;
  for (const auto& row : rows)
    for (const auto permission : std::views::split(row.permission, ' '))
      all.emplace(permission.begin(), permission.end());
  return all;
}

std::vector<GrpcMethod> grpc_methods(const BoundService& service, const Operation& row) {
  std::vector<GrpcMethod> all;
  if (!row.grpc) return all;
  const std::string_view path = row.grpc;
  all.push_back({std::string(path), std::numeric_limits<std::uint16_t>::max()});
  const auto slash = path.rfind('/');
  const auto dot = path.rfind('.', slash);
  const auto name = dot == path.npos ? 1 : dot + 1;  // of the service, and the rest
  for (const auto& [package, version] : service.packages) {
    if (!path.starts_with('/') || slash == 0 || name >= slash)
      throw std::logic_error("the gRPC path " + std::string(path) + " has no service");
    if (row.since > version) continue;
    all.push_back({std::string("/").append(package).append(".").append(path.substr(name)), version});
  }
  return all;
}

}  // namespace parley
