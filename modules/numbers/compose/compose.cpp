#include "service.hpp"

#include <parley/numbers/compose.hpp>

namespace parley::numbers {

std::unique_ptr<NumberService> make_numbers(Dependencies dependencies, Options options) {
  return std::make_unique<Service>(dependencies, options);
}

}  // namespace parley::numbers

template <>
const parley::TypeInfo& parley::describe<parley::numbers::Options>() {
  using numbers::Options;
  static constexpr Row rows[] = {
      field<&Options::prime_interval>("prime_interval", range(0, 60'000), may_be_absent(),
                                      doc("Between two primes of a stream."), example(R"("100ms")")),
  };
  static const TypeInfo type =
      object<Options>("NumbersOptions", rows, "The configuration section [numbers].");
  return type;
}
