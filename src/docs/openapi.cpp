#include "components.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace parley::docs {
namespace {

constexpr std::string_view not_described = "Not described.";
constexpr const char* example_trace = "4bf92f3577b34da6a3ce929d0e0e4736";

// What the server adds to answers by itself.
constexpr const char* common_headers = R"({
  "X-Request-Id": {"description": "The request's own, or one that the server gave it.", "required": true,
                   "schema": {"type": "string"}, "example": "9f86d081884c7d65"},
  "traceparent": {"description": "W3C Trace Context: the span of this request.", "required": true,
                  "schema": {"type": "string"},
                  "example": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"},
  "ETag": {"description": "Of the body. Give it as If-None-Match to be answered 304 while nothing changed.",
           "required": true, "schema": {"type": "string"}, "example": "\"5d41402abc4b2a76\""},
  "Retry-After": {"description": "Seconds to wait, where the server can tell.",
                  "schema": {"type": "integer", "minimum": 1}, "example": 1},
  "WWW-Authenticate": {"description": "The scheme Bearer, and what is wrong with a token that was shown (RFC 6750).",
                       "required": true, "schema": {"type": "string"},
                       "example": "Bearer error=\"invalid_token\", error_description=\"the token expired at 2026-03-01T12:00:00Z, 3 s ago\""}
})";

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

Json reference(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(kind) + '/' + std::string(name)}};
}

// A status that an operation may be answered with, for one or several reasons.
struct Failure {
  std::uint16_t status;
  std::vector<std::pair<Code, std::string_view>> reasons;  // with what is said of them
};

void add(std::vector<Failure>& failures, std::uint16_t status, Code code, std::string_view about) {
  auto known = std::ranges::find(failures, status, &Failure::status);
  if (known == failures.end()) known = failures.insert(known, Failure{status, {}});
  if (std::ranges::find(known->reasons, code, &std::pair<Code, std::string_view>::first) ==
      known->reasons.end())
    known->reasons.emplace_back(code, about);
}

std::vector<Failure> failures_of(std::uint32_t codes, const std::vector<net::Refusal>& refusals) {
  std::vector<Failure> all;
  for (std::size_t i = 0; i < code_count; ++i)
    if (const auto code = static_cast<Code>(i); has_code(codes, code))
      add(all, info(code).http_status, code, info(code).title);
  for (const auto& refusal : refusals) add(all, refusal.status, refusal.code, refusal.about);
  for (const auto& refusal : net::refusals())
    if (refusal.everywhere) add(all, refusal.status, refusal.code, refusal.about);
  std::ranges::sort(all, {}, &Failure::status);
  return all;
}

// A route that says nothing of itself still stands in the document; the tests refuse it.
Endpoint undescribed(const net::Route& route) {
  return {.id = lower(net::to_string(route.method)) + ' ' + route.pattern, .summary = not_described};
}

class OpenApiDocument {
 public:
  explicit OpenApiDocument(const About& about)
      : about_(about), headers_(parse(common_headers, "the server's header fields")) {}

  void add(const net::Route& route) {
    auto& item = paths_[plain_path(route.pattern)];
    Json operation = route.handler ? handler(route) : handshake(route);
    if (route.handler && route.websocket && route.channel)
      operation["responses"]["101"] = switching(*route.channel);
    if (route.channel) operation["x-asyncapi-channel"] = route.channel->id;
    item[lower(net::to_string(route.method))] = operation;
    // A GET that is only there to be refused is no more to HEAD.
    if (route.endpoint && !route.endpoint->answers.empty() && route.method == net::Method::get)
      item["head"] = head(std::move(operation));
  }

