// The rows of the topology: one each, from which every edge is made.
#include <parley/topology/topology.hpp>

namespace {

using namespace parley;
using topology::TopologyService;

constexpr Operation rows[] = {
    operation<&TopologyService::get_topology>(
        "GetTopology", summary("Which modules there are, in which processes, and how they do"),
        http(Verb::get, "/api/topology"), grpc_method("/topology.TopologyService/GetTopology"),
        permission("topology:read"), idempotent()),
    operation<&TopologyService::list_metrics>(
        "ListMetrics", summary("What the modules of this process have measured"),
        details("What /metrics shows of a module, as values. A server reads it of the processes of its "
                "modules, and shows it at its own /metrics."),
        http(Verb::get, "/api/topology/metrics"), grpc_method("/topology.TopologyService/ListMetrics"),
        permission("topology:read"), idempotent()),
    operation<&TopologyService::extract_module>(
        "ExtractModule", summary("Moves a module into a process of its own, while it serves"),
        details("A child of this server takes over the module's database. Calls that come meanwhile wait; "
                "none is "
                "lost."),
        http(Verb::post, "/api/topology/{module}/extract"),
        grpc_method("/topology.TopologyService/ExtractModule"), permission("admin:topology"),
        fails(Code::not_found, Code::failed_precondition)),
    operation<&TopologyService::absorb_module>(
        "AbsorbModule", summary("Takes an extracted module back into this process"),
        http(Verb::post, "/api/topology/{module}/absorb"),
        grpc_method("/topology.TopologyService/AbsorbModule"), permission("admin:topology"),
        fails(Code::not_found, Code::failed_precondition)),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<TopologyService>() {
  return rows;
}
