// gRPC's server and client of src/net, talking to each other on one loop.
#include "base64.hpp"
#include "catch.hpp"
#include "grpc_wire.hpp"

#include <parley/net/grpc.hpp>
#include <parley/net/grpc_client.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

using namespace parley;
using net::GrpcCall;
using net::GrpcStatus;
using std::chrono::milliseconds;

namespace {

using Answer = std::expected<std::string, net::GrpcFailure>;

// What the handlers of /test/* do with a call.
class Harness {
 public:
  net::Loop loop;
  net::GrpcLimits limits;
  net::GrpcClientOptions options;
  std::unique_ptr<Random> random = make_random(42);
  std::unique_ptr<net::GrpcServer> server;
  std::unique_ptr<net::GrpcChannel> channel;
  std::uint16_t port = 0;
  int cancelled = 0, written = 0;
  SteadyTime deadline{};
  std::string trace_id;

  void start() {
    server = std::make_unique<net::GrpcServer>(
        net::GrpcServer::Dependencies{.loop = loop,
                                      .clock = system_clock(),
                                      .random = *random,
                                      .handler = [this](GrpcCall& call) { return handle(call); }},
        limits);
    port = server->listen("127.0.0.1", 0).value();
    server->start();
    channel = std::make_unique<net::GrpcChannel>(loop, "127.0.0.1", port, options);
  }
  ~Harness() {
    channel.reset();
    server.reset();
  }

  // Runs `task` on the loop until it has completed.
  void run(Task<void> task) {
    std::exception_ptr failure;
    bool done = false;
    auto runner = [](Task<void> inner, bool& finished, net::Loop& loop) -> Task<void> {
      co_await std::move(inner);
      finished = true;
      loop.stop();
    };
    TaskGroup group([&](std::exception_ptr e) {
      failure = e;
      loop.stop();
    });
    auto guard = loop.after(std::chrono::seconds(20), [this] { loop.stop(); });
    group.spawn(runner(std::move(task), done, loop));
    if (!done && !failure) loop.run();
    if (failure) std::rethrow_exception(failure);
    REQUIRE(done);
  }
  Answer call(std::string path, std::string message, CallContext context = {}) {
    Answer answer;
    auto body = [](Harness& self, std::string to, std::string bytes, CallContext with,
                   Answer& out) -> Task<void> {
      auto calling = self.channel->unary(std::move(with), std::move(to), std::move(bytes));
      out = co_await std::move(calling);
    };
    run(body(*this, std::move(path), std::move(message), std::move(context), answer));
    return answer;
  }
  Task<void> pause(milliseconds time) {
    Scheduler::Timer timer;
    auto waiting = callback<bool>([&](Resume<bool> resume) {
      auto shared = std::make_shared<Resume<bool>>(std::move(resume));
      timer = loop.after(time, [shared] { (*shared)(true); });
    });
    co_await waiting;
  }