  std::string text() {
    Json schemas = schemas_.all();
    schemas["Problem"] = parse(codec::problem_schema(), "Problem");
    Json info = info_of(about_);
    info["license"]["identifier"] = "MIT";
    const Json document = {
        {"openapi", "3.1.0"},
        {"info", std::move(info)},
        {"servers", Json::array({{{"url", "/"}, {"description", "The server that gave this document."}}})},
        {"tags", tags_.all()},
        {"paths", std::move(paths_)},
        {"components",
         {{"schemas", std::move(schemas)},
          {"responses", std::move(responses_)},
          {"headers", headers_},
          {"securitySchemes",
           {{"bearer",
             {{"type", "http"},
              {"scheme", "bearer"},
              {"bearerFormat", "JWT"},
              {"description",
               "A token in the header field Authorization, which `parley token` makes. One that is shown "
               "must be valid, also where none is needed, and its holder may do what its permissions "
               "say. The administrator's token, which is no JWT, is printed when the server starts."}}}}}}}};
    return document.dump();
  }

 private:
  Json handler(const net::Route& route) {
    const Endpoint unknown = undescribed(route);
    const Endpoint& endpoint = route.endpoint ? *route.endpoint : unknown;
    Json operation =
        begin(endpoint.id, endpoint.summary, endpoint.details, endpoint.tag, endpoint.permission);
    if (endpoint.deprecated) operation["deprecated"] = true;
    if (endpoint.idempotent) operation["x-idempotent"] = true;
    put_request(route, endpoint, operation);

    Json responses = Json::object();
    bool conditional = false;
    for (const auto& answer : endpoint.answers) {
      // A stream has no tag: its body has no end.
      const bool tagged = route.method == net::Method::get && answer.status == 200 && answer.tagged &&
                          std::ranges::none_of(answer.contents, [](const Content& content) {
                            return content.media_type == "text/event-stream";
                          });
      conditional |= tagged;
      responses[answer.status ? std::to_string(answer.status) : "default"] = response(answer, tagged);
    }
    if (conditional) responses["304"] = not_modified(endpoint);
    for (const auto& failure : failures_of(endpoint.errors, endpoint.refusals))
      if (const auto status = std::to_string(failure.status); !responses.contains(status))
        responses[status] = refusal(failure, endpoint);
    operation["responses"] = std::move(responses);
    return operation;
  }

  // A route that is a WebSocket only.
  Json handshake(const net::Route& route) {
    const Channel unknown{.id = route.pattern, .title = not_described};
    const Channel& channel = route.channel ? *route.channel : unknown;
    Json operation = begin(std::string(channel.id) + "Socket", channel.title, channel.details, channel.tag,
                           channel.permission);
    Endpoint endpoint{.id = std::string(channel.id), .request = channel.request, .errors = channel.errors};
    endpoint.refusals = {{426, Code::failed_precondition, "This address speaks WebSocket only."}};
    put_request(route, endpoint, operation);
    Json responses = Json::object();
    responses["101"] = switching(channel);
    for (const auto& failure : failures_of(endpoint.errors, endpoint.refusals))
      responses[std::to_string(failure.status)] = refusal(failure, endpoint);
    operation["responses"] = std::move(responses);
    return operation;
  }

  Json begin(const std::string& id, std::string_view summary, std::string_view details, const Tag& tag,
             std::string_view permission) {
    if (!ids_.insert(id).second) throw std::logic_error("two operations have the id " + id);
    tags_.remember(tag);
    Json operation = {{"operationId", id}, {"tags", {tag.name}}};
    if (!summary.empty()) operation["summary"] = summary;
    if (!permission.empty()) operation["x-permission"] = permission;
    if (auto text = with_permission(details, permission); !text.empty())
      operation["description"] = std::move(text);
    Json security = Json::array();
    if (!permission.empty()) {
      if (about_.anonymous && !is_administrative(permission)) security.push_back(Json::object());
      security.push_back({{"bearer", Json::array()}});
    }
    operation["security"] = std::move(security);
    return operation;
  }

