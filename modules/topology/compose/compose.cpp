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
    return move(&Placer::extract, std::move(request));
  }
  Task<Result<Module>> absorb_module(CallContext, MoveModule request) override {
    return move(&Placer::absorb, std::move(request));
  }

 private:
  Task<Result<Module>> move(Task<Result<void>> (Placer::*how)(std::string), MoveModule request) {
    if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
    auto module = request.module;
    auto moving = (placer_.*how)(std::move(module));
    auto moved = co_await std::move(moving);
    if (!moved) co_return std::unexpected(std::move(moved.error()));
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
