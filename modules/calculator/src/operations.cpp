// The calculator port's operations: one row each, from which every edge is made.
#include <parley/calculator/calculator.hpp>

namespace {

using namespace parley;
using calculator::Calculator;

// The lab's paths, which have no versions. Each calculation is kept in the history, so none is idempotent.
constexpr Operation rows[] = {
    operation<&Calculator::add>("Add", summary("a + b"), http(Verb::post, "/api/v1/calculate/add"),
                                grpc_method("/calculator.Calculator/Add"), permission("calculator:use"),
                                fails(Code::invalid_argument), errors_as(ErrorShape::calculation)),
    operation<&Calculator::subtract>(
        "Subtract", summary("a - b"), http(Verb::post, "/api/v1/calculate/subtract"),
        grpc_method("/calculator.Calculator/Subtract"), permission("calculator:use"),
        fails(Code::invalid_argument), errors_as(ErrorShape::calculation)),
    operation<&Calculator::multiply>(
        "Multiply", summary("a * b"), http(Verb::post, "/api/v1/calculate/multiply"),
        grpc_method("/calculator.Calculator/Multiply"), permission("calculator:use"),
        fails(Code::invalid_argument), errors_as(ErrorShape::calculation)),
    operation<&Calculator::divide>("Divide", summary("a / b"), http(Verb::post, "/api/v1/calculate/divide"),
                                   grpc_method("/calculator.Calculator/Divide"), permission("calculator:use"),
                                   fails(Code::invalid_argument), errors_as(ErrorShape::calculation)),
    operation<&Calculator::get_history>(
        "GetHistory", summary("The newest calculations, oldest first"), http(Verb::get, "/api/v1/history"),
        grpc_method("/calculator.Calculator/GetHistory"), permission("calculator:use"), idempotent()),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<Calculator>() {
  return rows;
}
