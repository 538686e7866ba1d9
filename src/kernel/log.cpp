#include <parley/log.hpp>

#include <atomic>

namespace parley::log {
namespace {

std::atomic<Sink*> current_sink{nullptr};
std::atomic<Level> current_level{Level::off};

}  // namespace

bool enabled(Level level) noexcept {
  return level >= current_level.load(std::memory_order_relaxed) && level != Level::off;
}

void write(Level level, std::string_view component, std::string_view message,
           std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  if (auto* sink = current_sink.load(std::memory_order_acquire))
    sink->write(level, component, message, fields);
}

void set_sink(Sink* sink, Level level) noexcept {
  current_sink.store(sink, std::memory_order_release);
  current_level.store(sink ? level : Level::off, std::memory_order_relaxed);
}

}  // namespace parley::log
