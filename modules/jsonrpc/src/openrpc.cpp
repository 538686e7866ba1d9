#include "openrpc.hpp"

#include "answers.hpp"
#include "envelope.hpp"

#include <parley/codec/schema.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <set>

namespace parley::jsonrpc {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t example_second = 1'700'000'000;

std::optional<Json> example_of(const TypeInfo& type);

// What the table gives as an example, or what one can be made of.
std::optional<Json> example_of(const FieldInfo& field) {
  if (field.type->kind == Kind::time) return Json(example_second);
  if (field.rules.example) return Json::parse(field.rules.example);
  return example_of(*field.type);
}

std::optional<Json> example_of(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::boolean:
      return Json(true);
    case Kind::time:
      return Json(example_second);
    case Kind::enumeration:
      return type.items.empty() ? std::nullopt : std::optional(Json(type.items.front().name));
    case Kind::list: {
      auto element = example_of(*type.element);
      if (!element) return std::nullopt;
      return Json::array({std::move(*element)});
    }
    case Kind::object: {
      Json object = Json::object();
      for (auto& field : type.fields) {
        if (field.type->kind == Kind::extra) continue;
        auto value = example_of(field);
        if (value)
          object[std::string(field.name)] = std::move(*value);
        else if (field.rules.required)
          return std::nullopt;
      }
      return object;
    }
    default:
      return std::nullopt;
  }
}

Json error_object(int code, std::string_view message) {
  return {{"code", code}, {"message", message}};
}

// Each as its code in JSON-RPC, which several may share.
Json errors_of(const Operation& row) {
  Json errors = Json::array();
  std::set<int> codes;
  const auto add = [&](int code, std::string_view message) {
    if (codes.insert(code).second) errors.push_back(error_object(code, message));
  };
  const auto add_code = [&](Code code) {
    const int number = info(code).jsonrpc_code;
    const auto standard = standard_message(number);
    add(number, standard.empty() ? info(code).title : standard);
  };
  add_code(Code::invalid_argument);  // of a method without params too, when it is given some
  if (has_code(row.errors, Code::invalid_argument)) add(refused_argument, info(Code::invalid_argument).title);
  const auto possible = possible_errors(row);
  for (std::size_t code = 0; code < code_count; ++code)
    if (has_code(possible, static_cast<Code>(code))) add_code(static_cast<Code>(code));
  return errors;
}

class Document {
 public:
  void add(const Method& method) {
    const auto& row = method.operation.row();
    Json entry = {{"name", method.name}};
    if (!row.summary.empty()) entry["summary"] = row.summary;
    std::string description(row.details);
    if (method.streams()) {
      if (!description.empty()) description += "\n\n";
      description +=
          "A stream: called over the WebSocket at /rpc, it answers the name of a subscription; its elements "
          "follow as rpc.subscription notifications until rpc.unsubscribe or its end.";
    }
    if (!description.empty()) entry["description"] = std::move(description);
    entry["tags"] = Json::array({{{"name", method.operation.service().module}}});
    entry["paramStructure"] = "either";
    if (row.idempotent) entry["x-idempotent"] = true;

    Json params = Json::array(), example = Json::array();
    bool exemplary = true;
    for (const auto* each : positional(method.request)) {
      const auto& field = *each;
      Json param = {{"name", field.name}, {"required", field.rules.required}};
      if (field.rules.doc) param["description"] = field.rules.doc;
      param["schema"] = Json::parse(schemas_.of(field));
      params.push_back(std::move(param));
      auto value = example_of(field);
      if (value)
        example.push_back({{"name", field.name}, {"value", std::move(*value)}});
      else if (field.rules.required)
        exemplary = false;
    }
    entry["params"] = std::move(params);

    const auto& answer = row.answer();
    const bool silent = &answer == &describe<Empty>();
    std::optional<Json> result;
    if (method.streams()) {
      result = Json{{"subscription", "1"}};
      entry["result"] = {{"name", "subscription"}, {"schema", subscription_schema()}};
      entry["x-stream"] = Json::parse(schemas_.of(answer));
    } else if (silent) {
      result = Json(nullptr);
      entry["result"] = {{"name", "result"}, {"schema", {{"type", "null"}}}};
    } else {
      result = example_of(answer);
      entry["result"] = {{"name", answer.name.empty() ? "result" : answer.name},
                         {"schema", Json::parse(schemas_.of(answer))}};
    }
    entry["errors"] = errors_of(row);
    if (exemplary && result) {
      Json pairing = {{"name", method.name}, {"params", std::move(example)}};
      pairing["result"] = {{"name", "result"}, {"value", std::move(*result)}};
      entry["examples"] = Json::array({std::move(pairing)});
    }
    if (!row.permission.empty()) entry["x-permission"] = row.permission;
    methods_.push_back(std::move(entry));
  }