 private:
  Task<GrpcStatus> handle(GrpcCall& call) {
    const std::string path(call.path());
    deadline = call.context().deadline;
    trace_id = call.context().trace.trace_id_hex();
    if (path == "/test/refuse") co_return GrpcStatus{Code::not_found, "no such thing: é %", "\x08\x05"};
    if (path == "/test/throw") throw std::runtime_error("broken");
    if (path == "/test/wait") {
      auto waiting = callback<bool>([&](Resume<bool> resume) {
        auto shared = std::make_shared<Resume<bool>>(std::move(resume));
        call.context().cancellation->on_cancel([this, shared] {
          ++cancelled;
          (*shared)(true);
        });
      });
      co_await waiting;
      co_return GrpcStatus{Code::cancelled, "cancelled"};
    }
    if (path == "/test/endless") {
      const std::string large(64 << 10, 'x');
      for (;;) {
        auto writing = call.write(large);
        const bool taken = co_await std::move(writing);
        if (!taken) break;
        ++written;
      }
      ++cancelled;
      co_return GrpcStatus{};
    }
    if (path != "/test/echo" && path != "/test/count")
      co_return GrpcStatus{Code::unimplemented, "there is no method " + path};
    std::size_t total = 0;
    for (;;) {
      auto reading = call.read();
      auto message = co_await std::move(reading);
      if (!message) co_return GrpcStatus{message.error().code, message.error().message};
      if (!*message) break;
      total += (**message).size();
      if (path == "/test/count") continue;
      const std::string copy(**message);
      auto writing = call.write(copy);
      co_await std::move(writing);
    }
    if (path == "/test/count") {
      const auto text = std::to_string(total);
      auto writing = call.write(text);
      co_await std::move(writing);
    }
    co_return GrpcStatus{};
  }
};

std::string raw_answer(std::uint16_t port, std::string_view request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  REQUIRE(::send(fd, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
  std::string answer;
  char bytes[1024];
  for (ssize_t got; (got = ::recv(fd, bytes, sizeof bytes, 0)) > 0;)
    answer.append(bytes, static_cast<std::size_t>(got));
  ::close(fd);
  return answer;
}

}  // namespace

TEST_CASE("a call goes there and back", "[grpc]") {
  Harness harness;
  harness.start();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{5}, std::size_t{100'000}, std::size_t{4} << 20}) {
    const std::string message(size, 'm');
    const auto answer = harness.call("/test/echo", message);
    REQUIRE(answer);
    CHECK(*answer == message);
  }
  CHECK(harness.server->statistics().calls == 4);
  CHECK(harness.server->statistics().running == 0);
  CHECK(harness.server->statistics().accepted == 1);  // one connection
}

TEST_CASE("a status has its code, its words and its details", "[grpc]") {
  Harness harness;
  harness.start();
  const auto answer = harness.call("/test/refuse", "");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::not_found);
  CHECK(answer.error().error.message == "no such thing: é %");
  CHECK(answer.error().details == "\x08\x05");
  CHECK(harness.call("/test/nothing", "").error().error.code == Code::unimplemented);
  const auto thrown = harness.call("/test/throw", "");
  CHECK(thrown.error().error.code == Code::internal);
  CHECK(thrown.error().error.message.find("broken") == std::string::npos);
}

TEST_CASE("messages beyond the limit are refused on both sides", "[grpc]") {
  Harness harness;
  harness.limits.max_message = 1000;
  harness.start();
  CHECK(harness.call("/test/echo", std::string(1000, 'x')));
  const auto answer = harness.call("/test/echo", std::string(1001, 'x'));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::resource_exhausted);
  CHECK(answer.error().error.message == "a message has 1001 bytes, the limit is 1000");

  Harness small;
  small.options.max_message = 1000;
  small.start();
  CHECK(small.call("/test/echo", std::string(1001, 'x')).error().error.code == Code::resource_exhausted);
}

TEST_CASE("deadline and trace travel with the call", "[grpc]") {
  Harness harness;
  harness.start();
  CallContext context;
  context.trace = *Trace::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  context.deadline = context.clock->steady() + std::chrono::seconds(5);
  CHECK(harness.call("/test/echo", "x", context));
  CHECK(harness.trace_id == "0af7651916cd43dd8448eb211c80319c");
  CHECK(harness.deadline <= context.deadline + milliseconds(100));
  CHECK(harness.deadline > context.deadline - std::chrono::seconds(2));

  context.deadline = context.clock->steady() + milliseconds(50);
  const auto late = harness.call("/test/wait", "x", context);
  CHECK(late.error().error.code == Code::deadline_exceeded);
}

TEST_CASE("a call that is withdrawn is cancelled at the server", "[grpc]") {
  Harness harness;
  harness.start();
  CallContext context;
  context.cancellation = std::make_shared<Cancellation>();
  auto timer = harness.loop.after(milliseconds(20), [&] { context.cancellation->cancel(); });
  CHECK(harness.call("/test/wait", "x", context).error().error.code == Code::cancelled);
  auto settle = [](Harness& self) -> Task<void> {
    while (self.cancelled == 0) {
      auto waiting = self.pause(milliseconds(1));
      co_await std::move(waiting);
    }
  };
  harness.run(settle(harness));
  CHECK(harness.cancelled == 1);
}

TEST_CASE("a stream waits for whoever does not read, and ends when he leaves", "[grpc]") {
  Harness harness;
  harness.start();
  auto body = [](Harness& self) -> Task<void> {
    auto beginning = self.channel->begin({}, "/test/endless");
    auto call = co_await std::move(beginning);
    REQUIRE(call);
    (*call)->end_writing();
    auto reading = (*call)->read();
    auto first = co_await std::move(reading);
    REQUIRE(first);
    REQUIRE(*first);
    CHECK((**first).size() == 64 << 10);
    // It fills the windows and stops.
    int before = -1;
    while (before != self.written) {
      before = self.written;
      auto waiting = self.pause(milliseconds(50));
      co_await std::move(waiting);
    }
    CHECK(self.written < 40);
    call->reset();
    while (self.cancelled == 0) {
      auto waiting = self.pause(milliseconds(1));
      co_await std::move(waiting);
    }
  };
  harness.run(body(harness));
  CHECK(harness.server->statistics().running == 0);
}

