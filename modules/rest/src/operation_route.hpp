// REST routes made from operation rows. What can be known of a route before a request comes is worked out
// when it is mounted; a request without body and query then needs no lookup.
#pragma once

#include "versions.hpp"

#include <parley/docs/route.hpp>
#include <parley/metrics.hpp>
#include <parley/net/http.hpp>
#include <parley/operation.hpp>
#include <parley/rpc/call.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace parley::rest {

// One row under one path. Immutable once mounted; a handler holds its address.
class OperationRoute {
 public:
  // How the version of the answer is found: the path has none, the path names it, or the header field does.
  enum class Versioning : std::uint8_t { none, path, header };

  // `version` is null unless `versioning` is path. Throws std::logic_error for a path parameter that the
  // request type does not have.
  OperationRoute(const Versions& versions, const calls::BoundOperation& operation, Versioning versioning,
                 const ApiVersion* version);

  const std::string& pattern() const noexcept { return pattern_; }
  // For the descriptions.
  docs::Endpoint endpoint() const;
  Task<void> serve(net::Request& request, net::Response& response) const;
  // In the shape that the row's clients expect. `status` 0: the code's own.
  void write_error(const net::Request& request, net::Response& response, const Error& error,
                   std::uint16_t status = 0) const;

 private:
  friend class RequestReader;
  friend class AnswerWriter;

  struct PathField {
    std::string name;
    const FieldInfo* field;
    bool text;  // a string, assigned as it is
  };

  // Lets an error name a header field where that is where the value came from.
  Error name_headers(Error error) const;

  // What is said of a version that has an end, to a client that uses it. False for one that is over: that is
  // answered then.
  bool mark(const ApiVersion& version, const std::string& successor, Timestamp now,
            const net::Request& request, net::Response& response) const;

  const Versions& versions_;
  const calls::BoundOperation& operation_;
  const Operation& row_;
  Versioning versioning_;
  const ApiVersion* version_;
  std::string pattern_;
  std::size_t prefix_;  // bytes of "/api" or "/api/v1" in a request's path
  std::vector<PathField> path_fields_;
  std::vector<const FieldInfo*>
      header_fields_;                // with from_header(); the body and the query do not fill them
  std::uint64_t path_bits_ = 0;      // fields that the path fills
  std::uint64_t header_bits_ = 0;    // fields that header fields fill
  std::uint64_t required_bits_ = 0;  // fields that must come from somewhere
  bool takes_body_ = false;
  const FieldInfo* location_ = nullptr;  // the answer's id, when the row creates what another row shows
};

// Mounts the rows of services. Keeps the routes: it outlives the router's use.
class OperationRoutes {
 public:
  OperationRoutes(Metrics& metrics, const Versions& versions, const calls::Authorize& authorize);
  // Every unary row with a verb: once, or for a path with {version} once per version and once without it.
  // Streams are mounted by the edges that know how to stream.
  void mount(net::Router& router, const BoundService& service);

 private:
  void add(net::Router& router, const calls::BoundOperation& operation, OperationRoute::Versioning versioning,
           const ApiVersion* version);

  const Versions& versions_;
  const calls::Edge edge_;
  std::deque<calls::BoundOperation> operations_;  // a deque does not move its elements
  std::deque<OperationRoute> routes_;
};

// "/api/{version}/users/{id}" with {version} replaced, or for an empty `version` left out.
std::string versioned_path(std::string_view path, std::string_view version);
net::Method to_method(Verb verb) noexcept;
inline constexpr std::string_view version_segment = "/{version}";

}  // namespace parley::rest
