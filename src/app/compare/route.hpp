// GET /api/compare: the server compares its own protocols, over loopback.
#pragma once

#include "compare/compare.hpp"

#include <parley/net/http.hpp>
#include <parley/net/loop.hpp>
#include <parley/task.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace parley::app::compare {

// One comparison at a time, on a thread of its own: the loop has to answer it. Loop thread only. Outlives the
// server that serves the route.
class Route {
 public:
  struct Dependencies {
    net::Loop& loop;
    std::function<Where()> where;  // asked once the server listens
    net::ErrorWriter error_writer;
  };
  explicit Route(Dependencies dependencies) : deps_(std::move(dependencies)) {}
  Route(const Route&) = delete;
  Route& operator=(const Route&) = delete;

  void mount(net::Router& router);
  // The comparison that runs ends soon, with `unavailable`. None is begun any more.
  void stop();

 private:
  // What the thread that compares and the loop share. The reasons to end early.
  struct Run {
    std::atomic<bool> withdrawn = false;
    SteadyTime deadline;
  };
  Task<void> answer(net::Request& request, net::Response& response);
  Task<Result<Comparison>> compare_beside(std::int32_t calls, const CallContext& context);

  const Dependencies deps_;
  std::shared_ptr<Run> running_;
  bool stopping_ = false;
};

}  // namespace parley::app::compare
