#include "manual_time.hpp"

#include <parley/calculator/calculator.hpp>

namespace {

// In process.
class InProcess {
 public:
  parley::calculator::Calculator& service() { return *service_; }
  parley::CallContext context() {
    parley::CallContext context;
    context.clock = &time_;
    return context;
  }
  template <class T>
  T run(parley::Task<T> task) {
    return time_.wait(std::move(task));
  }

 private:
  parley::test::ManualTime time_;
  std::unique_ptr<parley::calculator::Calculator> service_ = parley::calculator::make_calculator();
};

}  // namespace

#define CALCULATOR_PLACEMENTS InProcess
#include "contract/calculator/calculator_contract.hpp"
