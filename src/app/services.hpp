// The services of this server, each named once.
#pragma once

#include <parley/operation.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace parley::app {

class Services {
 public:
  Services();

  // Types are described on first use: at the start, where a mistake in one is seen, and no first call waits
  // for it.
  void build_type_tables() const;

  // Puts in the port of a service. Throws std::logic_error for one that is not listed.
  template <class Port>
  void bind(Port& port) {
    const auto* rows = operations<Port>().data();  // static storage: their address tells the service
    const auto found =
        std::ranges::find(all_, rows, [](const auto& service) { return service.operations.data(); });
    if (found == all_.end()) throw std::logic_error("a port is bound that services.cpp does not list");
    found->port = &port;
  }

  // The edges do not show the module.
  void hide(std::string_view module);

  std::vector<std::string> modules() const;  // that can be placed, by their names
  // What rows ask for, each once, sorted.
  std::vector<std::string> permissions() const;

  // Once every port is bound. Throws std::logic_error, naming the service, for one that has none.
  const std::vector<BoundService>& bound() const;

 private:
  std::vector<BoundService> all_;
};

}  // namespace parley::app
