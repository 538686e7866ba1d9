// For the contracts of ports: a call that is over before it is made.
#pragma once

#include <parley/context.hpp>
#include <parley/result.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace parley::test {

// `context` as it is when its time is over, and when its caller has withdrawn the call; with what is
// answered.
inline std::vector<std::pair<Code, CallContext>> calls_over(const CallContext& context) {
  auto late = context, withdrawn = context;
  late.deadline = late.clock->steady() - std::chrono::seconds(1);
  withdrawn.cancellation = std::make_shared<Cancellation>();
  withdrawn.cancellation->cancel();
  return {{Code::deadline_exceeded, std::move(late)}, {Code::cancelled, std::move(withdrawn)}};
}

}  // namespace parley::test
