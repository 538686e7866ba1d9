#include <parley/codec/protobuf.hpp>
#include <parley/codec/status.hpp>
#include <parley/describe.hpp>

#include <limits>

namespace parley::codec {
namespace {

struct Any {
  std::string type_url;
  Octets value;
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

constexpr const char* bad_request = "type.googleapis.com/google.rpc.BadRequest";
constexpr const char* retry_info = "type.googleapis.com/google.rpc.RetryInfo";

}  // namespace
}  // namespace parley::codec

namespace parley {

template <>
const TypeInfo& describe<codec::Any>() {
  static constexpr Row rows[] = {field<&codec::Any::type_url>("type_url", number(1)),
                                 field<&codec::Any::value>("value", number(2))};
  static const TypeInfo type = object<codec::Any>("Any", rows);
  return type;
}
template <>
const TypeInfo& describe<codec::RpcStatus>() {
  static constexpr Row rows[] = {field<&codec::RpcStatus::code>("code", number(1)),
                                 field<&codec::RpcStatus::message>("message", number(2)),
                                 field<&codec::RpcStatus::details>("details", number(3))};
  static const TypeInfo type = object<codec::RpcStatus>("Status", rows);
  return type;
}
template <>
const TypeInfo& describe<codec::FieldViolation>() {
  static constexpr Row rows[] = {field<&codec::FieldViolation::field>("field", number(1)),
                                 field<&codec::FieldViolation::description>("description", number(2))};
  static const TypeInfo type = object<codec::FieldViolation>("FieldViolation", rows);
  return type;
}
template <>
const TypeInfo& describe<codec::BadRequest>() {
  static constexpr Row rows[] = {field<&codec::BadRequest::field_violations>("field_violations", number(1))};
  static const TypeInfo type = object<codec::BadRequest>("BadRequest", rows);
  return type;
}
template <>
const TypeInfo& describe<codec::Duration>() {
  static constexpr Row rows[] = {field<&codec::Duration::seconds>("seconds", number(1)),
                                 field<&codec::Duration::nanos>("nanos", number(2))};
  static const TypeInfo type = object<codec::Duration>("Duration", rows);
  return type;
}
template <>
const TypeInfo& describe<codec::RetryInfo>() {
  static constexpr Row rows[] = {field<&codec::RetryInfo::retry_delay>("retry_delay", number(1))};
  static const TypeInfo type = object<codec::RetryInfo>("RetryInfo", rows);
  return type;
}

}  // namespace parley

namespace parley::codec {

std::string status_details(const Error& error) {
  RpcStatus status{static_cast<std::int32_t>(error.code), error.message, {}};
  if (!error.fields.empty()) {
    BadRequest bad;
    for (const auto& problem : error.fields) bad.field_violations.push_back({problem.field, problem.problem});
    status.details.push_back({bad_request, {to_protobuf(bad)}});
  }
  if (error.retry_after.count() > 0) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(error.retry_after);
    const std::chrono::nanoseconds rest = error.retry_after - seconds;
    const RetryInfo retry{{seconds.count(), static_cast<std::int32_t>(rest.count())}};
    status.details.push_back({retry_info, {to_protobuf(retry)}});
  }
  return status.details.empty() ? std::string() : to_protobuf(status);
}

void read_status_details(std::string_view details, Error& error) {
  const auto status = from_protobuf<RpcStatus>(details);
  if (!status) return;
  for (const auto& any : status->details) {
    if (any.type_url == bad_request) {
      auto bad = from_protobuf<BadRequest>(any.value.value);
      if (!bad) continue;
      for (auto& violation : bad->field_violations)
        error.fields.push_back({std::move(violation.field), std::move(violation.description)});
    } else if (any.type_url == retry_info) {
      constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
      const auto retry = from_protobuf<RetryInfo>(any.value.value);
      if (!retry || retry->retry_delay.seconds < 0 || retry->retry_delay.seconds > most) continue;
      error.retry_after = std::chrono::seconds(retry->retry_delay.seconds) +
                          std::chrono::milliseconds(retry->retry_delay.nanos / 1'000'000);
    }
  }
}

}  // namespace parley::codec
