#include "demo/seen.hpp"

namespace parley {

using namespace app;

template <>
const TypeInfo& describe<seen::Health>() {
  using T = seen::Health;
  static constexpr Row rows[] = {
      field<&T::status>("status"),
      field<&T::version>("version"),
  };
  static const TypeInfo type = object<T>("SeenHealth", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::User>() {
  using T = seen::User;
  static constexpr Row rows[] = {
      field<&T::id>("id"),
      field<&T::name>("name"),
      field<&T::email>("email"),
  };
  static const TypeInfo type = object<T>("SeenUser", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::FieldError>() {
  using T = seen::FieldError;
  static constexpr Row rows[] = {
      field<&T::field>("field"),
      field<&T::message>("message"),
  };
  static const TypeInfo type = object<T>("SeenFieldError", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::Problem>() {
  using T = seen::Problem;
  static constexpr Row rows[] = {
      field<&T::status>("status"),
      field<&T::code>("code"),
      field<&T::errors>("errors", may_be_absent()),
  };
  static const TypeInfo type = object<T>("SeenProblem", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::Message>() {
  using T = seen::Message;
  static constexpr Row rows[] = {
      field<&T::id>("id"),
      field<&T::seq>("seq"),
      field<&T::content>("content"),
      field<&T::user>("user"),
      field<&T::timestamp>("timestamp"),
  };
  static const TypeInfo type = object<T>("SeenMessage", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::Page>() {
  using T = seen::Page;
  static constexpr Row rows[] = {
      field<&T::messages>("messages"),
      field<&T::has_new>("has_new"),
      field<&T::next>("next"),
  };
  static const TypeInfo type = object<T>("SeenPage", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::Posted>() {
  using T = seen::Posted;
  static constexpr Row rows[] = {
      field<&T::id>("id"),
      field<&T::seq>("seq"),
  };
  static const TypeInfo type = object<T>("SeenPosted", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::Order>() {
  using T = seen::Order;
  static constexpr Row rows[] = {
      field<&T::id>("id"),
      field<&T::status>("status"),
      field<&T::total_amount>("total_amount"),
  };
  static const TypeInfo type = object<T>("SeenOrder", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::RpcResult>() {
  using T = seen::RpcResult;
  static constexpr Row rows[] = {
      field<&T::id>("id"),
      field<&T::result>("result"),
  };
  static const TypeInfo type = object<T>("SeenRpcResult", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::RpcError>() {
  using T = seen::RpcError;
  static constexpr Row rows[] = {
      field<&T::code>("code"),
      field<&T::message>("message"),
  };
  static const TypeInfo type = object<T>("SeenRpcError", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::RpcAnswer>() {
  using T = seen::RpcAnswer;
  static constexpr Row rows[] = {
      field<&T::id>("id"),
      field<&T::result>("result"),
      field<&T::error>("error"),
  };
  static const TypeInfo type = object<T>("SeenRpcAnswer", rows);
  return type;
}

template <>
const TypeInfo& describe<seen::RpcBatch>() {
  using T = seen::RpcBatch;
  static constexpr Row rows[] = {
      field<&T::answers>("answers"),
  };
  static const TypeInfo type = object<T>("SeenRpcBatch", rows);
  return type;
}

}  // namespace parley
