#include <parley/topology/compose.hpp>
#include <parley/validate.hpp>

#include <algorithm>

namespace parley::topology {
namespace {

class Service final : public TopologyService {
 public:
  explicit Service(Placer& placer) : placer_(placer) {}

  Task<Result<Topology>> get_topology(CallContext, Empty) override {
    return Result<Topology>(placer_.look());
  }

  Task<Result<ModuleMetrics>> list_metrics(CallContext, Empty) override {
    return Result<ModuleMetrics>(placer_.measured());
  }

  Task<Result<Module>> extract_module(CallContext, MoveModule request) override {
    auto moving = placer_.extract(request.module);
    return moved(std::move(moving), std::move(request));
  }
  Task<Result<Module>> absorb_module(CallContext, MoveModule request) override {
    auto moving = placer_.absorb(request.module);
    return moved(std::move(moving), std::move(request));
  }

 private:
  // `moving` begins when it is awaited: not for a request that does not conform.
  Task<Result<Module>> moved(Task<Result<void>> moving, MoveModule request) {
    if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
    if (auto done = co_await std::move(moving); !done) co_return std::unexpected(std::move(done.error()));
    auto now = placer_.look();
    const auto found = std::ranges::find(now.modules, request.module, &Module::name);
    co_return std::move(*found);
  }

  Placer& placer_;
};

}  // namespace

std::unique_ptr<TopologyService> make_topology(Placer& placer) {
  return std::make_unique<Service>(placer);
}

}  // namespace parley::topology
