// Endpoints to learn HTTP with, in the manner of httpbin: what the server saw, any status, delays, streams;
// and the faults that are injected before the handlers of all routes.
#pragma once

#include <parley/describe.hpp>
#include <parley/faults/injector.hpp>
#include <parley/ids.hpp>
#include <parley/net/http.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace parley::teaching {

// Configuration section [teaching].
struct Options {
  bool enabled = true;
  std::chrono::milliseconds max_delay{60'000};  // of /delay/{ms}, and between the lines of /stream/{n}
  std::int32_t max_lines = 10'000;              // of /stream/{n}
  std::int64_t max_bytes = 100 << 20;           // of /bytes/{n}
};

// What is given outlives the router's use.
struct Dependencies {
  Scheduler& scheduler;
  Random& random;
  net::ErrorWriter error_writer;
  // What a request may take (net::Limits): no /delay/{ms} is longer than can be answered within it.
  std::chrono::milliseconds request_timeout;
};

// /echo, /headers, /ip, /uuid, /status/{codes}, /delay/{ms}, /stream/{n} and /bytes/{n}; nothing when they
// are not enabled.
void mount(net::Router& router, Dependencies dependencies, const Options& options);

struct EchoDependencies {
  net::ErrorWriter error_writer;
  // Whether a page of the request's origin may open a WebSocket here. Empty: all may.
  std::function<bool(const net::Request&)> admits_origin = {};
  std::size_t max_message;  // bytes
};

// WebSocket /echo: every frame goes back as it is; nobody is greeted. Clients of the wire contract count on
// it, so it is there whether the others are enabled or not.
void mount_echo(net::Router& router, EchoDependencies dependencies);

// Injects what `injector` draws. `injector` and `scheduler` outlive it.
std::unique_ptr<net::Interceptor> make_fault_interceptor(faults::Injector& injector, Scheduler& scheduler,
                                                         net::ErrorWriter error_writer);

}  // namespace parley::teaching

template <>
const parley::TypeInfo& parley::describe<parley::teaching::Options>();
