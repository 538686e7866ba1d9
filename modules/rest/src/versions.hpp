// The API's versions: one table, from which routes, deprecation marks, refusals and /api/versions are made.
#pragma once

#include <parley/codec/json.hpp>
#include <parley/docs/route.hpp>
#include <parley/net/http.hpp>
#include <parley/result.hpp>
#include <parley/time.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::rest {

struct Options;

// In the JSON objects of a deprecated version.
struct DeprecationMarks {
  bool deprecated = true;
  std::string new_api_url;
};

// GET /api/versions.
struct VersionMatrix {
  struct Row {
    std::string version;
    std::string status;
    std::optional<std::optional<std::string>> end_of_life;
    std::optional<std::string> deprecated_since;
    std::optional<Timestamp> sunset;
    std::string features;
    std::string base;
  };
  std::vector<Row> versions;
  std::string latest;
  std::string header;
};

struct ApiVersion {
  std::uint16_t number = 0;
  std::string_view name;       // "v1"; static storage
  std::string_view prefix;     // of the names of its schemas: "v1."; static storage
  std::string_view lifecycle;  // deprecated, supported, current, beta
  std::string_view features;
  codec::JsonStyle style = {};
  bool marks_answers = false;  // `_deprecated` and `_new_api_url` in its objects
  std::optional<Timestamp> deprecated = {}, sunset = {};
  std::string deprecation_field = {}, sunset_field = {};  // header field values; empty: none

  bool ends() const noexcept { return sunset || deprecated; }
  bool retired(Timestamp now) const noexcept { return sunset && now >= *sunset; }
};

// Immutable after construction; outlives the routes that use it.
class Versions {
 public:
  // Throws std::invalid_argument, naming the key, for a sunset that is no RFC 3339 time.
  explicit Versions(const Options& options);

  std::span<const ApiVersion> all() const noexcept { return versions_; }
  const ApiVersion& latest() const noexcept;

  // By the header field API-Version: `v2`, `2` or `2.0`; the latest where it is absent. invalid_argument,
  // naming the supported ones, for anything else.
  Result<const ApiVersion*> choose(const net::Request& request) const;

  // What takes the place of `version` for a client: the next one that is not retired.
  const ApiVersion& successor(const ApiVersion& version, Timestamp now) const noexcept;
  // The same resource in the successor: `path` is the request's, of which the first `prefix` bytes
  // ("/api" or "/api/v1") give way.
  std::string successor_url(const ApiVersion& version, std::string_view path, std::size_t prefix,
                            Timestamp now) const;

  // The support matrix.
  VersionMatrix matrix(Timestamp now) const;
  // The JSON Schema of the header field API-Version.
  std::string_view schema() const noexcept { return schema_; }

 private:
  std::vector<ApiVersion> versions_;
  std::string schema_;
};

// What the descriptions say of GET /api/versions.
docs::Endpoint versions_endpoint();

}  // namespace parley::rest

namespace parley {
template <>
const TypeInfo& describe<rest::DeprecationMarks>();
template <>
const TypeInfo& describe<rest::VersionMatrix::Row>();
template <>
const TypeInfo& describe<rest::VersionMatrix>();
}  // namespace parley
