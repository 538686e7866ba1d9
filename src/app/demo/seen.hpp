// What the demo reads of the server's answers: as little as it checks, as any client from outside would.
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::app::seen {

struct Health {
  std::string status;
  std::string version;
};

struct User {
  std::string id;
  std::string name;
  std::string email;
};

struct FieldError {
  std::string field;
  std::string message;
};
struct Problem {
  std::int32_t status = 0;
  std::string code;
  std::vector<FieldError> errors;
};

struct Message {
  std::string id;
  std::int64_t seq = 0;
  std::string content;
  std::string user;
  Timestamp timestamp;
};
struct Page {
  std::vector<Message> messages;
  bool has_new = false;
  std::string next;
};
struct Posted {
  std::string id;
  std::int64_t seq = 0;
};

struct Order {
  std::string id;
  std::string status;
  Money total_amount;
};

struct RpcResult {
  std::optional<std::string> id;
  std::optional<double> result;
};
struct RpcError {
  std::int32_t code = 0;
  std::string message;
};
struct RpcAnswer {
  std::optional<std::int64_t> id;
  std::optional<RpcResult> result;
  std::optional<RpcError> error;
};
struct RpcBatch {
  std::vector<RpcAnswer> answers;
};

}  // namespace parley::app::seen

namespace parley {
template <>
const TypeInfo& describe<app::seen::Health>();
template <>
const TypeInfo& describe<app::seen::User>();
template <>
const TypeInfo& describe<app::seen::FieldError>();
template <>
const TypeInfo& describe<app::seen::Problem>();
template <>
const TypeInfo& describe<app::seen::Message>();
template <>
const TypeInfo& describe<app::seen::Page>();
template <>
const TypeInfo& describe<app::seen::Posted>();
template <>
const TypeInfo& describe<app::seen::Order>();
template <>
const TypeInfo& describe<app::seen::RpcResult>();
template <>
const TypeInfo& describe<app::seen::RpcError>();
template <>
const TypeInfo& describe<app::seen::RpcAnswer>();
template <>
const TypeInfo& describe<app::seen::RpcBatch>();
}  // namespace parley
