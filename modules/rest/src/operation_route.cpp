#include "operation_route.hpp"

#include "errors.hpp"

#include <parley/codec/json.hpp>
#include <parley/rpc/media_type.hpp>
#include <parley/validate.hpp>

#include <stdexcept>

namespace parley::rest {
namespace {

const FieldInfo* find_field(const TypeInfo& type, std::string_view name) noexcept {
  for (auto& field : type.fields)
    if (field.type->kind == Kind::extra)
      continue;
    else if (field.name == name || (field.rules.alias && field.rules.alias == name))
      return &field;
  return nullptr;
}

std::uint64_t bit_of(const TypeInfo& type, const FieldInfo& field) noexcept {
  return std::uint64_t{1} << (&field - type.fields.data());
}

void* address_of(void* object, const FieldInfo& field) noexcept {
  return static_cast<char*>(object) + field.offset;
}

// A value as one path segment (RFC 3986 section 3.3).
void append_segment(std::string_view value, std::string& out) {
  constexpr char digits[] = "0123456789ABCDEF";
  for (const unsigned char c : value) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
        c == '_' || c == '~') {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += digits[c >> 4];
      out += digits[c & 15];
    }
  }
}

}  // namespace

// Fills a request from path, body and query; where two have the same field, the first of these counts. A
// field that comes from a header field comes from nowhere else.
class RequestReader final : public Inbound {
 public:
  RequestReader(const OperationRoute& route, net::Request& request) : route_(route), request_(request) {}

  std::uint16_t status() const noexcept { return status_; }  // of the refusal; 0: the code's own

  Result<void> read(const TypeInfo& type, void* value) override {
    if (request_.query.empty() && !route_.takes_body_ && route_.header_bits_ == 0 &&
        route_.required_bits_ == route_.path_bits_) {
      fill_from_path(value);
      if (problems_.empty()) return {};
    } else {
      std::uint64_t present = 0;
      if (!request_.query.empty()) {
        if (auto filled = fill_from_query(type, value, present); !filled) return filled;
      }
      if (route_.takes_body_) {
        if (auto filled = fill_from_body(type, value, present); !filled) return filled;
      }
      fill_from_headers(type, value, present);
      fill_from_path(value);
      codec::require_fields(type, present | route_.path_bits_, problems_);
      if (problems_.empty()) return {};
    }
    // The port checks the rules itself. Here they only complete the list, so that a client sees all at once.
    conform(type, value, problems_);
    return std::unexpected(invalid_argument(std::move(problems_)));
  }

 private:
  void fill_from_path(void* value) {
    for (std::size_t i = 0; i < route_.path_fields_.size(); ++i) {
      const auto& target = route_.path_fields_[i];
      const std::string_view text =
          i < request_.parameters.size() && request_.parameters[i].name == target.name
              ? std::string_view(request_.parameters[i].value)
              : request_.parameter(target.name);
      if (target.text)
        static_cast<std::string*>(address_of(value, *target.field))->assign(text);
      else
        set_from_text(route_.row_.request(), value, target.name, text, problems_);
    }
  }

  void fill_from_headers(const TypeInfo& type, void* value, std::uint64_t& present) {
    for (const auto* field : route_.header_fields_) {
      const auto text = request_.header(field->rules.header);
      if (!text) continue;
      set_from_text(type, value, field->name, *text, problems_);
      present |= bit_of(type, *field);
    }
  }

  // Parameters that the operation does not have are none of its business (tracking tags, cache busters).
  Result<void> fill_from_query(const TypeInfo& type, void* value, std::uint64_t& present) {
    auto parameters = request_.query_parameters();
    if (!parameters) return std::unexpected(std::move(parameters.error()));
    for (auto& [name, text] : *parameters) {
      const auto* field = find_field(type, name);
      if (!field || field->rules.header || problems_.size() >= max_problems) continue;
      set_from_text(type, value, name, text, problems_);
      present |= bit_of(type, *field);
    }
    return {};
  }

