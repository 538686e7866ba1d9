// The page at `/`: what the server has, the commands to try it, live figures over Server-Sent Events. An
// edge: nobody uses it, and it knows of other modules only their rows.
#pragma once

#include <parley/describe.hpp>
#include <parley/net/http.hpp>
#include <parley/net/loop.hpp>
#include <parley/operation.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::console {

// Configuration section [console].
struct Options {
  std::chrono::milliseconds interval{1000};  // between two events of /api/stats/stream
  std::int32_t max_streams = 1000;           // further clients get 503
};

// One of the live figures. What `value` reads outlives the console.
struct Figure {
  enum class Shown : std::uint8_t {
    count,
    seconds,
    per_second,  // how fast the value grows, which is a total
  };
  std::string_view key;    // in the JSON: "websockets"; static storage
  std::string_view title;  // on the page: "open WebSockets"; static storage
  std::function<double()> value;
  Shown shown = Shown::count;
};

struct Dependencies {
  net::Loop& loop;
  const Clock& clock;
  std::vector<BoundService> services;  // whose rows are listed
  std::vector<Figure> figures;         // in the order they are shown
  std::string version;
  std::function<std::uint16_t()> grpc_port;  // asked once the server listens
};

// Loop thread only. Outlives the server that serves its routes.
class Console {
 public:
  virtual ~Console() = default;
  // Adds `/`, its assets, `/api/stats` and `/api/stats/stream`, beside the routes of other edges. Once.
  virtual void mount(net::Router& router) = 0;
};

std::unique_ptr<Console> make_console(Dependencies dependencies, Options options);

}  // namespace parley::console

template <>
const parley::TypeInfo& parley::describe<parley::console::Options>();
