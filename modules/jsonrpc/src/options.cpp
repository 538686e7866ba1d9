// Configuration section [jsonrpc].
#include <parley/jsonrpc/edge.hpp>

template <>
const parley::TypeInfo& parley::describe<parley::jsonrpc::Options>() {
  using jsonrpc::Options;
  static constexpr Row rows[] = {
      field<&Options::max_body>("max_body", range(256, 64 << 20), bytes(), may_be_absent(),
                                doc("The largest body of a request, and WebSocket message.")),
      field<&Options::max_refused_message>(
          "max_refused_message", range(256, 1 << 30), bytes(), may_be_absent(),
          doc("The largest WebSocket message that is thrown away as it comes and answered with an error; "
              "beyond it the connection closes with 1009.")),
      field<&Options::max_batch>("max_batch", range(1, 10'000), may_be_absent(),
                                 doc("The most calls in one batch.")),
      field<&Options::batch_in_flight>("batch_in_flight", range(1, 1000), may_be_absent(),
                                       doc("Calls of one batch that run at the same time.")),
      field<&Options::calls_in_flight>("calls_in_flight", range(1, 10'000), may_be_absent(),
                                       doc("Calls of one WebSocket that may run before its reading pauses.")),
      field<&Options::max_subscriptions>("max_subscriptions", range(0, 10'000), may_be_absent(),
                                         doc("Streams that one WebSocket may follow.")),
      field<&Options::stream_backlog>(
          "stream_backlog", range(1024, 64 << 20), bytes(), may_be_absent(),
          doc("What may wait for a WebSocket client before the streams it follows wait for it; no more than "
              "half of net.send_buffer, beyond which it is cut off.")),
      field<&Options::call_timeout>("call_timeout", range(1, 3'600'000), may_be_absent(),
                                    doc("The deadline of a call over a WebSocket.")),
  };
  static const TypeInfo type = object<Options>("JsonRpcOptions", rows);
  return type;
}
