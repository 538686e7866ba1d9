// What the page shows of the running server, as numbers.
#pragma once

#include <parley/console/console.hpp>
#include <parley/describe.hpp>
#include <parley/time.hpp>

#include <map>
#include <string>
#include <vector>

namespace parley::console {

// GET /api/stats, and the data of each event of /api/stats/stream.
struct Stats {
  Timestamp at;
  std::map<std::string, double> figures;
};

// Reads the figures. A rate is that since the reading before, or, where there is none, or it is older than
// `forgotten`, 0.
class Figures {
 public:
  static constexpr std::chrono::seconds forgotten{10};

  Figures(std::vector<Figure> figures, const Clock& clock);

  const std::vector<Figure>& all() const noexcept { return figures_; }
  // The present values; for rates the latest that follow() has found.
  Stats read() const;
  // To be called at regular times: also measures the rates anew.
  Stats follow();

 private:
  struct Rate {
    double total = 0, per_second = 0;
  };
  const std::vector<Figure> figures_;
  const Clock& clock_;
  std::vector<Rate> rates_;  // one per figure
  SteadyTime followed_{};
};

// "1,234", "1.5", "2h 5m": as the page's script writes it.
std::string to_text(Figure::Shown shown, double value);

}  // namespace parley::console

template <>
const parley::TypeInfo& parley::describe<parley::console::Stats>();
