#include "service.hpp"

std::unique_ptr<parley::faults::FaultsModule> parley::faults::make_faults(Dependencies dependencies,
                                                                          Options options) {
  return std::make_unique<Service>(std::move(dependencies), options);
}

template <>
const parley::TypeInfo& parley::describe<parley::faults::Options>() {
  using faults::Options;
  static constexpr Row rows[] = {
      field<&Options::max_faults>("max_faults", range(1, 10'000), may_be_absent(),
                                  doc("Routes that may have a fault at one time.")),
  };
  static const TypeInfo type = object<Options>("FaultsOptions", rows);
  return type;
}
