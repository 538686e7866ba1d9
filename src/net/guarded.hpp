// Calls into the application whose failure must not reach the loop.
#pragma once

#include <parley/log.hpp>
#include <parley/task.hpp>

#include <exception>
#include <string_view>

namespace parley::net {

// False when `call` has thrown, which is logged as `message`.
template <class Call>
bool guarded(std::string_view component, std::string_view message, Call&& call) {
  try {
    call();
    return true;
  } catch (...) {
    log::error(component, message, {{"reason", reason_of(std::current_exception())}});
    return false;
  }
}

}  // namespace parley::net
