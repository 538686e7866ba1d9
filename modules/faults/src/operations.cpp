// The rows of the faults: one each, from which every edge is made.
#include <parley/faults/faults.hpp>

namespace {

using namespace parley;
using faults::FaultService;

constexpr Operation rows[] = {
    operation<&FaultService::list_faults>("ListFaults", summary("The faults that are injected now"),
                                          http(Verb::get, "/api/admin/faults"), permission("admin:faults"),
                                          idempotent()),
    operation<&FaultService::set_fault>(
        "SetFault", summary("Injects a fault into a route, in place of the one it has"),
        http(Verb::put, "/api/admin/faults"), permission("admin:faults"), idempotent(),
        fails(Code::resource_exhausted)),
    operation<&FaultService::clear_faults>("ClearFaults", summary("Clears the fault of one route, or all faults"),
                                           http(Verb::del, "/api/admin/faults"), permission("admin:faults"),
                                           fails(Code::not_found)),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<FaultService>() {
  return rows;
}
