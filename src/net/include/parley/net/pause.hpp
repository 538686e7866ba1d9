// Waiting within a handler.
#pragma once

#include <parley/context.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>

namespace parley::net {

// Completes after `time`, with true, or as soon as the call is cancelled, with false. `scheduler` is used while
// it waits, and the place of the cancellation's one waiter is taken. Loop thread only.
Task<bool> pause(Scheduler& scheduler, std::chrono::milliseconds time, CallContext context);

}  // namespace parley::net
