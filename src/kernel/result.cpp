#include <parley/result.hpp>

namespace parley {
namespace {

// The one table of errors. HTTP statuses follow google.rpc.Code's mapping, but for failed_precondition, which
// is a 409: not the request is at fault, the state stands against it. JSON-RPC codes are in the
// implementation-defined range, apart from the three that the specification names; close codes are those of
// RFC 6455 section 7.4.1 and the IANA registry; gRPC's names are spelled as in Go, which the lecture's metrics show.
constexpr CodeInfo table[] = {
    {"ok", "OK", "OK", 200, 0, 1000},
    {"cancelled", "Canceled", "The caller went away", 499, -32001, 1001},
    {"unknown", "Unknown", "Unknown error", 500, -32002, 1011},
    {"invalid_argument", "InvalidArgument", "Invalid argument", 400, -32602, 1007},
    {"deadline_exceeded", "DeadlineExceeded", "Deadline exceeded", 504, -32004, 1013},
    {"not_found", "NotFound", "Not found", 404, -32005, 1008},
    {"already_exists", "AlreadyExists", "Already exists", 409, -32006, 1008},
    {"permission_denied", "PermissionDenied", "Permission denied", 403, -32007, 1008},
    {"resource_exhausted", "ResourceExhausted", "Too many requests", 429, -32008, 1013},
    {"failed_precondition", "FailedPrecondition", "Failed precondition", 409, -32009, 1008},
    {"aborted", "Aborted", "Aborted", 409, -32010, 1013},
    {"out_of_range", "OutOfRange", "Out of range", 400, -32011, 1007},
    {"unimplemented", "Unimplemented", "Not implemented", 501, -32601, 1003},
    {"internal", "Internal", "Internal error", 500, -32603, 1011},
    {"unavailable", "Unavailable", "Service unavailable", 503, -32014, 1013},
    {"data_loss", "DataLoss", "Data loss", 500, -32015, 1011},
    {"unauthenticated", "Unauthenticated", "Unauthenticated", 401, -32016, 1008},
};
static_assert(std::size(table) == code_count);

}  // namespace

const CodeInfo& info(Code code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return table[index < std::size(table) ? index : static_cast<std::size_t>(Code::unknown)];
}

Error invalid_argument(std::vector<FieldProblem> problems) {
  const auto& first = problems.front();
  std::string message =
      first.field.empty() ? "The message " + first.problem : first.field + ' ' + first.problem;
  if (const auto others = problems.size() - 1; others > 0)
    message += " (and " + std::to_string(others) + (others == 1 ? " more problem)" : " more problems)");
  return Error{Code::invalid_argument, std::move(message), std::move(problems)};
}

std::unexpected<Error> invalid_field(std::string field, std::string problem) {
  std::vector<FieldProblem> problems;
  problems.push_back({std::move(field), std::move(problem)});
  return std::unexpected(invalid_argument(std::move(problems)));
}

}  // namespace parley