  Result<void> fill_from_body(const TypeInfo& type, void* value, std::uint64_t& present) {
    if (request_.body.empty()) {
      if ((route_.required_bits_ & ~(route_.path_bits_ | present)) == 0 && !present)
        return fail(Code::invalid_argument, "the request needs a JSON object as its body");
      return {};  // what is missing is named by require_fields
    }
    if (!calls::may_be_json(request_.header("Content-Type"))) {
      status_ = status_unsupported_media_type;
      return fail(Code::invalid_argument, "the body must be JSON, with Content-Type: application/json");
    }
    codec::ReadOptions options;
    options.hidden = route_.header_bits_;
    return codec::read_json_fields(request_.body, type, value, problems_, present, options);
  }

  const OperationRoute& route_;
  net::Request& request_;
  std::vector<FieldProblem> problems_;
  std::uint16_t status_ = 0;
};

// Writes the answer into the response.
class AnswerWriter final : public Outbound {
 public:
  AnswerWriter(const OperationRoute& route, const net::Request& request, net::Response& response,
               const ApiVersion* version, const std::string& successor)
      : route_(route), request_(request), response_(response), version_(version), successor_(successor) {}

  Task<bool> write(const TypeInfo& type, const void* answer) override {
    response_.status = route_.row_.status;
    if (response_.status == 204) {
      response_.content_type = {};
      return true;
    }
    auto& body = response_.body;
    body.clear();
    codec::write_json(type, answer, body, version_ ? version_->style : codec::JsonStyle{});
    if (version_ && version_->marks_answers && body.ends_with('}')) append_marks(body);
    if (route_.location_) {
      const auto* id = static_cast<const char*>(answer) + route_.location_->offset;
      std::string url(request_.path);
      url += '/';
      append_segment(*reinterpret_cast<const std::string*>(id), url);
      response_.header("Location", url);
    }
    return true;
  }

 private:
  void append_marks(std::string& body) const {
    const DeprecationMarks marks{.new_api_url = successor_};
    body.pop_back();
    if (body.size() > 1) body += ',';
    const auto begin = body.size();
    codec::write_json(describe<DeprecationMarks>(), &marks, body);
    body.erase(begin, 1);  // its brace
  }

  const OperationRoute& route_;
  const net::Request& request_;
  net::Response& response_;
  const ApiVersion* version_;
  const std::string& successor_;
};

OperationRoute::OperationRoute(const Versions& versions, const calls::BoundOperation& operation,
                               Versioning versioning, const ApiVersion* version)
    : versions_(versions),
      operation_(operation),
      row_(operation.row()),
      versioning_(versioning),
      version_(version),
      pattern_(versioned_path(row_.path, version ? version->name : std::string_view{})),
      prefix_(row_.path.find(version_segment) + (version ? 1 + version->name.size() : 0)),
      takes_body_(row_.verb == Verb::post || row_.verb == Verb::put || row_.verb == Verb::patch) {
  const auto& type = row_.request();
  for (auto& field : type.fields) {
    if (field.rules.required) required_bits_ |= bit_of(type, field);
    if (!field.rules.header) continue;
    header_fields_.push_back(&field);
    header_bits_ |= bit_of(type, field);
  }
  for (auto& name : docs::path_parameters(pattern_)) {
    const auto* field = find_field(type, name);
    if (!field)
      throw std::logic_error("route " + pattern_ + ": the request of " + std::string(row_.name) +
                             " has no field " + name);
    path_bits_ |= bit_of(type, *field);
    const bool text = field->type->kind == Kind::string;
    path_fields_.push_back({std::move(name), field, text});
  }
  required_bits_ |= path_bits_;
  takes_body_ = takes_body_ && path_fields_.size() + header_fields_.size() < type.fields.size();

  if (row_.status != 201) return;
  const std::string shown = std::string(row_.path) + "/{id}";
  for (auto& other : operation.service().operations)
    if (other.verb == Verb::get && other.path == shown) location_ = find_field(row_.answer(), "id");
  if (location_ && location_->type->kind != Kind::string) location_ = nullptr;
}

