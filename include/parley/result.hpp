// Outcomes as values: every port answers with Result<T>; the error carries the canonical gRPC code.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// The canonical codes, numbered as in gRPC (grpc/statuscodes), so that an adapter may cast.
enum class Code : std::uint8_t {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};
inline constexpr std::size_t code_count = 17;

// What each edge makes of a code. One row per code; edges translate through this table only.
struct CodeInfo {
  std::string_view name;      // canonical name in lower case, as in problem+json `code`
  std::string_view grpc_name;  // as gRPC's libraries print it, "NotFound"; a metrics label
  std::string_view title;     // short human text, the same for every occurrence
  std::uint16_t http_status;  // RFC 9110
  std::int16_t jsonrpc_code;  // JSON-RPC 2.0, implementation-defined range
  std::uint16_t close_code;   // WebSocket, RFC 6455 section 7.4
};
const CodeInfo& info(Code code) noexcept;

// One entry per field at fault. `field` is a path such as `items[0].quantity`; `problem` completes the
// sentence "<field> ..." and names the limit and what was found, never the value of a secret.
struct FieldProblem {
  std::string field;
  std::string problem;
  bool operator==(const FieldProblem&) const = default;
};

struct Error {
  Code code = Code::unknown;
  std::string message;  // one sentence for people; no path, SQL or secret
  std::vector<FieldProblem> fields = {};
  std::chrono::milliseconds retry_after{0};  // 0: no advice
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

// invalid_argument for one field.
std::unexpected<Error> invalid_field(std::string field, std::string problem);

// invalid_argument for all of `problems`, which must not be empty.
Error invalid_argument(std::vector<FieldProblem> problems);

}  // namespace parley
