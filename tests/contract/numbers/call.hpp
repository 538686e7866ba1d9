// Calls of the numbers port that run beside the test. See numbers_contract.hpp.
#pragma once

#include "catch.hpp"
#include "receiver.hpp"
#include "sender.hpp"

#include <parley/numbers/numbers.hpp>

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace parley::numbers::contract {

using parley::test::Receiver;
using parley::test::Sender;

// A call and its outcome. The test lets it end before it goes.
template <class T>
class Call {
 public:
  Call() : group_([](std::exception_ptr e) { std::rethrow_exception(e); }) {}
  void start(Task<Result<T>> task) { group_.spawn(keep(std::move(task), outcome_)); }

  bool ended() const noexcept { return outcome_.has_value(); }
  const Result<T>& outcome() const { return outcome_.value(); }
  Code code() const { return outcome() ? Code::ok : outcome().error().code; }
  std::string problem_of(std::string_view field) const {
    if (!outcome())
      for (auto& problem : outcome().error().fields)
        if (problem.field == field) return problem.problem;
    return {};
  }

 private:
  static Task<void> keep(Task<Result<T>> task, std::optional<Result<T>>& out) {
    auto outcome = co_await std::move(task);
    out.emplace(std::move(outcome));
  }
  std::optional<Result<T>> outcome_;
  TaskGroup group_;
};

template <class Placement>
CallContext cancellable(Placement& placement) {
  CallContext context = placement.context();
  context.cancellation = std::make_shared<Cancellation>();
  return context;
}

}  // namespace parley::numbers::contract
