// The calculator in this process.
#pragma once

#include "manual_time.hpp"

#include <parley/calculator/calculator.hpp>

#include <memory>
#include <utility>

namespace parley::calculator::test {

class InProcess {
 public:
  Calculator& service() { return *service_; }
  CallContext context() {
    CallContext context;
    context.clock = &time;
    return context;
  }
  template <class T>
  T run(Task<T> task) {
    return time.wait(std::move(task));
  }

  parley::test::ManualTime time;

 private:
  std::unique_ptr<Calculator> service_ = make_calculator();
};

}  // namespace parley::calculator::test
