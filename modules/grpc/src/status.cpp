#include "status.hpp"

#include <parley/codec/protobuf.hpp>
#include <parley/describe.hpp>

#include <array>

namespace parley::grpc {
namespace {

// google/rpc/status.proto and error_details.proto.
struct Any {
  std::string type_url;
  codec::Octets value;
};
struct RpcStatus {
  std::int32_t code = 0;
  std::string message;
  std::vector<Any> details;
};
struct FieldViolation {
  std::string field, description;
};
struct BadRequest {
  std::vector<FieldViolation> field_violations;
};
struct Duration {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};
struct RetryInfo {
  Duration retry_delay;
};

constexpr std::array<std::string_view, code_count> names = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

}  // namespace
}  // namespace parley::grpc

namespace parley {

template <>
const TypeInfo& describe<grpc::Any>() {
  static constexpr Row rows[] = {field<&grpc::Any::type_url>("type_url", number(1)),
                                 field<&grpc::Any::value>("value", number(2))};
  static const TypeInfo type = object<grpc::Any>("Any", rows);
  return type;
}
template <>
const TypeInfo& describe<grpc::RpcStatus>() {
  static constexpr Row rows[] = {field<&grpc::RpcStatus::code>("code", number(1)),
                                 field<&grpc::RpcStatus::message>("message", number(2)),
                                 field<&grpc::RpcStatus::details>("details", number(3))};
  static const TypeInfo type = object<grpc::RpcStatus>("Status", rows);
  return type;
}
template <>
const TypeInfo& describe<grpc::FieldViolation>() {
  static constexpr Row rows[] = {field<&grpc::FieldViolation::field>("field", number(1)),
                                 field<&grpc::FieldViolation::description>("description", number(2))};
  static const TypeInfo type = object<grpc::FieldViolation>("FieldViolation", rows);
  return type;
}
template <>
const TypeInfo& describe<grpc::BadRequest>() {
  static constexpr Row rows[] = {field<&grpc::BadRequest::field_violations>("field_violations", number(1))};
  static const TypeInfo type = object<grpc::BadRequest>("BadRequest", rows);
  return type;
}
template <>
const TypeInfo& describe<grpc::Duration>() {
  static constexpr Row rows[] = {field<&grpc::Duration::seconds>("seconds", number(1)),
                                 field<&grpc::Duration::nanos>("nanos", number(2))};
  static const TypeInfo type = object<grpc::Duration>("Duration", rows);
  return type;
}
template <>
const TypeInfo& describe<grpc::RetryInfo>() {
  static constexpr Row rows[] = {field<&grpc::RetryInfo::retry_delay>("retry_delay", number(1))};
  static const TypeInfo type = object<grpc::RetryInfo>("RetryInfo", rows);
  return type;
}

}  // namespace parley

namespace parley::grpc {

net::GrpcStatus to_status(const Error& error) {
  net::GrpcStatus status{error.code, error.message};
  RpcStatus details{static_cast<std::int32_t>(error.code), error.message, {}};
  if (!error.fields.empty()) {
    BadRequest bad;
    for (const auto& problem : error.fields) bad.field_violations.push_back({problem.field, problem.problem});
    details.details.push_back({"type.googleapis.com/google.rpc.BadRequest", {codec::to_protobuf(bad)}});
  }
  if (error.retry_after.count() > 0) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(error.retry_after);
    const std::chrono::nanoseconds rest = error.retry_after - seconds;
    const RetryInfo retry{{seconds.count(), static_cast<std::int32_t>(rest.count())}};
    details.details.push_back({"type.googleapis.com/google.rpc.RetryInfo", {codec::to_protobuf(retry)}});
  }
  if (!details.details.empty()) status.details = codec::to_protobuf(details);
  return status;
}

std::string_view code_name(Code code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < names.size() ? names[index] : names[static_cast<std::size_t>(Code::unknown)];
}

}  // namespace parley::grpc
