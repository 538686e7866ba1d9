// Who holds a port, as far as /proc tells this user.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace parley::app {

// "nginx"; empty when it cannot be told.
std::string process_name(long pid);

struct Holder {
  long pid;
  std::string name;
};
// The process that listens on the TCP port, on whatever address; nothing when nobody does or its descriptors
// may not be seen.
std::optional<Holder> port_holder(std::uint16_t port);

}  // namespace parley::app
