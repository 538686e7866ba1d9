// Calls into the application whose failure must not reach the loop.
#pragma once

#include <parley/log.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace parley::net {

inline std::string describe_failure(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

// False when `call` has thrown, which is logged as `message`.
template <class Call>
bool guarded(std::string_view component, std::string_view message, Call&& call) {
  try {
    call();
    return true;
  } catch (...) {
    const auto what = describe_failure(std::current_exception());
    log::error(component, message, {{"error", std::string_view(what)}});
    return false;
  }
}

}  // namespace parley::net
