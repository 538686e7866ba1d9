// The edge over a small port of its own, asked as the server would ask it.
#pragma once

#include "catch.hpp"
#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <parley/jsonrpc/edge.hpp>
#include <parley/net/websocket.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace parley::test {

using Json = nlohmann::ordered_json;

struct Subtract {
  std::int64_t minuend = 0, subtrahend = 0;
};
struct Difference {
  std::int64_t difference = 0;
  Timestamp at;
};
struct Wait {
  std::string name;
  std::optional<std::int32_t> limit;
};
struct Tick {
  std::string name;
};

// What the tests call. Whoever calls wait() or store() waits until the test says go().
class Desk {
 public:
  Task<Result<Difference>> subtract(CallContext context, Subtract request);
  Task<Result<void>> update(CallContext context, Wait request);
  Task<Result<Tick>> wait(CallContext context, Wait request);   // a reader
  Task<Result<Tick>> store(CallContext context, Wait request);  // a writer
  Task<Result<Tick>> refuse(CallContext context, Wait request);
  Task<Result<void>> watch(CallContext context, Wait request, Sink<Tick> sink);

  // Lets the caller of that name go on.
  void go(const std::string& name);
  // What followers get; without a text the stream ends, with `error` if there is one.
  void tick(std::optional<std::string> text, std::optional<Error> error = {});

  std::vector<std::string> updated, begun, completed, cancelled;
  std::size_t at_once = 0, most_at_once = 0;
  int following = 0;

 private:
  struct Waiter {
    std::string name;
    std::optional<Resume<bool>> resume;
    void wake(bool done) {
      if (auto waiting = std::exchange(resume, {})) (*waiting)(done);
    }
  };
  Task<Result<Tick>> hold(const CallContext& context, std::string name);

  std::vector<std::shared_ptr<Waiter>> waiters_, followers_;
  std::optional<std::string> text_;
  std::optional<Error> error_;
};

class FakeSocket final : public net::WebSocket {
 public:
  void send(const net::Frame&) override {}
  std::size_t backlog() const noexcept override { return waiting; }
  bool open() const noexcept override { return is_open; }
  void send_text(std::string_view payload) override { texts.emplace_back(payload); }
  void send_binary(std::string_view) override {}
  void close(std::uint16_t, std::string_view) override { is_open = false; }
  void pause() override { ++paused; }
  void resume() override { --paused; }

  // What came since the last call.
  std::vector<Json> take() {
    std::vector<Json> out;
    for (auto& text : std::exchange(texts, {})) out.push_back(Json::parse(text));
    return out;
  }

  std::vector<std::string> texts;
  std::size_t waiting = 0;  // the backlog it claims
  bool is_open = true;
  int paused = 0;

 private:
  void joined(net::Fanout*, std::uint32_t) noexcept override {}
};

class EdgeFixture {
 public:
  explicit EdgeFixture(jsonrpc::Options options = {});

  // POST /rpc. The text of the answer.
  std::string post(std::string body, std::string_view content_type = "application/json");
  Json ask(std::string body) { return Json::parse(post(std::move(body))); }
  // A call by itself: its error, or null.
  Json error_of(const std::string& method, const std::string& params);

  // Opens a WebSocket; on_message() of what is returned says something.
  std::unique_ptr<net::WebSocketHandler> connect(FakeSocket& socket);
  // Runs the loop until `done()`: what the edge posts to it.
  void turn();

  net::Loop loop;
  ManualTime time;
  RecordingMetrics metrics;
  Desk desk;
  calls::Authorize authorize;
  std::unique_ptr<jsonrpc::Edge> edge;
  net::Router router;
  net::Response response;  // the last
  net::WebSocketOptions socket_options;
};

}  // namespace parley::test

template <>
const parley::TypeInfo& parley::describe<parley::test::Subtract>();
template <>
const parley::TypeInfo& parley::describe<parley::test::Difference>();
template <>
const parley::TypeInfo& parley::describe<parley::test::Wait>();
template <>
const parley::TypeInfo& parley::describe<parley::test::Tick>();