  void add_own() {
    const Json tags = Json::array({{{"name", "server"}}});
    methods_.push_back({{"name", echo},
                        {"summary", "Answers its params"},
                        {"tags", tags},
                        {"params", Json::array({{{"name", "anything"},
                                                 {"description", "Any params, by name or by position."},
                                                 {"schema", Json::object()}}})},
                        {"result", {{"name", "params"}, {"schema", Json::object()}}}});
    methods_.push_back({{"name", discover},
                        {"summary", "This document"},
                        {"tags", tags},
                        {"params", Json::array()},
                        {"result", {{"name", "OpenRPC document"}, {"schema", {{"type", "object"}}}}}});
    const auto& field = describe<Unsubscribe>().fields.front();
    Json param = {{"name", field.name},
                  {"description", field.rules.doc},
                  {"required", true},
                  {"schema", Json::parse(schemas_.of(field))}};
    Json errors = Json::array();
    for (const auto code : {Code::not_found, Code::failed_precondition})
      errors.push_back(error_object(info(code).jsonrpc_code, info(code).title));
    methods_.push_back({{"name", unsubscribe},
                        {"summary", "Ends a stream that this WebSocket follows; not in a batch"},
                        {"tags", tags},
                        {"paramStructure", "either"},
                        {"params", Json::array({std::move(param)})},
                        {"result", {{"name", "ended"}, {"schema", {{"type", "boolean"}, {"const", true}}}}},
                        {"errors", std::move(errors)}});
  }

  std::string text(std::string_view server_version, std::string_view address) {
    Json servers = Json::array();
    if (!address.empty()) {
      const auto end = std::string(address) + "/rpc";
      servers.push_back({{"name", "http"}, {"url", "http://" + end}});
      servers.push_back({{"name", "websocket"}, {"url", "ws://" + end}});
    }
    const Json document = {
        {"openrpc", "1.3.2"},
        {"info",
         {{"title", "Parley"},
          {"version", server_version},
          {"description",
           "JSON-RPC 2.0 over POST /rpc and a WebSocket at /rpc: batches, notifications, params by name or "
           "by position. Times are Unix seconds. An error's data.code is its canonical name."},
          {"license", {{"name", "MIT"}}}}},
        {"servers", std::move(servers)},
        {"methods", std::move(methods_)},
        {"components", {{"schemas", Json::parse(schemas_.definitions())}}}};
    return document.dump();
  }

 private:
  static Json subscription_schema() {
    return {{"type", "object"},
            {"properties", {{"subscription", {{"type", "string"}}}}},
            {"required", Json::array({"subscription"})}};
  }

  codec::SchemaSet schemas_{style};
  Json methods_ = Json::array();
};

}  // namespace

std::string openrpc_document(const Methods& methods, std::string_view server_version,
                             std::string_view address) {
  Document document;
  for (auto& method : methods.all()) document.add(method);
  document.add_own();
  return document.text(server_version, address);
}

}  // namespace parley::jsonrpc
