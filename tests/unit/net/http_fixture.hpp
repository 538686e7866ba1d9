// A server on a thread of its own, for tests that talk to it over real sockets.
#pragma once

#include "http_client.hpp"

#include <parley/ids.hpp>
#include <parley/net/http.hpp>
#include <parley/net/loop.hpp>
#include <parley/net/server.hpp>
#include <parley/net/websocket.hpp>

#include <future>
#include <thread>

namespace parley::test {

// Routes and hooks are set before start(); everything else of the server is touched on its thread.
class HttpFixture {
 public:
  net::Loop loop;
  net::Router router;
  net::Limits limits;
  std::unique_ptr<Random> random = make_random(42);
  std::function<bool(const net::Request&, net::Response&)> before;
  std::function<void(const net::Request&, std::uint16_t, double, std::size_t)> access_log;
  std::string fields, page_fields;
  std::function<Result<std::shared_ptr<const Principal>>(std::string_view)> authenticate;
  net::Interception interception;
  std::unique_ptr<net::Server> server;
  std::uint16_t port = 0;

  HttpFixture() {
    router.add(net::Method::get, "/hello", [](net::Request&, net::Response& response) -> Task<void> {
      response.body = "{\"hello\":\"world\"}";
      co_return;
    });
    router.add(net::Method::post, "/echo", [](net::Request& request, net::Response& response) -> Task<void> {
      response.content_type = "application/octet-stream";
      response.body = request.body;
      co_return;
    });
  }
  ~HttpFixture() {
    if (!thread_.joinable()) return;
    if (server) stop(std::chrono::milliseconds(0));
    on_loop([&] {
      stopping_.reset();
      server.reset();
    });
    loop.stop();
    thread_.join();
  }

  void start(const std::string& address = "127.0.0.1") {
    net::ErrorWriter errors = [](const net::Request&, net::Response& response, const Error& error) {
      response.content_type = "application/problem+json";
      response.body = "{\"detail\":\"" + error.message + "\"}";
    };
    server = std::make_unique<net::Server>(net::Server::Dependencies{.loop = loop,
                                                                     .clock = system_clock(),
                                                                     .random = *random,
                                                                     .router = router,
                                                                     .error_writer = errors,
                                                                     .access_log = access_log,
                                                                     .server_header = "parley",
                                                                     .before = before,
                                                                     .fields = fields,
                                                                     .page_fields = page_fields,
                                                                     .authenticate = authenticate,
                                                                     .interception = &interception},
                                           limits);
    auto bound = server->listen(address, 0);
    if (!bound) throw std::runtime_error(bound.error().message);
    port = *bound;
    server->start();
    idle_ = loop.after(std::chrono::hours(24), [] {});  // keeps the loop running
    thread_ = std::thread([this] { loop.run(); });
  }

  // Runs `work` on the loop's thread and waits for it.
  void on_loop(std::function<void()> work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  net::ServerStatistics statistics() {
    net::ServerStatistics now;
    on_loop([&] { now = server->statistics(); });
    return now;
  }
  // `just_before` in the same turn of the loop.
  void begin_stop(std::chrono::milliseconds grace, const std::function<void()>& just_before = {}) {
    on_loop([&] {
      if (just_before) just_before();
      std::promise<void> stopped;
      stopped_ = stopped.get_future().share();
      stopping_ = std::make_unique<TaskGroup>([](std::exception_ptr) {});
      stopping_->spawn(run_stop(*server, grace, std::move(stopped)));
    });
  }
  void await_stop() { stopped_.wait(); }
  bool stop_has_completed() {
    return stopped_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  void stop(std::chrono::milliseconds grace) {
    begin_stop(grace);
    await_stop();
  }

 private:
  static Task<void> run_stop(net::Server& server, std::chrono::milliseconds grace,
                             std::promise<void> stopped) {
    co_await server.stop(grace);
    stopped.set_value();
  }

  std::thread thread_;
  Scheduler::Timer idle_;
  std::shared_future<void> stopped_;
  std::unique_ptr<TaskGroup> stopping_;
};

// Fails the test where that is not the case within ten seconds.
template <class Condition>
void eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("what was waited for has not come");
    std::this_thread::yield();
  }
}

// A handler's wait that a test ends.
class Gate {
 public:
  Task<void> wait() {
    auto awaiter = callback<bool>([this](Resume<bool> resume) { resume_.emplace(std::move(resume)); });
    co_await awaiter;
  }
  // On the loop's thread. False when nobody waits.
  bool open() {
    if (!resume_) return false;
    auto resume = std::move(*resume_);
    resume_.reset();
    resume(true);
    return true;
  }

 private:
  std::optional<Resume<bool>> resume_;
};

}  // namespace parley::test
