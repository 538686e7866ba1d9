// The calculator, with the last hundred calculations in memory.
#include <parley/calculator/calculator.hpp>
#include <parley/validate.hpp>

#include <cmath>

namespace parley::calculator {
namespace {

constexpr std::size_t kept_calculations = 100;

class Service final : public Calculator {
 public:
  Task<Result<Calculation>> add(CallContext context, Numbers request) override {
    return calculate(context, "add", request, request.a + request.b);
  }
  Task<Result<Calculation>> subtract(CallContext context, Numbers request) override {
    return calculate(context, "subtract", request, request.a - request.b);
  }
  Task<Result<Calculation>> multiply(CallContext context, Numbers request) override {
    return calculate(context, "multiply", request, request.a * request.b);
  }
  Task<Result<Calculation>> divide(CallContext context, Numbers request) override {
    if (request.b == 0) return fail(Code::invalid_argument, "division by zero");
    return calculate(context, "divide", request, request.a / request.b);
  }

  Task<Result<History>> get_history(CallContext, GetHistory request) override {
    if (auto conforms = conform(request); !conforms) return std::unexpected(std::move(conforms.error()));
    const auto count = std::min(static_cast<std::size_t>(request.limit), history_.size());
    History history;
    history.entries.assign(history_.end() - static_cast<std::ptrdiff_t>(count), history_.end());
    return history;
  }

 private:
  // Keeps and answers `result`, unless one of the numbers or the result is not finite.
  Result<Calculation> calculate(const CallContext& context, const char* operation, Numbers numbers,
                                double result) {
    if (auto conforms = conform(numbers); !conforms) return std::unexpected(std::move(conforms.error()));
    if (!std::isfinite(result))
      return fail(Code::invalid_argument, "the result is too large for a 64-bit floating-point number");
    result += 0.0;  // no negative zero
    if (history_.size() == kept_calculations) history_.pop_front();
    history_.push_back({operation, numbers.a, numbers.b, result, to_unix_seconds(context.now())});
    Calculation answer;
    answer.result = result;
    answer.operation = operation;
    return answer;
  }

  std::deque<HistoryEntry> history_;  // oldest first
};

}  // namespace

std::unique_ptr<Calculator> make_calculator() {
  return std::make_unique<Service>();
}

}  // namespace parley::calculator
