// The port wherever its module is: a line for each method.
#include <parley/numbers/placed.hpp>

namespace parley::numbers {
namespace {

class PlacedNumberService final : public Placed<NumberService> {
 public:
  using Placed::Placed;
  Task<Result<void>> get_primes(CallContext context, PrimeRequest request, Sink<Prime> sink) override {
    return call<&NumberService::get_primes>(std::move(context), std::move(request), sink);
  }
  Task<Result<Sum>> sum_numbers(CallContext context, Source<Number> numbers) override {
    return call<&NumberService::sum_numbers>(std::move(context), numbers);
  }
  Task<Result<void>> chat(CallContext context, Source<ChatMessage> messages,
                          Sink<ChatMessage> sink) override {
    return call<&NumberService::chat>(std::move(context), messages, sink);
  }
};

}  // namespace

std::unique_ptr<Placed<NumberService>> make_placed(Scheduler& scheduler, std::size_t max_waiting) {
  return std::make_unique<PlacedNumberService>("numbers", scheduler, max_waiting);
}

}  // namespace parley::numbers
