#include "service.hpp"

#include "conversation.hpp"

#include <parley/validate.hpp>

namespace parley::numbers {
namespace {

// At most five hundred divisions for what PrimeRequest allows.
bool is_prime(std::int32_t number) noexcept {
  if (number < 4) return number > 1;
  if (number % 2 == 0) return false;
  for (std::int32_t divisor = 3; divisor <= number / divisor; divisor += 2)
    if (number % divisor == 0) return false;
  return true;
}

}  // namespace

Task<Result<void>> Service::get_primes(CallContext context, PrimeRequest request, Sink<Prime> sink) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  Followers ticks;  // of this call alone
  Follower tick(ticks, context, scheduler_);
  bool first = true;
  for (Prime prime{2}; prime.value <= request.limit; ++prime.value) {
    if (!is_prime(prime.value)) continue;
    if (!std::exchange(first, false)) {
      const auto timer = scheduler_.after(options_.prime_interval, [&] { ticks.wake(); });
      auto waiting = tick.wait();
      co_await std::move(waiting);
    }
    if (auto fine = tick.may_go_on(); !fine) co_return std::unexpected(std::move(fine.error()));
    auto sending = sink.send(prime);
    const bool taken = co_await std::move(sending);
    if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
  }
  co_return Result<void>{};
}

Task<Result<Sum>> Service::sum_numbers(CallContext, Source<Number> numbers) {
  Sum sum;
  for (;;) {
    auto reading = numbers.next();
    auto number = co_await std::move(reading);
    if (!number) co_return std::unexpected(std::move(number.error()));
    if (!*number) co_return sum;
    ++sum.count;
    if (__builtin_add_overflow(sum.value, (*number)->value, &sum.value)) {
      Error error{Code::out_of_range,
                  "the sum overflows 64 bits at number " + std::to_string(sum.count) + " of the stream"};
      error.fields.push_back({"value", "must keep the sum between -2^63 and 2^63-1"});
      co_return std::unexpected(std::move(error));
    }
  }
}

Task<Result<void>> Service::chat(CallContext context, Source<ChatMessage> messages, Sink<ChatMessage> sink) {
  Conversation conversation(chat_, std::move(context), std::move(messages), std::move(sink));
  auto talking = conversation.run();
  auto ended = co_await std::move(talking);
  co_return ended;
}

}  // namespace parley::numbers