TEST_CASE("a client's stream is read message by message", "[grpc]") {
  Harness harness;
  harness.start();
  auto body = [](Harness& self) -> Task<void> {
    auto beginning = self.channel->begin({}, "/test/count");
    auto call = co_await std::move(beginning);
    REQUIRE(call);
    const std::string message(100'000, 'y');
    for (int i = 0; i < 100; ++i) {
      auto writing = (*call)->write(message);
      const bool taken = co_await std::move(writing);
      REQUIRE(taken);
    }
    (*call)->end_writing();
    auto reading = (*call)->read();
    auto answer = co_await std::move(reading);
    REQUIRE(answer);
    REQUIRE(*answer);
    CHECK(**answer == "10000000");
    auto ending = (*call)->read();
    auto end = co_await std::move(ending);
    REQUIRE(end);
    CHECK_FALSE(*end);
  };
  harness.run(body(harness));
}

TEST_CASE("a server that is not there is unavailable, and the call has not begun", "[grpc]") {
  Harness harness;
  harness.start();
  const auto port = harness.port;
  harness.server.reset();
  harness.channel = std::make_unique<net::GrpcChannel>(harness.loop, "127.0.0.1", port, harness.options);
  const auto answer = harness.call("/test/echo", "x");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error.code == Code::unavailable);
  CHECK(answer.error().not_begun);
}

TEST_CASE("a stop lets calls finish and takes no new ones", "[grpc]") {
  Harness harness;
  harness.start();
  CHECK(harness.call("/test/echo", "x"));
  auto body = [](Harness& self) -> Task<void> {
    auto beginning = self.channel->begin({}, "/test/echo");
    auto call = co_await std::move(beginning);
    REQUIRE(call);
    auto writing = (*call)->write("before");
    co_await std::move(writing);
    auto reading = (*call)->read();
    auto first = co_await std::move(reading);
    REQUIRE(first);
    bool stopped = false;
    auto stop = [](Harness& of, bool& done) -> Task<void> {
      auto stopping = of.server->stop(std::chrono::seconds(10));
      co_await std::move(stopping);
      done = true;
    };
    TaskGroup group([](std::exception_ptr) {});
    group.spawn(stop(self, stopped));
    auto waiting = self.pause(milliseconds(30));
    co_await std::move(waiting);
    CHECK_FALSE(stopped);
    auto calling = self.channel->unary({}, "/test/echo", "late");
    auto late = co_await std::move(calling);
    REQUIRE_FALSE(late);
    CHECK(late.error().error.code == Code::unavailable);
    auto more = (*call)->write("after");
    co_await std::move(more);
    auto again = (*call)->read();
    auto second = co_await std::move(again);
    REQUIRE(second);
    REQUIRE(*second);
    CHECK(**second == "after");
    (*call)->end_writing();
    auto last = (*call)->read();
    auto end = co_await std::move(last);
    CHECK(end);
    while (!stopped) {
      auto settling = self.pause(milliseconds(1));
      co_await std::move(settling);
    }
  };
  harness.run(body(harness));
}

TEST_CASE("HTTP/1.1 is told that this is another port's", "[grpc]") {
  Harness harness;
  harness.start();
  std::string answer;
  std::thread client([&] {
    answer = raw_answer(harness.port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    harness.loop.stop();
  });
  harness.loop.run();
  client.join();
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(answer.find("gRPC") != std::string::npos);
  CHECK(answer.ends_with("port of their own.\n"));  // and no frame behind it
}

TEST_CASE("timeouts, messages and bytes as metadata has them", "[grpc]") {
  using namespace net::grpc;
  using net::from_base64;
  using namespace std::chrono_literals;
  CHECK(parse_timeout("5S") == 5s);
  CHECK(parse_timeout("99999999H") > 10000h);
  CHECK(parse_timeout("1n") == 1ns);
  for (const auto* wrong : {"", "S", "5", "123456789S", "-1S", "5s", "5.S", " 5S"})
    CHECK_FALSE(parse_timeout(wrong));
  CHECK(format_timeout(5s) == "5000000u");
  CHECK(format_timeout(1ns) == "1n");
  CHECK(format_timeout(-5s) == "0n");
  CHECK(parse_timeout(format_timeout(36h)) >= 36h);
  CHECK(encode_message("a b%é\n") == "a b%25%C3%A9%0A");
  CHECK(decode_message("a b%25%C3%A9%0A%zz%") == "a b%é\n%zz%");
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("ab"), std::string("\0\xff\x80", 3)}) {
    CHECK(from_base64(encode_binary(bytes)) == bytes);
    CHECK(encode_binary(bytes).find('=') == std::string::npos);
  }
  CHECK(from_base64("YQ==") == "a");
  CHECK_FALSE(from_base64("Y"));
  CHECK_FALSE(from_base64("Y*=="));
}
