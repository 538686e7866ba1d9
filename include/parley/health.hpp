// What a module says of itself to /health.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace parley {

// As the lecture's health slide: a failed critical dependency makes the server unhealthy, another one
// degraded.
struct HealthCheck {
  std::string name;  // "database"
  bool critical = true;
  std::function<bool()> healthy;  // answers at once, from what is known; loop thread
};

class HealthRegistry {
 public:
  virtual ~HealthRegistry() = default;
  virtual void add(HealthCheck check) = 0;
};

}  // namespace parley
