#include "compare/callers.hpp"

#include <parley/net/grpc_client.hpp>
#include <parley/net/loop.hpp>

namespace parley::app::compare {
namespace {

// As long as nothing comes for this long, nothing is on its way: acknowledgements of settings come with or
// right behind an answer.
constexpr std::chrono::milliseconds quiet{10};
constexpr int most_rounds = 50;  // of quiet

class GrpcCaller final : public Caller {
 public:
  GrpcCaller(const Where& where, const Asked& asked, Capture& capture)
      : asked_(asked),
        capture_(capture),
        channel_(loop_, where.host, where.grpc,
                 {.keepalive_time = std::chrono::minutes(10), .tap = &capture}) {
    sent = std::make_unique<GrpcReader>(GrpcReader::From::client, asked.row.request());
    received = std::make_unique<GrpcReader>(GrpcReader::From::server, asked.row.answer());
  }

  std::string call() const override { return asked_.row.grpc; }

  Result<void> make(std::int32_t count, const Plan& plan, std::vector<std::int64_t>& took) override {
    Result<void> outcome;
    run(make_all(count, plan, took, outcome));
    return outcome;
  }

  Result<void> settle() override {
    for (int round = 0; round < most_rounds; ++round) {
      const auto before = capture_.seen();
      const auto timer = loop_.after(quiet, [this] { loop_.stop(); });
      loop_.run();
      if (capture_.seen() == before) return {};
    }
    return fail(Code::deadline_exceeded, "the gRPC connection does not come to rest");
  }

 private:
  void run(Task<void> work) {
    std::exception_ptr failure;
    TaskGroup tasks([&](std::exception_ptr thrown) { failure = thrown; });
    tasks.spawn(then_stop(std::move(work)));
    if (tasks.size() > 0) loop_.run();
    if (failure) std::rethrow_exception(failure);
  }
  Task<void> then_stop(Task<void> work) {
    co_await std::move(work);
    loop_.stop();
  }

  // Without a deadline of gRPC's own, which would be a header that differs from call to call: a timer here
  // withdraws a call that takes too long.
  Task<void> make_all(std::int32_t count, const Plan& plan, std::vector<std::int64_t>& took,
                      Result<void>& outcome) {
    for (std::int32_t i = 0; i < count; ++i) {
      if (plan.stopped()) {
        outcome = fail(Code::cancelled, "the comparison was stopped");
        co_return;
      }
      CallContext context;
      context.cancellation = std::make_shared<Cancellation>();
      const auto timer = loop_.after(call_limit, [cancel = context.cancellation] { cancel->cancel(); });
      const auto begun = std::chrono::steady_clock::now();
      auto calling = channel_.unary(context, asked_.row.grpc, asked_.protobuf);
      const auto answer = co_await std::move(calling);
      took.push_back(
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun)
              .count());
      if (answer || (asked_.refused && answer.error().error.code == Code::already_exists)) continue;
      outcome = std::unexpected(answer.error().error);
      co_return;
    }
  }

  const Asked& asked_;
  Capture& capture_;
  net::Loop loop_;
  net::GrpcChannel channel_;
};

}  // namespace

std::unique_ptr<Caller> grpc_caller(const Where& where, const Asked& asked, Capture& capture) {
  return std::make_unique<GrpcCaller>(where, asked, capture);
}

}  // namespace parley::app::compare
