// The demo's story: steps through real HTTP, WebSocket and Server-Sent Events, each of which knows whether
// what came is right.
#pragma once

#include "demo/seen.hpp"
#include "demo/stage.hpp"

#include <parley/net/client.hpp>
#include <parley/result.hpp>

#include <optional>
#include <span>
#include <string>

namespace parley::app {

// What the steps hand on to each other.
struct Story {
  net::client::Target target;
  Stage& stage;
  std::string number;  // of this telling, so that it may be told twice to one server

  seen::User alice, bob;
  seen::Message hello;
  seen::Order order;

  std::string base() const { return "http://" + target.authority(); }
  std::string sockets() const { return "ws://" + target.authority(); }
};

struct Step {
  const char* title;
  // Gives what was found right, in a sentence; or says what was expected and what came.
  Result<std::string> (*play)(Story&);
};

std::span<const Step> story_steps() noexcept;

// The command that sends `request`. `$$` in its body is a number of the demo's and, for the shell, `$RANDOM`:
// so that what must be unique is so again when the command is pasted.
std::string curl_command(const std::string& base, const net::client::Request& request);

}  // namespace parley::app
