#include "descriptions.hpp"

namespace parley::jsonrpc {
namespace {

constexpr docs::Tag tag{"jsonrpc", "JSON-RPC 2.0: every operation of every module as a method."};

// The envelope of the specification; no described type tells it, as ids and params may be of any kind.
#define PARLEY_RPC_REQUEST                                                                  \
  R"({"type":"object","properties":{"jsonrpc":{"const":"2.0"},"method":{"type":"string"},)" \
  R"("params":{"type":["object","array"]},"id":{"type":["string","number","null"]}},)"      \
  R"("required":["jsonrpc","method"]})"
#define PARLEY_RPC_RESPONSE                                                                           \
  R"({"type":"object","properties":{"jsonrpc":{"const":"2.0"},"result":{},"error":{"type":"object",)" \
  R"("properties":{"code":{"type":"integer"},"message":{"type":"string"},"data":{}},)"                \
  R"("required":["code","message"]},"id":{"type":["string","number","null"]}},)"                      \
  R"("required":["jsonrpc","id"],"oneOf":[{"required":["result"]},{"required":["error"]}]})"

constexpr std::string_view request_schema =
    R"({"oneOf":[)" PARLEY_RPC_REQUEST R"(,{"type":"array","minItems":1,"items":)" PARLEY_RPC_REQUEST "}]}";
constexpr std::string_view response_schema =
    R"({"oneOf":[)" PARLEY_RPC_RESPONSE R"(,{"type":"array","minItems":1,"items":)" PARLEY_RPC_RESPONSE "}]}";
constexpr std::string_view event_schema =
    R"({"type":"object","properties":{"jsonrpc":{"const":"2.0"},"method":{"const":"rpc.subscription"},)"
    R"("params":{"type":"object","properties":{"subscription":{"type":"string"},"result":{},)"
    R"("error":{"type":"object"},"end":{"const":true}},"required":["subscription"]}},)"
    R"("required":["jsonrpc","method","params"]})";
#undef PARLEY_RPC_REQUEST
#undef PARLEY_RPC_RESPONSE

constexpr docs::Content request{
    .schema = request_schema, .example = R"({"jsonrpc":"2.0","method":"add","params":{"a":5,"b":3},"id":1})"};
constexpr docs::Content response{
    .schema = response_schema,
    .example = R"({"jsonrpc":"2.0","result":{"result":8,"operation":"add","success":true},"id":1})"};
constexpr docs::Content refusal{
    .schema = response_schema,
    .example = R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null})"};

}  // namespace

docs::Endpoint rpc_endpoint() {
  return {.id = "CallMethod",
          .summary = "JSON-RPC 2.0: a call, a notification, or a batch of them",
          .details =
              "The methods are in /openrpc.json and in the answer to `rpc.discover`. What a call needs is "
              "checked per method.",
          .tag = tag,
          .bodies = {request},
          .answers = {{.about = "The answer, or a list of answers to a batch; errors are in them.",
                       .contents = {response}},
                      {.status = 204, .about = "Notifications only: there is nothing to answer."}},
          .refusals = {{415, Code::invalid_argument, "The body is not called JSON."}},
          .error = refusal};
}

docs::Endpoint no_get_endpoint() {
  return {.id = "OpenRpcSocket",
          .summary = "Opens the WebSocket; without an upgrade it is refused",
          .tag = tag,
          .refusals = {{405, Code::unimplemented, "This address takes a POST, or a WebSocket."}},
          .error = refusal};
}

docs::Endpoint openrpc_endpoint() {
  docs::Endpoint endpoint{.id = "GetOpenRpc", .summary = "The methods of JSON-RPC, as OpenRPC"};
  endpoint.answers.push_back({.contents = {{.schema = R"({"type":"object"})"}}});
  return endpoint;
}

docs::Channel rpc_channel() {
  using Direction = docs::Flow::Direction;
  return {
      .id = "rpc",
      .title = "JSON-RPC 2.0 over a WebSocket",
      .details =
          "Answers come in the order in which the calls are done. A method that streams is answered with "
          "the name of a subscription, under which its elements follow.",
      .tag = tag,
      .flows = {{.id = "callMethod",
                 .summary = "A call, a notification, or a batch; and the answers.",
                 .direction = Direction::from_client,
                 .messages = {{.name = "RpcRequest", .content = request}},
                 .replies = {{.name = "RpcResponse", .content = response}}},
                {.id = "followSubscription",
                 .summary = "An element of a stream that this client subscribed to, or its end.",
                 .direction = Direction::to_client,
                 .messages = {{.name = "RpcSubscriptionEvent",
                               .content = {.schema = event_schema,
                                           .example = R"({"jsonrpc":"2.0","method":"rpc.subscription",)"
                                                      R"("params":{"subscription":"1","result":{}}})"}}}}},
      .errors = code_bits(Code::permission_denied)};
}

}  // namespace parley::jsonrpc
