// The faults that are set, and what becomes of a request because of them.
#pragma once

#include <parley/faults/compose.hpp>

#include <map>
#include <string>
#include <string_view>

namespace parley::faults {

class Service final : public FaultsModule {
 public:
  Service(Dependencies dependencies, Options options);

  Task<Result<FaultList>> list_faults(CallContext context, Empty request) override;
  Task<Result<Fault>> set_fault(CallContext context, SetFault request) override;
  Task<Result<Cleared>> clear_faults(CallContext context, ClearFaults request) override;

  bool concerns(std::string_view route) const noexcept override;
  Injection draw(std::string_view route) override;
  std::string summary() const override;

 private:
  struct Entry {
    Fault fault;
    Scheduler::Timer expiry;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  Entries::const_iterator find(std::string_view route) const noexcept;
  void erase(Entries::const_iterator entry);
  void tell_change();
  double uniform() noexcept;  // from 0 up to but not including 1
  void count(std::string_view route, std::string_view kind);

  Dependencies deps_;
  const Options options_;
  Gauge& active_;
  Entries entries_;
};

}  // namespace parley::faults
