#include "versions.hpp"

#include <parley/rest/gateway.hpp>

#include <charconv>
#include <stdexcept>

namespace parley::rest {
namespace {

using namespace std::chrono;

// The lecture's support matrix. Sunsets are configuration.
constexpr std::uint16_t latest_number = 3;
constexpr sys_days v1_deprecated{2024y / July / 1};

std::optional<Timestamp> parse_sunset(const char* key, const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (auto time = parse_rfc3339(text)) return time;
  throw std::invalid_argument(std::string(key) +
                              " must be a time such as 2027-12-31T00:00:00Z, or empty for no sunset");
}

// Midnight is shown as a day, as in the lecture's matrix.
std::string to_day(Timestamp time) {
  return to_rfc3339(time).substr(0, 10);
}

}  // namespace

Versions::Versions(const Options& options) {
  versions_ = {
      {.number = 1,
       .name = "v1",
       .prefix = "v1.",
       .lifecycle = "deprecated",
       .features = "Basic CRUD",
       .style = {.version = 1, .unix_time = true},
       .marks_answers = true,
       .deprecated = v1_deprecated,
       .sunset = parse_sunset("rest.v1_sunset", options.v1_sunset)},
      {.number = 2,
       .name = "v2",
       .prefix = "v2.",
       .lifecycle = "supported",
       .features = "+ Phone, Avatar",
       .style = {.version = 2},
       .sunset = parse_sunset("rest.v2_sunset", options.v2_sunset)},
      {.number = 3,
       .name = "v3",
       .prefix = "v3.",
       .lifecycle = "current",
       .features = "+ Social login",
       .style = {.version = 3}},
      {.number = 4,
       .name = "v4",
       .prefix = "v4.",
       .lifecycle = "beta",
       .features = "+ Multi-tenancy",
       .style = {.version = 4}},
  };
  for (auto& version : versions_) {
    if (version.deprecated) {
      // RFC 9745 section 4: a sunset is never earlier than the deprecation.
      if (version.sunset) version.deprecated = std::min(*version.deprecated, *version.sunset);
      version.deprecation_field = '@' + std::to_string(to_unix_seconds(*version.deprecated));
    }
    if (version.sunset) version.sunset_field = to_http_date(*version.sunset);  // RFC 8594 section 3
  }
  // `v2`, `2` and `2.0` are the same; the document recommends the first.
  schema_ = R"({"type":"string","examples":["v2"],"default":")" + std::string(latest().name) +
            R"(","pattern":"^[vV]?[1-9][0-9]*(\\.0)?$"})";
}

const ApiVersion& Versions::latest() const noexcept {
  return versions_[latest_number - 1];
}

Result<const ApiVersion*> Versions::choose(const net::Request& request) const {
  const auto field = request.header("API-Version");
  if (!field || field->empty()) return &latest();
  auto text = *field;
  if (text.front() == 'v' || text.front() == 'V') text.remove_prefix(1);
  if (text.ends_with(".0")) text.remove_suffix(2);
  std::uint16_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc{} && end == text.data() + text.size())
    for (auto& version : versions_)
      if (version.number == number) return &version;
  std::string problem = "must be one of ";
  for (auto& version : versions_) {
    if (&version != &versions_.front()) problem += ", ";
    problem += version.name;
  }
  return invalid_field("API-Version", std::move(problem));
}

const ApiVersion& Versions::successor(const ApiVersion& version, Timestamp now) const noexcept {
  for (auto& candidate : versions_)
    if (candidate.number > version.number && !candidate.retired(now)) return candidate;
  return versions_.back();
}

std::string Versions::successor_url(const ApiVersion& version, std::string_view path, std::size_t prefix,
                                    Timestamp now) const {
  std::string url;
  url.reserve(path.size() + 8);
  url += "/api/";
  url += successor(version, now).name;
  url += path.substr(prefix);
  return url;
}

VersionMatrix Versions::matrix(Timestamp now) const {
  VersionMatrix out{.versions = {}, .latest = std::string(latest().name), .header = "API-Version"};
  for (auto& version : versions_) {
    VersionMatrix::Row row{.version = std::string(version.name),
                           .status = std::string(version.retired(now) ? "retired" : version.lifecycle),
                           .end_of_life = std::optional<std::string>(),
                           .deprecated_since = std::nullopt,
                           .sunset = version.sunset,
                           .features = std::string(version.features),
                           .base = "/api/" + std::string(version.name)};
    if (version.sunset) row.end_of_life = to_day(*version.sunset);
    if (version.deprecated) row.deprecated_since = to_day(*version.deprecated);
    out.versions.push_back(std::move(row));
  }
  return out;
}

docs::Endpoint versions_endpoint() {
  docs::Endpoint endpoint{.id = "GetVersions", .summary = "The support matrix of the API's versions"};
  endpoint.answers.push_back({.contents = {docs::json_of<VersionMatrix>()}});
  return endpoint;
}

}  // namespace parley::rest

namespace parley {

using rest::VersionMatrix;

template <>
const TypeInfo& describe<VersionMatrix::Row>() {
  using Line = VersionMatrix::Row;
  static constexpr Row rows[] = {
      field<&Line::version>("version", example(R"("v1")")),
      field<&Line::status>("status", pattern("deprecated|supported|current|beta|retired", "a status"),
                           example(R"("deprecated")")),
      field<&Line::end_of_life>("end_of_life", doc("The day it ends, or null."), example(R"("2027-12-31")")),
      field<&Line::deprecated_since>("deprecated_since", example(R"("2024-07-01")")),
      field<&Line::sunset>("sunset", doc("The moment it ends."), example(R"("2027-12-31T00:00:00Z")")),
      field<&Line::features>("features", example(R"("Basic CRUD")")),
      field<&Line::base>("base", doc("Where its addresses begin."), example(R"("/api/v1")")),
  };
  static const TypeInfo type = object<Line>("Version", rows, "One version of the API.");
  return type;
}

template <>
const TypeInfo& describe<VersionMatrix>() {
  static constexpr Row rows[] = {
      field<&VersionMatrix::versions>("versions", doc("Oldest first.")),
      field<&VersionMatrix::latest>("latest", doc("What is spoken where nothing is asked for."),
                                    example(R"("v3")")),
      field<&VersionMatrix::header>("header", doc("The header field that asks for a version."),
                                    example(R"("API-Version")")),
  };
  static const TypeInfo type = object<VersionMatrix>("VersionMatrix", rows, "The support matrix of the API.");
  return type;
}

}  // namespace parley
