#include "service.hpp"

#include <parley/notifications/compose.hpp>

namespace parley::notifications {

std::unique_ptr<NotificationModule> make_notifications(Dependencies dependencies, Options options) {
  std::vector<std::unique_ptr<Feed>> feeds;
  feeds.push_back(make_orders_feed(dependencies.orders));
  feeds.push_back(make_mentions_feed(dependencies.chat));
  return std::make_unique<Service>(
      Service::Environment{std::move(dependencies.database), dependencies.scheduler, dependencies.clock,
                           dependencies.metrics, dependencies.random},
      options, std::move(feeds));
}

}  // namespace parley::notifications

template <>
const parley::TypeInfo& parley::describe<parley::notifications::Options>() {
  using notifications::Options;
  static constexpr Row rows[] = {
      field<&Options::keep>("keep", range(1, 1'000'000'000), may_be_absent(),
                            doc("Notifications of all users together that are kept; older ones are removed."),
                            example("1000000")),
      field<&Options::prune_interval>("prune_interval", range(1'000, 86'400'000), may_be_absent(),
                                      doc("How often old notifications are removed."), example(R"("60s")")),
  };
  static const TypeInfo type =
      object<Options>("NotificationsOptions", rows, "The configuration section [notifications].");
  return type;
}
