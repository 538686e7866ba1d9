// The implementation of the port.
#pragma once

#include <parley/numbers/compose.hpp>

namespace parley::numbers {

// Loop thread only.
class Service final : public NumberService {
 public:
  Service(Dependencies dependencies, Options options)
      : scheduler_(dependencies.scheduler), chat_(dependencies.chat), options_(options) {}

  Task<Result<void>> get_primes(CallContext context, PrimeRequest request, Sink<Prime> sink) override;
  Task<Result<Sum>> sum_numbers(CallContext context, Source<Number> numbers) override;
  Task<Result<void>> chat(CallContext context, Source<ChatMessage> messages, Sink<ChatMessage> sink) override;

 private:
  Scheduler& scheduler_;
  chat::ChatService& chat_;
  const Options options_;
};

}  // namespace parley::numbers
