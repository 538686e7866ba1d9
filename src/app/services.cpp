#include "services.hpp"

#include <parley/calculator/calculator.hpp>
#include <parley/chat/chat.hpp>
#include <parley/faults/faults.hpp>
#include <parley/notifications/notifications.hpp>
#include <parley/numbers/numbers.hpp>
#include <parley/orders/orders.hpp>
#include <parley/topology/topology.hpp>
#include <parley/users/users.hpp>

#include <set>

namespace parley::app {
namespace {

// A service whose port is built later.
template <class Port>
BoundService listed(std::string_view module, std::string_view about) {
  return {module, operations<Port>(), nullptr, about, packages<Port>()};
}

}  // namespace

Services::Services()
    : all_{
          listed<users::UserService>(
              "users", "Users: created, read, searched, changed; in several versions of the API."),
          listed<orders::OrderService>(
              "orders", "Orders of users: placed once, moved on by legal steps only; money is exact."),
          listed<chat::ChatService>(
              "chat", "Rooms, each one log; WebSocket, Server-Sent Events and polling are cursors into it."),
          listed<notifications::NotificationService>("notifications",
                                                     "What users are told: stored, told as it comes, and "
                                                     "resumable; orders and mentions make some by "
                                                     "themselves."),
          listed<calculator::Calculator>("calculator", "The calculator of the lab, and its history."),
          listed<numbers::NumberService>(
              "numbers",
              "The lecture's streams: from the server, from the client, and in both "
              "directions."),
          listed<faults::FaultService>("faults", "Faults on demand, for administrators."),
          listed<topology::TopologyService>("topology", "Where the modules are, and moving them."),
      } {}

void Services::build_type_tables() const {
  for (const auto& service : all_)
    for (const auto& row : service.operations) row.request(), row.answer();
}

void Services::hide(std::string_view module) {
  std::erase_if(all_, [&](const BoundService& service) { return service.module == module; });
}

std::vector<std::string> Services::modules() const {
  std::vector<std::string> names;
  for (const auto& service : all_)
    if (service.module != "faults" && service.module != "topology")  // of the process itself
      names.emplace_back(service.module);
  return names;
}

std::vector<std::string> Services::permissions() const {
  std::set<std::string> all;
  for (const auto& service : all_) all.merge(permissions_of(service.operations));
  return {all.begin(), all.end()};
}

const std::vector<BoundService>& Services::bound() const {
  for (const auto& service : all_)
    if (!service.port) throw std::logic_error("the service " + std::string(service.module) + " has no port");
  return all_;
}

}  // namespace parley::app