  void put_request(const net::Route& route, const Endpoint& endpoint, Json& operation) {
    Json parameters = Json::array(), body = {{"type", "object"}, {"properties", Json::object()}};
    Json body_example = Json::object(), required = Json::array();
    auto in_path = path_parameters(route.pattern);
    bool whole = true;  // the body is the request type as it is
    bool members = false, body_needed = false;
    if (endpoint.request) {
      for (const auto& field : endpoint.request->fields) {
        if (!shown(field, endpoint.view)) continue;
        const bool path = std::erase(in_path, field.name) != 0;
        if (path || field.rules.header || !endpoint.body) {
          whole = false;
          parameters.push_back(parameter(field, path, endpoint.view));
          continue;
        }
        members = true;
        const std::string name(field.name);
        body["properties"][name] = schemas_.of(field, endpoint.view);
        if (field.rules.example || field.rules.required)
          body_example[name] = example_of(field, endpoint.view.style);
        if (field.rules.required) required.push_back(name), body_needed = true;
      }
    }
    if (!in_path.empty() && route.endpoint)
      throw std::logic_error("the route " + route.pattern + " does not describe its parameter " +
                             in_path.front());
    for (const auto& more : endpoint.parameters)
      parameters.push_back({{"name", more.name},
                            {"in", more.in},
                            {"description", more.about},
                            {"required", false},
                            {"schema", parse(more.schema, more.name)}});
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);