Task<void> OperationRoute::serve(net::Request& request, net::Response& response) const {
  const ApiVersion* version = version_;
  if (versioning_ == Versioning::header) {
    auto chosen = versions_.choose(request);
    if (!chosen) {
      write_error(request, response, chosen.error());
      co_return;
    }
    version = *chosen;
    response.header("Vary", "API-Version");
    response.header("API-Version", version->name);
  }
  std::string successor;  // the same resource in the version that takes the place of this one
  if (version && version->ends()) {
    const auto now = request.context.now();
    successor = versions_.successor_url(*version, request.path, prefix_, now);
    if (!mark(*version, successor, now, request, response)) co_return;
  }
  RequestReader in(*this, request);
  AnswerWriter out(*this, request, response, version, successor);
  auto call = operation_.call(request.context, in, out);
  auto outcome = co_await std::move(call);
  if (!outcome) write_error(request, response, name_headers(std::move(outcome.error())), in.status());
}

Error OperationRoute::name_headers(Error error) const {
  bool renamed = false;
  for (auto& problem : error.fields)
    for (const auto* field : header_fields_)
      if (problem.field == field->name) {
        problem.field = field->rules.header;
        renamed = true;
      }
  // The sentence begins with the first field's name.
  if (renamed && error.code == Code::invalid_argument) error.message = invalid_argument(error.fields).message;
  return error;
}

void OperationRoute::write_error(const net::Request& request, net::Response& response, const Error& error,
                                 std::uint16_t status) const {
  if (row_.error_shape == ErrorShape::calculation)
    write_calculation_error(row_.path.substr(row_.path.rfind('/') + 1), request, response, error, status);
  else
    write_problem(request, response, error, status);
  name_scope(request, response, row_.permission);
}

// RFC 9745 (Deprecation), RFC 8594 (Sunset), RFC 5829 (successor-version).
bool OperationRoute::mark(const ApiVersion& version, const std::string& successor, Timestamp now,
                          const net::Request& request, net::Response& response) const {
  if (!version.deprecation_field.empty()) response.header("Deprecation", version.deprecation_field);
  if (!version.sunset_field.empty()) response.header("Sunset", version.sunset_field);
  std::string link;
  link.reserve(successor.size() + 32);
  link.append("<").append(successor).append(R"(>; rel="successor-version")");
  response.header("Link", link);
  if (!version.retired(now)) return true;
  const Error error{Code::failed_precondition, "API " + std::string(version.name) + " ended at " +
                                                   to_rfc3339(*version.sunset) + "; use " + successor};
  write_error(request, response, error, status_gone);
  return false;
}

OperationRoutes::OperationRoutes(Metrics& metrics, const Versions& versions,
                                 const calls::Authorize& authorize)
    : versions_(versions), edge_{"rest", metrics, authorize} {}

void OperationRoutes::mount(net::Router& router, const BoundService& service) {
  using Versioning = OperationRoute::Versioning;
  for (auto& row : service.operations) {
    if (row.verb == Verb::none || row.shape != Shape::unary) continue;
    const auto& operation = operations_.emplace_back(edge_, service, row);
    if (row.path.find(version_segment) == std::string_view::npos) {
      add(router, operation, Versioning::none, nullptr);
      continue;
    }
    for (auto& version : versions_.all()) add(router, operation, Versioning::path, &version);
    add(router, operation, Versioning::header, nullptr);
  }
}

void OperationRoutes::add(net::Router& router, const calls::BoundOperation& operation,
                          OperationRoute::Versioning versioning, const ApiVersion* version) {
  const auto& route = routes_.emplace_back(versions_, operation, versioning, version);
  auto& mounted = router.add(
      to_method(operation.row().verb), route.pattern(),
      [&route](net::Request& request, net::Response& response) { return route.serve(request, response); });
  mounted.error_writer = [&route](const net::Request& request, net::Response& response, const Error& error) {
    route.write_error(request, response, error, response.status);
  };
  mounted.endpoint = docs::share(route.endpoint());
}

std::string versioned_path(std::string_view path, std::string_view version) {
  const auto at = path.find(version_segment);
  if (at == std::string_view::npos) return std::string(path);
  std::string out(path.substr(0, at));
  if (!version.empty()) out.append("/").append(version);
  return out.append(path.substr(at + version_segment.size()));
}

net::Method to_method(Verb verb) noexcept {
  switch (verb) {
    case Verb::post:
      return net::Method::post;
    case Verb::put:
      return net::Method::put;
    case Verb::patch:
      return net::Method::patch;
    case Verb::del:
      return net::Method::del;
    case Verb::get:
    case Verb::none:
      break;
  }
  return net::Method::get;
}

}  // namespace parley::rest
