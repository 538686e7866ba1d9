// The numbers port's operations: one row each, from which every edge is made. The lecture's service has no
// package.
#include <parley/numbers/numbers.hpp>

namespace {

using namespace parley;
using numbers::NumberService;

constexpr Operation rows[] = {
    operation<&NumberService::get_primes>("GetPrimes", summary("Stream the primes up to a limit"),
                                          grpc_method("/NumberService/GetPrimes"), permission("numbers:use"),
                                          idempotent()),
    operation<&NumberService::sum_numbers>(
        "SumNumbers", summary("Sum a stream of numbers"), grpc_method("/NumberService/SumNumbers"),
        permission("numbers:use"), idempotent(), fails(Code::out_of_range)),
    operation<&NumberService::chat>(
        "Chat", summary("Join a room of the chat: post messages, and receive what comes"),
        details(
            "The first message says who joins (`user`), which `room`, and with `after_seq` where to go on in "
            "its log. A message comes to everybody in the room, its sender included. When the client has "
            "sent all, the call ends as soon as that has come back."),
        grpc_method("/NumberService/Chat"), permission("chat:write chat:read"),
        fails(Code::resource_exhausted), endless()),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<NumberService>() {
  return rows;
}
