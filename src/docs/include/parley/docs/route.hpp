// What a route says of itself, declared where it is mounted (net::Route::endpoint, net::Route::channel).
// /openapi.json and /asyncapi.json are made from the routes of the router alone (documents.hpp), so they name
// everything that is served and nothing else.
//
// Values; once a route has one it does not change. Text and types that are pointed at are in static storage.
#pragma once

#include <parley/codec/json.hpp>
#include <parley/describe.hpp>
#include <parley/net/http.hpp>
#include <parley/operation.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::docs {

// A group of the document. One name has one text.
struct Tag {
  std::string_view name, about;
};
// What the server says of itself; the descriptions.
inline constexpr Tag server_tag{"server",
                                "Health, metrics, versions and descriptions of the running server."};

// How the values of a version of the API look, and what their schemas are called: "v1.User".
struct View {
  std::string_view prefix = {};
  codec::JsonStyle style = {};
};

// A body, or the payload of a message.
struct Content {
  std::string_view media_type = "application/json";
  const TypeInfo* type = nullptr;  // JSON of a described type
  const TypeInfo* also = nullptr;  // whose members stand in the same JSON object
  std::string_view schema = {};    // JSON Schema as text, for JSON that no described type tells
  // JSON for JSON, else the text itself; empty: from the examples of the types.
  std::string_view example = {};
  View view = {};
};
template <class T>
Content json_of(View view = {}) {
  return {.type = &describe<T>(), .view = view};
}

struct HeaderField {
  std::string_view name, about;
  std::string example;  // the field's value
  bool always = true;
};

struct Answer {
  std::uint16_t status = 200;  // 0: any that is not named
  std::string_view about = "Success.";
  std::vector<Content> contents = {};  // of one media type: any of them; empty: no body
  std::vector<HeaderField> headers = {};
  // Has an ETag where the method and the status allow it; not what is produced while it is sent.
  bool tagged = true;
};

// Of a route that answers Server-Sent Events; `example`: one event, as text in static storage.
Answer events(std::string_view example);

// A parameter that the handler reads by itself.
struct Parameter {
  std::string_view name, in;  // in: query, header
  std::string_view about;
  std::string_view schema;  // JSON Schema as text
};

// A route's handler. HEAD, 304 for If-None-Match, and what the server refuses before a handler runs
// (net::refusals) are added by the document.
struct Endpoint {
  std::string id;  // operationId
  std::string_view summary = {};
  std::string_view details = {};
  Tag tag = server_tag;
  // Its fields are parameters: of the path where that names them, of a header where their rules say so, and
  // otherwise of the query, or with `body` members of a JSON body.
  const TypeInfo* request = nullptr;
  bool body = false;
  std::vector<Content> bodies = {};  // a body that is not made of the request's fields
  std::vector<Parameter> parameters = {};
  std::vector<Answer> answers = {};
  std::uint32_t errors = 0;                 // code_bits()
  std::vector<net::Refusal> refusals = {};  // statuses that are not the one of their code
  Content error = {};                       // of neither type nor schema: problem+json alone
  std::string_view permission = {};
  bool deprecated = false;
  bool idempotent = false;  // may be sent again
  View view = {};           // of parameters and body
};

struct Message {
  std::string_view name;  // of one payload everywhere
  std::string_view about = {};
  Content content = {};
};

// Called as its type, which describes it unless `about` does.
template <class T>
Message message_of(std::string_view about = {}) {
  const auto& type = describe<T>();
  return {.name = type.name, .about = about.empty() && type.doc ? type.doc : about, .content = json_of<T>()};
}

// What goes one way over a channel.
struct Flow {
  enum class Direction : std::uint8_t { from_client, to_client };
  std::string_view id;  // operation id
  std::string_view summary;
  Direction direction = Direction::to_client;
  std::vector<Message> messages;
  std::vector<Message> replies = {};  // what that client alone is sent in answer
};

// A WebSocket, or a stream of Server-Sent Events.
struct Channel {
  std::string_view id;
  std::string_view title;
  std::string_view details = {};
  Tag tag = server_tag;
  const TypeInfo* request = nullptr;  // query and header parameters
  std::vector<Flow> flows = {};
  std::string_view permission = {};
  std::uint32_t errors = 0;  // code_bits() that a handshake is refused with
};

// The endpoint of a row in one view: everything that the row tells. The edge that mounts it adds what it does
// itself (headers, versions, refusals).
Endpoint endpoint_of(const BoundService& service, const Operation& row, View view = {});

// The parts of a pattern: "/users/{id:uuid}" is "/users/{id}" with the parameter "id".
std::string plain_path(std::string_view pattern);
std::vector<std::string> path_parameters(std::string_view pattern);

inline std::shared_ptr<const Endpoint> share(Endpoint endpoint) {
  return std::make_shared<const Endpoint>(std::move(endpoint));
}
inline std::shared_ptr<const Channel> share(Channel channel) {
  return std::make_shared<const Channel>(std::move(channel));
}

}  // namespace parley::docs
