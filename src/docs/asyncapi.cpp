#include "components.hpp"

#include <algorithm>
#include <stdexcept>

namespace parley::docs {
namespace {

Json reference(std::string target) {
  return {{"$ref", "#/" + std::move(target)}};
}

// A stream of events is read over plain HTTP; AsyncAPI has a binding for WebSockets and one for HTTP.
struct Transport {
  const char *server, *protocol, *binding, *version;
};
constexpr Transport socket{"websocket", "ws", "ws", "0.1.0"};
constexpr Transport events{"events", "http", "http", "0.3.0"};

bool streams(const net::Route& route) {
  return route.endpoint && std::ranges::any_of(route.endpoint->answers, [](const Answer& answer) {
           return std::ranges::any_of(answer.contents, [](const Content& content) {
             return content.media_type == "text/event-stream";
           });
         });
}

class AsyncApiDocument {
 public:
  explicit AsyncApiDocument(const About& about) : about_(about) {}

  void add(const net::Route& route) {
    if (!route.channel) return;
    const Channel& channel = *route.channel;
    const Transport& transport = route.websocket ? socket : events;
    const std::string id(channel.id);
    if (channels_.contains(id)) throw std::logic_error("two channels have the id " + id);
    tags_.remember(channel.tag);

    Json out = {{"address", plain_path(route.pattern)},
                {"title", channel.title},
                {"servers", Json::array({reference("servers/" + std::string(transport.server))})},
                {"messages", Json::object()}};
    if (route.websocket && streams(route))  // the same, read over either
      out["servers"].push_back(reference("servers/" + std::string(events.server)));
    if (auto text = with_permission(channel.details, channel.permission); !text.empty())
      out["description"] = std::move(text);
    if (const auto parameters = path_parameters(route.pattern); !parameters.empty())
      for (const auto& name : parameters) out["parameters"][name] = {{"description", "Part of the address."}};
    out["tags"] = Json::array({tag(channel.tag)});

    const auto [query, headers] = parameters_of(channel);
    if (route.websocket) {
      Json binding = {{"method", "GET"}};
      if (!query.is_null()) binding["query"] = query;
      if (!headers.is_null()) binding["headers"] = headers;
      binding["bindingVersion"] = transport.version;
      out["bindings"][transport.binding] = std::move(binding);
    }

    for (const auto& flow : channel.flows) add(id, channel, flow, transport, query, out["messages"]);
    channels_[id] = std::move(out);
  }

  std::string text(std::string_view host) {
    Json schemas = schemas_.all();
    Json info = info_of(about_);
    info["tags"] = tags_.all();
    const Json document = {
        {"asyncapi", "3.0.0"},
        {"id", "urn:parley:server"},
        {"info", std::move(info)},
        {"defaultContentType", "application/json"},
        {"servers",
         {{socket.server,
           {{"host", host},
            {"protocol", socket.protocol},
            {"protocolVersion", "13"},
            {"description", "WebSocket (RFC 6455)."}}},
          {events.server,
           {{"host", host},
            {"protocol", events.protocol},
            {"protocolVersion", "1.1"},
            {"description", "Server-Sent Events over HTTP; a payload is the data of one event."}}}}},
        {"channels", std::move(channels_)},
        {"operations", std::move(operations_)},
        {"components", {{"messages", std::move(messages_)}, {"schemas", std::move(schemas)}}}};
    return document.dump();
  }

 private:
  void add(const std::string& channel_id, const Channel& channel, const Flow& flow,
           const Transport& transport, const Json& query, Json& channel_messages) {
    const std::string id(flow.id);
    if (operations_.contains(id)) throw std::logic_error("two operations have the id " + id);
    const auto put = [&](const std::vector<Message>& messages) {
      Json references = Json::array();
      for (const auto& message : messages) {
        const std::string name(message.name);
        remember(message);
        channel_messages[name] = reference("components/messages/" + name);
        references.push_back(reference("channels/" + channel_id + "/messages/" + name));
      }
      return references;
    };
    const Json target = reference("channels/" + channel_id);
    // The document describes the server: it receives what clients send.
    Json operation = {{"action", flow.direction == Flow::Direction::from_client ? "receive" : "send"},
                      {"channel", target},
                      {"summary", flow.summary},
                      {"tags", Json::array({tag(channel.tag)})},
                      {"messages", put(flow.messages)}};
    if (!flow.replies.empty()) operation["reply"] = {{"channel", target}, {"messages", put(flow.replies)}};
    if (&transport == &events) {
      Json binding = {{"method", "GET"}};
      if (!query.is_null()) binding["query"] = query;
      binding["bindingVersion"] = transport.version;
      operation["bindings"][transport.binding] = std::move(binding);
    }
    operations_[id] = std::move(operation);
  }

  // The parameters of the handshake as two schemas; null for none.
  std::pair<Json, Json> parameters_of(const Channel& channel) {
    Json query, headers;
    if (!channel.request) return {query, headers};
    for (const auto& field : channel.request->fields) {
      if (field.type->kind == Kind::extra) continue;
      Json& schema = field.rules.header ? headers : query;
      if (schema.is_null()) schema = {{"type", "object"}, {"properties", Json::object()}};
      const std::string name(field.rules.header ? std::string_view(field.rules.header) : field.name);
      schema["properties"][name] = schemas_.of(field, {});
      if (field.rules.required) schema["required"].push_back(name);
    }
    return {query, headers};
  }

  void remember(const Message& message) {
    Json out = {{"name", message.name}, {"title", message.name}};
    if (!message.about.empty()) out["summary"] = message.about;
    out["contentType"] = message.content.media_type;
    out["payload"] = schemas_.of(message.content);
    if (Json example = example_of(message.content); !example.is_null())
      out["examples"] = Json::array({{{"name", message.name}, {"payload", std::move(example)}}});
    const std::string name(message.name);
    const auto known = messages_.find(name);
    if (known != messages_.end() && *known != out)
      throw std::logic_error("two messages have the name " + name);
    messages_[name] = std::move(out);
  }

  static Json tag(const Tag& tag) { return {{"name", tag.name}}; }

  const About& about_;
  Schemas schemas_;
  Json channels_ = Json::object(), operations_ = Json::object(), messages_ = Json::object();
  Tags tags_;
};

}  // namespace

std::string asyncapi(const net::Router& router, const About& about, std::string_view host) {
  AsyncApiDocument document(about);
  for (const auto& route : router.routes()) document.add(*route);
  return document.text(host);
}

std::string with_host(std::string_view document, std::string_view host) {
  std::string out;
  out.reserve(document.size() + 128);
  for (auto at = document.find(host_mark); at != document.npos; at = document.find(host_mark)) {
    out.append(document.substr(0, at)).append(host);
    document.remove_prefix(at + host_mark.size());
  }
  return out.append(document);
}

}  // namespace parley::docs
