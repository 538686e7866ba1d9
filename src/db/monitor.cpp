#include "monitor.hpp"

#include <parley/log.hpp>

namespace parley::db {

void Monitor::change(std::atomic<bool>& state, bool work, std::string_view what,
                     std::string_view why) noexcept {
  if (state.exchange(work, std::memory_order_relaxed) == work) return;
  if (work) {
    log::info("db", "works again", {{"database", database_}, {"operation", what}});
  } else {
    log::error("db", "fails; it is tried again until it works",
               {{"database", database_}, {"operation", what}, {"why", why}});
  }
}

void Monitor::set_damaged() noexcept {
  if (damaged_.exchange(true, std::memory_order_relaxed)) return;
  log::error("db", "the database file is damaged; restore it from a backup and start again",
             {{"database", database_}});
}

}  // namespace parley::db
