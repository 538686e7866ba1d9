// Endpoints to learn HTTP with, in the manner of httpbin: what the server saw, any status, delays, streams; and
// the faults that are injected before the handlers of all routes.
#pragma once

#include <parley/describe.hpp>
#include <parley/faults/injector.hpp>
#include <parley/ids.hpp>
#include <parley/net/http.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace parley::teaching {

// Configuration section [teaching].
struct Options {
  bool enabled = true;
  std::chrono::milliseconds max_delay{60'000};  // never past the deadline of the request
  std::int32_t max_lines = 10'000;              // of /stream/{n}
  std::int64_t max_bytes = 100 << 20;           // of /bytes/{n}
};

// What is given outlives the router's use.
struct Dependencies {
  Scheduler& scheduler;
  Random& random;
  net::ErrorWriter error_writer;
};

// /echo, /headers, /ip, /uuid, /status/{codes}, /delay/{ms}, /stream/{n} and /bytes/{n}; nothing when they are not
// enabled.
void mount(net::Router& router, Dependencies dependencies, const Options& options);

// Injects what `injector` draws. `injector` and `scheduler` outlive it.
std::unique_ptr<net::Interceptor> make_fault_interceptor(faults::Injector& injector, Scheduler& scheduler,
                                                         net::ErrorWriter error_writer);

}  // namespace parley::teaching

template <>
const parley::TypeInfo& parley::describe<parley::teaching::Options>();
