// What a row's route adds to what the row says: versions, and the header fields that tell of them.
#include "errors.hpp"
#include "operation_route.hpp"

#include <parley/docs/route.hpp>

#include <algorithm>

namespace parley::rest {
namespace {

docs::View view_of(const ApiVersion& version) {
  return {.prefix = version.prefix, .style = version.style};
}

docs::Content content_of(const TypeInfo& type, const ApiVersion& version) {
  return {
      .type = &type,
      .also = version.marks_answers && type.kind == Kind::object ? &describe<DeprecationMarks>() : nullptr,
      .view = view_of(version)};
}

// Each name once: with the header field API-Version, several versions of one route may have an end.
void put_end(const ApiVersion& version, const std::string& successor, bool always,
             std::vector<docs::HeaderField>& headers) {
  const auto put = [&](std::string_view name, std::string_view about, std::string example) {
    if (example.empty() || std::ranges::find(headers, name, &docs::HeaderField::name) != headers.end())
      return;
    headers.push_back({name, about, std::move(example), always});
  };
  put("Deprecation", "Since when the version is deprecated (RFC 9745).", version.deprecation_field);
  put("Sunset", "When the version ends (RFC 8594).", version.sunset_field);
  put("Link", "The same resource in the version that takes its place.",
      "<" + successor + R"(>; rel="successor-version")");
}

// Of a field that is text.
std::string example_text(const FieldInfo& field) {
  std::string_view json =
      field.rules.example ? field.rules.example : R"("018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37")";
  return std::string(json.substr(1, json.size() - 2));
}

}  // namespace

docs::Endpoint OperationRoute::endpoint() const {
  const auto& service = operation_.service();
  docs::Endpoint endpoint = docs::endpoint_of(service, row_, version_ ? view_of(*version_) : docs::View{});
  endpoint.body = takes_body_;
  if (takes_body_)
    endpoint.refusals.push_back(
        {status_unsupported_media_type, Code::invalid_argument, "The body is not called JSON."});
  auto& answer = endpoint.answers.front();
  const auto successor_of = [&](const ApiVersion& version) {
    return versions_.successor_url(version, pattern_, prefix_, Timestamp{});  // before any has ended
  };
  const auto gone = [&](const ApiVersion& version) {
    if (version.sunset &&
        std::ranges::find(endpoint.refusals, status_gone, &net::Refusal::status) == endpoint.refusals.end())
      endpoint.refusals.push_back({status_gone, Code::failed_precondition,
                                   "This version of the API has ended; Link names the next."});
  };

  if (version_) {
    endpoint.id = std::string(version_->name) + '.' + endpoint.id;
    endpoint.deprecated = version_->deprecated.has_value();
    if (!answer.contents.empty()) answer.contents = {content_of(row_.answer(), *version_)};
    if (version_->ends()) put_end(*version_, successor_of(*version_), true, answer.headers);
    gone(*version_);
  } else if (versioning_ == Versioning::header) {
    const auto& latest = versions_.latest();
    endpoint.view = view_of(latest);
    endpoint.errors |= code_bits(Code::invalid_argument);
    endpoint.parameters.push_back({"API-Version", "header",
                                   "Which version of the API to speak; the latest where it is left out.",
                                   versions_.schema()});
    answer.headers.push_back({"API-Version", "The version of this answer.", std::string(latest.name)});
    answer.headers.push_back({"Vary", "Caches must tell versions apart.", "API-Version"});
    if (!answer.contents.empty()) answer.contents = {content_of(row_.answer(), latest)};
    for (const auto& version : versions_.all()) {
      if (!answer.contents.empty() && &version != &latest)
        answer.contents.push_back(content_of(row_.answer(), version));
      if (version.ends()) put_end(version, successor_of(version), false, answer.headers);
      gone(version);
    }
  }
  if (location_)
    answer.headers.push_back(
        {"Location", "Where the new resource is.", pattern_ + "/" + example_text(*location_)});
  return endpoint;
}

}  // namespace parley::rest

template <>
const parley::TypeInfo& parley::describe<parley::rest::DeprecationMarks>() {
  using rest::DeprecationMarks;
  static constexpr Row rows[] = {
      field<&DeprecationMarks::deprecated>("_deprecated", doc("This version of the API is deprecated."),
                                           example("true")),
      field<&DeprecationMarks::new_api_url>("_new_api_url",
                                            doc("The same resource in the version that takes its place."),
                                            example(R"("/api/v2/users")")),
  };
  static const TypeInfo type = object<DeprecationMarks>("DeprecationMarks", rows,
                                                        "What every answer of a deprecated version carries.");
  return type;
}
