#include "openapi.hpp"

#include "operation_route.hpp"

#include <parley/codec/schema.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <memory>

namespace parley::rest {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* problem_schema = R"({
  "type": "object",
  "description": "RFC 9457 problem details.",
  "properties": {
    "type": {"type": "string"},
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "detail": {"type": "string"},
    "code": {"type": "string", "description": "The canonical gRPC code, such as invalid_argument."},
    "trace_id": {"type": "string"},
    "errors": {"type": "array", "items": {"type": "object", "properties": {
      "field": {"type": "string"}, "message": {"type": "string"}}}}
  },
  "required": ["type", "title", "status", "detail", "code"]
})";

// What is served beside the rows.
struct Extra {
  const char *path, *summary, *media_type;
};
constexpr Extra extras[] = {
    {"/api/messages/stream", "A room's messages as Server-Sent Events; Last-Event-ID resumes",
     "text/event-stream"},
    {"/api/versions", "The support matrix of the API's versions", "application/json"},
    {"/api/v1/health", "The lab's health check", "application/json"},
    {"/stats", "How many chat sockets are open", "application/json"},
    {"/health", "Health with that of the dependencies", "application/json"},
    {"/health/live", "Whether the process runs", "application/json"},
    {"/health/ready", "Whether it takes requests", "application/json"},
    {"/metrics", "Prometheus metrics", "text/plain"},
};

std::string verb_key(Verb verb) {
  std::string key(net::to_string(to_method(verb)));
  std::ranges::transform(key, key.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key;
}

bool takes_body(Verb verb) {
  return verb == Verb::post || verb == Verb::put || verb == Verb::patch;
}

// {id:uuid} is {id} in OpenAPI.
std::string without_types(std::string_view path) {
  std::string out;
  bool in_type = false;
  for (const char c : path) {
    if (c == '}') in_type = false;
    if (c == ':') in_type = true;
    if (!in_type) out += c;
  }
  return out;
}

Json content(std::string_view media_type, Json schema) {
  return {{std::string(media_type), {{"schema", std::move(schema)}}}};
}

class Document {
 public:
  explicit Document(const Versions& versions) : versions_(versions) {}

  void add(const BoundService& service, const Operation& row) {
    if (row.path.find(version_segment) == std::string_view::npos) {
      add(service, row, row.path, std::string(row.name), nullptr, false);
      return;
    }
    for (auto& version : versions_.all())
      add(service, row, versioned_path(row.path, version.name),
          std::string(version.name) + '.' + std::string(row.name), &version, false);
    add(service, row, versioned_path(row.path, {}), std::string(row.name), &versions_.latest(), true);
  }

  void add(const Extra& extra) {
    paths_[extra.path]["get"] = {
        {"summary", extra.summary},
        {"tags", {"server"}},
        {"responses",
         {{"200", {{"description", "OK"}, {"content", content(extra.media_type, Json::object())}}}}}};
  }

  std::string text(std::string_view server_version) {
    Json schemas = Json::object();
    schemas["Problem"] = Json::parse(problem_schema);
    for (auto& [prefix, set] : sets_) {
      const auto definitions = Json::parse(set->definitions());
      for (auto& [name, schema] : definitions.items()) schemas[prefix + name] = schema;
    }
    const Json document = {{"openapi", "3.1.0"},
                           {"info", {{"title", "Parley"}, {"version", server_version}}},
                           {"servers", Json::array({{{"url", "/"}}})},
                           {"paths", std::move(paths_)},
                           {"components", {{"schemas", std::move(schemas)}}}};
    return document.dump();
  }

 private:
  codec::SchemaSet& schemas(const ApiVersion* version) {
    const std::string prefix = version ? std::string(version->name) + '.' : std::string();
    auto& set = sets_[prefix];
    if (!set)
      set = std::make_unique<codec::SchemaSet>(version ? version->style : codec::JsonStyle{},
                                               "#/components/schemas/" + prefix);
    return *set;
  }

  void add(const BoundService& service, const Operation& row, std::string_view path, std::string id,
           const ApiVersion* version, bool version_in_header) {
    auto& set = schemas(version);
    const auto& request = row.request();
    const auto in_path = path_parameters(path);
    const auto is_path = [&](const FieldInfo& field) {
      return std::ranges::find(in_path, field.name) != in_path.end();
    };

    Json operation = {{"operationId", std::move(id)}, {"tags", {service.module}}};
    if (!row.summary.empty()) operation["summary"] = row.summary;
    if (version && version->deprecated && !version_in_header) operation["deprecated"] = true;
    if (!row.permission.empty()) operation["x-permission"] = row.permission;

    Json parameters = Json::array();
    std::size_t in_headers = 0;
    for (auto& field : request.fields) {
      const bool is_header = field.rules.header != nullptr;
      in_headers += is_header;
      if (!is_path(field) && !is_header && takes_body(row.verb)) continue;
      Json parameter = {{"name", is_header ? field.rules.header : field.name},
                        {"in", is_path(field) ? "path" : is_header ? "header" : "query"},
                        {"required", is_path(field) || field.rules.required},
                        {"schema", Json::parse(set.of(field))}};
      parameters.push_back(std::move(parameter));
    }
    if (version_in_header) parameters.push_back(version_parameter());
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);

    if (takes_body(row.verb) && in_path.size() + in_headers < request.fields.size()) {
      Json schema = in_path.empty() && in_headers == 0 ? Json::parse(set.of(request)) : body_schema(set, request, is_path);
      operation["requestBody"] = {{"required", true},
                                  {"content", content("application/json", std::move(schema))}};
    }

    Json success = {{"description", row.status == 204 ? "Done; no content" : "Success"}};
    if (row.status != 204)
      success["content"] = content("application/json", Json::parse(set.of(row.answer())));
    Json failure = {{"description", "Error"}};
    failure["content"] =
        row.error_shape == ErrorShape::calculation
            ? content("application/json", Json::parse(set.of(row.answer())))
            : content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}});
    operation["responses"] = {{std::to_string(row.status), std::move(success)},
                              {"default", std::move(failure)}};
    paths_[without_types(path)][verb_key(row.verb)] = std::move(operation);
  }

  Json version_parameter() const {
    Json names = Json::array();
    for (auto& version : versions_.all()) names.push_back(version.name);
    return {
        {"name", "API-Version"},
        {"in", "header"},
        {"required", false},
        {"schema", {{"type", "string"}, {"enum", std::move(names)}, {"default", versions_.latest().name}}}};
  }

  // A request without what the path and the header fields already say.
  template <class IsPath>
  static Json body_schema(codec::SchemaSet& set, const TypeInfo& request, const IsPath& is_path) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    Json required = Json::array();
    for (auto& field : request.fields) {
      if (is_path(field) || field.rules.header || field.type->kind == Kind::extra) continue;
      schema["properties"][std::string(field.name)] = Json::parse(set.of(field));
      if (field.rules.required) required.push_back(field.name);
    }
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
  }

  const Versions& versions_;
  Json paths_ = Json::object();
  std::map<std::string, std::unique_ptr<codec::SchemaSet>> sets_;  // by prefix
};

}  // namespace

std::string openapi_document(std::span<const BoundService> services, const Versions& versions,
                             std::string_view server_version) {
  Document document(versions);
  for (auto& service : services)
    for (auto& row : service.operations)
      if (row.verb != Verb::none && row.shape == Shape::unary) document.add(service, row);
  for (auto& extra : extras) document.add(extra);
  return document.text(server_version);
}

}  // namespace parley::rest
