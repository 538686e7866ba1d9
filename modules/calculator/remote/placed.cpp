// The port wherever its module is: a line for each method.
#include <parley/calculator/placed.hpp>

namespace parley::calculator {
namespace {

class PlacedCalculator final : public Placed<Calculator> {
 public:
  using Placed::Placed;
  Task<Result<Calculation>> add(CallContext context, Numbers request) override {
    return call<&Calculator::add>(std::move(context), std::move(request));
  }
  Task<Result<Calculation>> subtract(CallContext context, Numbers request) override {
    return call<&Calculator::subtract>(std::move(context), std::move(request));
  }
  Task<Result<Calculation>> multiply(CallContext context, Numbers request) override {
    return call<&Calculator::multiply>(std::move(context), std::move(request));
  }
  Task<Result<Calculation>> divide(CallContext context, Numbers request) override {
    return call<&Calculator::divide>(std::move(context), std::move(request));
  }
  Task<Result<History>> get_history(CallContext context, GetHistory request) override {
    return call<&Calculator::get_history>(std::move(context), std::move(request));
  }
};

}  // namespace

std::unique_ptr<Placed<Calculator>> make_placed(Scheduler& scheduler, std::size_t max_waiting) {
  return std::make_unique<PlacedCalculator>("calculator", scheduler, max_waiting);
}

}  // namespace parley::calculator
