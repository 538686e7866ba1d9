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
       .lifecycle = "deprecated",
       .features = "Basic CRUD",
       .style = {.version = 1, .unix_time = true},
       .marks_answers = true,
       .deprecated = v1_deprecated,
       .sunset = parse_sunset("rest.v1_sunset", options.v1_sunset)},
      {.number = 2,
       .name = "v2",
       .lifecycle = "supported",
       .features = "+ Phone, Avatar",
       .style = {.version = 2},
       .sunset = parse_sunset("rest.v2_sunset", options.v2_sunset)},
      {.number = 3,
       .name = "v3",
       .lifecycle = "current",
       .features = "+ Social login",
       .style = {.version = 3}},
      {.number = 4,
       .name = "v4",
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

std::string Versions::matrix(Timestamp now) const {
  std::string out = R"({"versions":[)";
  for (auto& version : versions_) {
    if (&version != &versions_.front()) out += ',';
    out += R"({"version":")";
    out += version.name;
    out += R"(","status":")";
    out += version.retired(now) ? "retired" : version.lifecycle;
    out += R"(","end_of_life":)";
    out += version.sunset ? '"' + to_day(*version.sunset) + '"' : "null";
    if (version.deprecated) out += R"(,"deprecated_since":")" + to_day(*version.deprecated) + '"';
    if (version.sunset) out += R"(,"sunset":")" + to_rfc3339(*version.sunset) + '"';
    out += R"(,"features":)";
    codec::append_json_string(version.features, out);
    out += R"(,"base":"/api/)";
    out += version.name;
    out += "\"}";
  }
  out += R"(],"latest":")";
  out += latest().name;
  out += R"(","header":"API-Version"})";
  return out;
}

}  // namespace parley::rest
