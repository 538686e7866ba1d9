// The port's contract, over gRPC within this process.
#include "in_process.hpp"
#include "loopback.hpp"

#include <parley/calculator/placed.hpp>

namespace {

class OverGrpc {
 public:
  parley::calculator::Calculator& service() { return loopback_.port(); }
  parley::CallContext context() { return inner_.context(); }
  template <class T>
  T run(parley::Task<T> task) {
    return loopback_.wait(std::move(task));
  }

 private:
  parley::calculator::test::InProcess inner_;
  parley::test::Loopback<parley::calculator::Calculator> loopback_{
      "calculator", inner_.service(), &parley::calculator::make_placed, inner_.time};
};

}  // namespace

#define CALCULATOR_PLACEMENTS OverGrpc
#include "contract/calculator/calculator_contract.hpp"
