#include "service.hpp"

#include <parley/orders/compose.hpp>

namespace parley::orders {

std::unique_ptr<OrderModule> make_orders(Dependencies dependencies, Options options) {
  return std::make_unique<Service>(std::move(dependencies), options);
}

}  // namespace parley::orders

template <>
const parley::TypeInfo& parley::describe<parley::orders::Options>() {
  using orders::Options;
  static constexpr Row rows[] = {
      field<&Options::keep_idempotency_keys>(
          "keep_idempotency_keys", range(1'000, 31'536'000'000), may_be_absent(),
          doc("How long a repeated order with the same Idempotency-Key is answered like the first."),
          example(R"("24h")")),
      field<&Options::max_idempotency_keys>("max_idempotency_keys", range(1, 100'000'000), may_be_absent(),
                                            doc("Such keys that are kept at most; the oldest go first."),
                                            example("1000000")),
      field<&Options::keep_events>("keep_events", range(1, 100'000'000), may_be_absent(),
                                   doc("Entries of the log of orders that are kept for its followers."),
                                   example("100000")),
      field<&Options::prune_interval>("prune_interval", range(1'000, 86'400'000), may_be_absent(),
                                      doc("How often old keys and entries are removed."),
                                      example(R"("60s")")),
  };
  static const TypeInfo type = object<Options>("OrderOptions", rows, "The configuration section [orders].");
  return type;
}
