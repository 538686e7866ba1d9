// The other side of the faults: what an edge asks before it serves a request.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::faults {

// What happens to one request.
struct Injection {
  std::chrono::milliseconds delay{0};
  std::uint16_t error_status = 0;  // 0: no error
  bool reset = false;
};

// Loop thread only.
class Injector {
 public:
  virtual ~Injector() = default;
  // Whether requests of this route are disturbed at all.
  virtual bool concerns(std::string_view route) const noexcept = 0;
  // Draws for one request, and counts it if anything happens to it.
  virtual Injection draw(std::string_view route) = 0;
  // One line for /health, "/api/messages: delay 200 ms, errors 50 % (503)"; empty when nothing is injected.
  virtual std::string summary() const = 0;
};

}  // namespace parley::faults
