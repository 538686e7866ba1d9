// The server that runs, for the commands that ask it something.
#pragma once

#include "announce.hpp"
#include "config/config.hpp"

#include <parley/net/client.hpp>
#include <parley/result.hpp>

#include <cstdint>
#include <string>

namespace parley::app {

struct ReachedServer {
  std::string host;
  Ports ports;
  net::client::Target target() const {
    return {.host = host, .port = static_cast<std::uint16_t>(ports.http)};
  }
};

// The one of these settings: its ports file, if one is named, or its ports. An error says how to start it.
Result<ReachedServer> reach_server(const ServerOptions& server);

}  // namespace parley::app
