// The rows of all services as JSON-RPC methods.
#pragma once

#include <parley/codec/json.hpp>
#include <parley/operation.hpp>
#include <parley/rpc/call.hpp>

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace parley::jsonrpc {

// Of params and results.
inline constexpr codec::JsonStyle style{.unix_time = true};

// Methods of the edge itself. Names that begin with `rpc.` are the specification's to give (section 4).
inline constexpr std::string_view echo = "echo", discover = "rpc.discover", unsubscribe = "rpc.unsubscribe",
                                  subscription = "rpc.subscription";

// Params of rpc.unsubscribe.
struct Unsubscribe {
  std::string subscription;
};

struct Method {
  Method(const calls::Edge& edge, const BoundService& service, const Operation& row)
      : name(rpc_method(row)), operation(edge, service, row), request(row.request()) {}

  bool streams() const noexcept { return operation.row().shape == Shape::server_stream; }
  // Changes nothing, so that it may end when nobody waits for its answer any more.
  bool only_reads() const noexcept { return operation.row().verb == Verb::get || streams(); }

  const std::string name;
  const calls::BoundOperation operation;
  const TypeInfo& request;
};

class Methods {
 public:
  // Throws std::logic_error for two rows of one name, and for a reserved one. `edge` outlives it.
  Methods(const calls::Edge& edge, std::span<const BoundService> services);

  const Method* find(std::string_view name) const noexcept {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }
  // In the order of services and rows.
  const std::deque<Method>& all() const noexcept { return methods_; }

 private:
  std::deque<Method> methods_;  // a deque does not move its elements
  std::unordered_map<std::string_view, const Method*> by_name_;
};

// Params by position: the required ones first, as OpenRPC demands, each group in the order of declaration.
std::vector<const FieldInfo*> positional(const TypeInfo& request);

// Reads params into the request: an object by the names of its fields, an array in the order of positional().
// Times are Unix seconds.
class ParamsReader final : public Inbound {
 public:
  // Empty `params`: none were given. Must be well-formed otherwise, and outlive it.
  explicit ParamsReader(std::string_view params) noexcept : params_(params) {}
  Result<void> read(const TypeInfo& type, void* request) override;

 private:
  std::string_view params_;
};

// Writes the answer behind what stands in `out`; null for none.
class ResultWriter final : public Outbound {
 public:
  explicit ResultWriter(std::string& out) noexcept : out_(out) {}
  Task<bool> write(const TypeInfo& type, const void* answer) override;

 private:
  std::string& out_;
};

}  // namespace parley::jsonrpc

template <>
const parley::TypeInfo& parley::describe<parley::jsonrpc::Unsubscribe>();