    if (members) {
      if (!required.empty()) body["required"] = std::move(required);
      if (endpoint.request->extra_field >= 0) body["additionalProperties"] = true;
      if (whole) body = schemas_.of(*endpoint.request, endpoint.view);
      Json media = {{"schema", std::move(body)}, {"example", std::move(body_example)}};
      operation["requestBody"] = {{"required", body_needed},
                                  {"content", {{"application/json", std::move(media)}}}};
    } else if (!endpoint.bodies.empty()) {
      operation["requestBody"] = {{"required", true}, {"content", contents(endpoint.bodies)}};
    }
  }

  Json parameter(const FieldInfo& field, bool path, const View& view) {
    Json out = {{"name", path || !field.rules.header ? field.name : std::string_view(field.rules.header)},
                {"in", path                 ? "path"
                       : field.rules.header ? "header"
                                            : "query"},
                {"required", path || field.rules.required}};
    Json schema = schemas_.of(field, view);
    if (auto text = schema.find("description"); text != schema.end()) {
      out["description"] = *text;
      schema.erase("description");
    }
    if (auto examples = schema.find("examples"); examples != schema.end()) {
      out["example"] = examples->front();
      schema.erase("examples");
    }
    out["schema"] = std::move(schema);
    return out;
  }

  Json contents(const std::vector<Content>& all) {
    Json out = Json::object();
    for (const auto& content : all) {
      Json schema = schemas_.of(content);
      const std::string type(content.media_type);
      if (auto known = out.find(type); known != out.end()) {
        auto& first = (*known)["schema"];
        if (!first.contains("anyOf")) first = Json{{"anyOf", Json::array({first})}};
        first["anyOf"].push_back(std::move(schema));
        continue;
      }
      out[type] = {{"schema", std::move(schema)}};
      if (Json example = example_of(content); !example.is_null()) out[type]["example"] = std::move(example);
    }
    return out;
  }

  Json headers_of(const std::vector<HeaderField>& fields, std::initializer_list<const char*> common) {
    Json out = Json::object();
    for (const char* name : common) out[name] = reference("headers", name);
    for (const auto& field : fields)
      out[std::string(field.name)] = {{"description", field.about},
                                      {"required", field.always},
                                      {"schema", {{"type", "string"}}},
                                      {"example", field.example}};
    return out;
  }

  Json response(const Answer& answer, bool tagged) {
    Json out = {{"description", answer.about},
                {"headers", tagged ? headers_of(answer.headers, {"X-Request-Id", "traceparent", "ETag"})
                                   : headers_of(answer.headers, {"X-Request-Id", "traceparent"})}};
    if (!answer.contents.empty()) out["content"] = contents(answer.contents);
    return out;
  }

  Json not_modified(const Endpoint& endpoint) {
    const auto& fields = endpoint.answers.front().headers;
    return {{"description", "Not modified: the ETag is one of those in If-None-Match."},
            {"headers", headers_of(fields, {"X-Request-Id", "traceparent", "ETag"})}};
  }

  Json switching(const Channel& channel) {
    return {
        {"description", "A WebSocket: the channel `" + std::string(channel.id) + "` of /asyncapi.json."},
        {"headers",
         {{"Upgrade", {{"required", true}, {"schema", {{"type", "string"}}}, {"example", "websocket"}}}}}};
  }

  Json refusal(const Failure& failure, const Endpoint& endpoint) {
    std::string text, name;
    for (const auto& [code, about] : failure.reasons) {
      if (!text.empty()) text += ' ';
      text += about;
      if (!text.ends_with('.')) text += '.';
      name += (name.empty() ? "" : ".") + std::string(info(code).name);
    }
    const bool own = endpoint.error.type || !endpoint.error.schema.empty();
    const bool about_fields = failure.status == 400 && endpoint.request;
    Json out = {{"description", std::move(text)}};
    if (failure.status == 401)
      out["headers"] = headers_of({}, {"WWW-Authenticate"});
    else if (failure.status == 429 || failure.status == 503)
      out["headers"] = headers_of({}, {"Retry-After"});
    // The server itself refuses what it cannot read as a request for this route.
    Json problem = {{"schema", reference("schemas", "Problem")}};
    Json examples = Json::object();
    for (const auto& [code, about] : failure.reasons)
      examples[std::string(info(code).name)] = {
          {"value", problem_example(code, about, failure.status, endpoint)}};
    problem["examples"] = std::move(examples);
    out["content"]["application/problem+json"] = std::move(problem);
    if (own) {
      Json shape = {{"schema", schemas_.of(endpoint.error)}};
      if (Json example = example_of(endpoint.error); !example.is_null())
        shape["example"] = std::move(example);
      out["content"][std::string(endpoint.error.media_type)] = std::move(shape);
    }
    if (own || about_fields) return out;
    return shared(name + '.' + std::to_string(failure.status), std::move(out));
  }

  // The same for many operations; numbered where two of one name differ.
  Json shared(const std::string& name, Json response) {
    std::string key = name;
    for (int number = 2; responses_.contains(key) && responses_[key] != response; ++number)
      key = name + '.' + std::to_string(number);
    responses_[key] = std::move(response);
    return reference("responses", key);
  }

  static Json problem_example(Code code, std::string_view about, std::uint16_t status,
                              const Endpoint& endpoint) {
    Error error{code, std::string(about)};
    if (code == Code::invalid_argument && status == 400 && endpoint.request)
      if (const auto* field = telling_field(*endpoint.request))
        error = invalid_argument(
            {{std::string(field->rules.header ? field->rules.header : field->name),
              field->rules.required ? "is required" : expectation(*field->type, field->rules)}});
    return parse(codec::problem_json(error, example_trace, {}, status), "problem");
  }

  // One whose rules a client may break.
  static const FieldInfo* telling_field(const TypeInfo& request) {
    const auto& fields = request.fields;
    const auto found = std::ranges::find_if(fields, [](const FieldInfo& field) {
      return field.rules.required && field.type->kind != Kind::extra;
    });
    if (found != fields.end()) return &*found;
    const auto any =
        std::ranges::find_if(fields, [](const FieldInfo& f) { return f.type->kind != Kind::extra; });
    return any == fields.end() ? nullptr : &*any;
  }

  // HEAD is what GET answers, without the body.
  Json head(Json operation) {
    const std::string id = operation["operationId"].get<std::string>() + ".head";
    ids_.insert(id);
    operation["operationId"] = id;
    operation["description"] = "The header fields of the answer to GET.";
    operation.erase("x-asyncapi-channel");
    if (operation.contains("requestBody")) operation.erase("requestBody");
    operation["responses"].erase("101");
    for (auto& [status, answer] : operation["responses"].items()) {
      if (answer.contains("$ref")) {
        const std::string target = answer["$ref"];
        answer = {{"description", responses_[target.substr(target.rfind('/') + 1)]["description"]}};
      }
      answer.erase("content");
    }
    return operation;
  }

  const About& about_;
  const Json headers_;
  Schemas schemas_;
  Json paths_ = Json::object(), responses_ = Json::object();
  Tags tags_;
  std::set<std::string, std::less<>> ids_;
};

}  // namespace

std::string openapi(const net::Router& router, const About& about) {
  OpenApiDocument document(about);
  for (const auto& route : router.routes()) document.add(*route);
  return document.text();
}

}  // namespace parley::docs
