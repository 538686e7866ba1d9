#include "figures.hpp"

#include <cmath>
#include <cstdio>

namespace parley::console {

Figures::Figures(std::vector<Figure> figures, const Clock& clock)
    : figures_(std::move(figures)), clock_(clock), rates_(figures_.size()) {}

Stats Figures::read() const {
  Stats stats{clock_.now(), {}};
  const bool stale = clock_.steady() - followed_ > forgotten;
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const auto& figure = figures_[i];
    double value;
    if (figure.shown == Figure::Shown::per_second)
      value = stale ? 0 : rates_[i].per_second;
    else
      value = figure.value();
    stats.figures.emplace(figure.key, value);
  }
  return stats;
}

Stats Figures::follow() {
  const auto now = clock_.steady();
  const double seconds = std::chrono::duration<double>(now - followed_).count();
  const bool known = now - followed_ <= forgotten && seconds > 0;
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    if (figures_[i].shown != Figure::Shown::per_second) continue;
    auto& rate = rates_[i];
    const double total = figures_[i].value();
    rate.per_second = known ? std::round((total - rate.total) / seconds * 10) / 10 : 0;
    rate.total = total;
  }
  followed_ = now;
  return read();
}

namespace {

// At most the two largest units: "3d 4h", "5m 0s".
std::string duration_text(double seconds) {
  constexpr struct {
    std::int64_t seconds;
    char name;
  } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
  auto left = static_cast<std::int64_t>(seconds);
  std::string text;
  int parts = 0;
  for (const auto& unit : units) {
    const auto count = left / unit.seconds;
    left %= unit.seconds;
    if (parts == 2 || (parts == 0 && count == 0 && unit.seconds > 1)) continue;
    if (parts++ > 0) text += ' ';
    text += std::to_string(count) + unit.name;
  }
  return text;
}

}  // namespace

std::string to_text(Figure::Shown shown, double value) {
  if (shown == Figure::Shown::seconds) return duration_text(value);
  char digits[32];
  std::snprintf(digits, sizeof digits, value == std::trunc(value) ? "%.0f" : "%.1f", value);
  std::string text = digits;
  const auto point = text.find('.');
  for (auto at = point == text.npos ? text.size() : point; at > 3; at -= 3)
    if (text[at - 4] != '-') text.insert(text.begin() + static_cast<std::ptrdiff_t>(at - 3), ',');
  return text;
}

}  // namespace parley::console

template <>
const parley::TypeInfo& parley::describe<parley::console::Stats>() {
  using console::Stats;
  static constexpr Row rows[] = {
      field<&Stats::at>("at", doc("When the figures were read.")),
      field<&Stats::figures>("figures", doc("By name, such as requests_per_second."),
                             example(R"({"uptime":3600,"websockets":2})")),
  };
  static const TypeInfo type = object<Stats>("LiveFigures", rows, "What the server counts, as it is now.");
  return type;
}
