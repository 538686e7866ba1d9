#include "databases.hpp"

#include <parley/chat/compose.hpp>
#include <parley/notifications/compose.hpp>
#include <parley/orders/compose.hpp>
#include <parley/users/compose.hpp>

namespace parley::app {

std::span<const ModuleDatabase> module_databases() {
  static const ModuleDatabase rows[] = {
      {"users", users::migrations()},
      {"orders", orders::migrations()},
      {"chat", chat::migrations()},
      {"notifications", notifications::migrations()},
  };
  return rows;
}

}  // namespace parley::app
