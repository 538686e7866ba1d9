#include <parley/operation.hpp>

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

}  // namespace parley
