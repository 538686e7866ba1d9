// Structured log lines. Thread-safe; never blocks the loop (src/observe gives the sink its own thread).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace parley::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error, off };

// Values are copied before write() returns. Never pass a secret, nor a person's data above debug.
struct Field {
  std::string_view key;
  std::variant<std::int64_t, double, bool, std::string_view> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <class I>
  requires std::is_integral_v<I> &&(!std::is_same_v<I, bool>)Field(std::string_view k, I v)
      : key(k), value(static_cast<std::int64_t>(v)) {}
};

bool enabled(Level level) noexcept;
// `component` is the room that speaks: "http", "chat", "db".
void write(Level level, std::string_view component, std::string_view message,
           std::initializer_list<Field> fields = {});

inline void debug(std::string_view c, std::string_view m, std::initializer_list<Field> f = {}) {
  if (enabled(Level::debug)) write(Level::debug, c, m, f);
}
inline void info(std::string_view c, std::string_view m, std::initializer_list<Field> f = {}) {
  if (enabled(Level::info)) write(Level::info, c, m, f);
}
inline void warn(std::string_view c, std::string_view m, std::initializer_list<Field> f = {}) {
  if (enabled(Level::warn)) write(Level::warn, c, m, f);
}
inline void error(std::string_view c, std::string_view m, std::initializer_list<Field> f = {}) {
  if (enabled(Level::error)) write(Level::error, c, m, f);
}

// Where lines go. Set once by the composition root; until then nothing is written. The sink outlives all
// logging and its functions are thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(Level level, std::string_view component, std::string_view message,
                     std::initializer_list<Field> fields) = 0;
};
void set_sink(Sink* sink, Level level) noexcept;

}  // namespace parley::log
