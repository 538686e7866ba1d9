#include <parley/observe/observe.hpp>

namespace parley::observe {
namespace {

class Checks final : public Health {
 public:
  void add(HealthCheck check) override { checks_.push_back(std::move(check)); }

  Report report() const override {
    bool critical_failed = false, other_failed = false;
    Report report;
    for (const auto& check : checks_) {
      const auto healthy = ask(check);
      if (!healthy) continue;
      if (!*healthy) (check.critical ? critical_failed : other_failed) = true;
      report.dependencies.emplace_back(check.name, *healthy ? "healthy" : "failed");
    }
    report.status = critical_failed ? "unhealthy" : other_failed ? "degraded" : "healthy";
    return report;
  }

 private:
  // A check that throws has failed; it must not take the health page with it.
  static std::optional<bool> ask(const HealthCheck& check) {
    try {
      return check.healthy ? check.healthy() : false;
    } catch (...) {
      return false;
    }
  }

  std::vector<HealthCheck> checks_;
};

}  // namespace

std::unique_ptr<Health> make_health() {
  return std::make_unique<Checks>();
}

}  // namespace parley::observe
