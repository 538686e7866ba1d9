#include "compare/callers.hpp"

#include <parley/codec/json.hpp>
#include <parley/net/client.hpp>

#include <optional>

namespace parley::app::compare {

// What a JSON-RPC answer says of failure.
struct RpcError {
  std::string message;
};
struct RpcAnswer {
  std::optional<RpcError> error;
};

}  // namespace parley::app::compare

namespace parley {

using app::compare::RpcAnswer;
using app::compare::RpcError;

template <>
const TypeInfo& describe<RpcError>() {
  static constexpr Row rows[] = {field<&RpcError::message>("message")};
  static const TypeInfo type = object<RpcError>("RpcError", rows);
  return type;
}

template <>
const TypeInfo& describe<RpcAnswer>() {
  static constexpr Row rows[] = {field<&RpcAnswer::error>("error")};
  static const TypeInfo type = object<RpcAnswer>("RpcAnswer", rows);
  return type;
}

}  // namespace parley

namespace parley::app::compare {
namespace {

namespace client = net::client;

client::Target target_of(const Where& where, Capture& capture) {
  return {.host = where.host, .port = where.http, .limit = call_limit, .tap = &capture};
}

std::string verb_name(Verb verb) {
  switch (verb) {
    case Verb::get:
      return "GET";
    case Verb::post:
      return "POST";
    default:
      return "";  // no other is compared
  }
}

std::string rpc_text(const Asked& asked) {
  return R"({"jsonrpc":"2.0","method":")" + rpc_method(asked.row) + R"(","params":)" + asked.parameters +
         R"(,"id":1})";
}

Result<void> judge_rpc(const std::string& answer, const Asked& asked) {
  const auto read = codec::from_json<RpcAnswer>(answer);
  if (!read) return fail(Code::data_loss, "JSON-RPC was answered with what is none: " + read.error().message);
  if (read->error && !asked.refused)
    return fail(Code::failed_precondition, "JSON-RPC was refused: " + read->error->message);
  return {};
}

// What a plain client sends beside what it must.
const client::Headers usual{{"User-Agent", "parley"}, {"Accept", "application/json"}};

// Calls that block, one by one.
class BlockingCaller : public Caller {
 public:
  BlockingCaller(const Where& where, const Asked& asked, Capture& capture)
      : target_(target_of(where, capture)), asked_(asked) {}

  Result<void> make(std::int32_t count, const Plan& plan, std::vector<std::int64_t>& took) final {
    for (std::int32_t i = 0; i < count; ++i) {
      if (plan.stopped()) return fail(Code::cancelled, "the comparison was stopped");
      const auto begun = std::chrono::steady_clock::now();
      if (auto done = once(); !done) return done;
      took.push_back(
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun)
              .count());
    }
    return {};
  }

 protected:
  virtual Result<void> once() = 0;

  const client::Target target_;
  const Asked& asked_;
};

class HttpCaller : public BlockingCaller {
 public:
  HttpCaller(const Where& where, const Asked& asked, Capture& capture, client::Request request)
      : BlockingCaller(where, asked, capture), request_(std::move(request)) {
    request_.headers = usual;
    if (!request_.body.empty()) request_.headers.emplace_back("Content-Type", "application/json");
    sent = std::make_unique<Http1Reader>();
    received = std::make_unique<Http1Reader>();
  }

 private:
  Result<void> once() final {
    if (!connection_) {
      auto opened = client::HttpConnection::open(target_);
      if (!opened) return std::unexpected(opened.error());
      connection_.emplace(std::move(*opened));
    }
    const auto answer = connection_->send(request_);
    return answer ? judge(*answer) : Result<void>(std::unexpected(answer.error()));
  }
  virtual Result<void> judge(const client::Answer& answer) = 0;

  client::Request request_;
  std::optional<client::HttpConnection> connection_;
};

class RestCaller final : public HttpCaller {
 public:
  RestCaller(const Where& where, const Asked& asked, Capture& capture)
      : HttpCaller(where, asked, capture,
                   {.method = verb_name(asked.row.verb), .path = asked.path, .body = asked.json}) {}
  std::string call() const override { return verb_name(asked_.row.verb) + " " + asked_.pattern; }

 private:
  Result<void> judge(const client::Answer& answer) override {
    const auto expected = asked_.refused ? info(Code::already_exists).http_status : asked_.row.status;
    if (answer.status == expected || (asked_.refused && answer.status == asked_.row.status)) return {};
    return fail(Code::failed_precondition, call() + " was answered with status " +
                                               std::to_string(answer.status) + ", not " +
                                               std::to_string(expected));
  }
};

class RpcCaller final : public HttpCaller {
 public:
  RpcCaller(const Where& where, const Asked& asked, Capture& capture)
      : HttpCaller(where, asked, capture, {.method = "POST", .path = "/rpc", .body = rpc_text(asked)}) {}
  std::string call() const override { return "POST /rpc, " + rpc_method(asked_.row); }

 private:
  Result<void> judge(const client::Answer& answer) override { return judge_rpc(answer.body, asked_); }
};

class SocketCaller final : public BlockingCaller {
 public:
  SocketCaller(const Where& where, const Asked& asked, Capture& capture)
      : BlockingCaller(where, asked, capture), text_(rpc_text(asked)) {
    sent = std::make_unique<WebSocketReader>();
    received = std::make_unique<WebSocketReader>();
  }
  std::string call() const override { return "WebSocket /rpc, " + rpc_method(asked_.row); }

 private:
  Result<void> once() override {
    if (!socket_) {
      auto opened = client::WebSocket::open(target_, "/rpc");
      if (!opened) return std::unexpected(opened.error());
      socket_.emplace(std::move(*opened));
    }
    if (auto said = socket_->send_text(text_); !said) return said;
    const auto answer = socket_->next();
    return answer ? judge_rpc(*answer, asked_) : Result<void>(std::unexpected(answer.error()));
  }

  const std::string text_;
  std::optional<client::WebSocket> socket_;
};

}  // namespace

std::unique_ptr<Caller> rest_caller(const Where& where, const Asked& asked, Capture& capture) {
  return std::make_unique<RestCaller>(where, asked, capture);
}
std::unique_ptr<Caller> rpc_caller(const Where& where, const Asked& asked, Capture& capture) {
  return std::make_unique<RpcCaller>(where, asked, capture);
}
std::unique_ptr<Caller> socket_caller(const Where& where, const Asked& asked, Capture& capture) {
  return std::make_unique<SocketCaller>(where, asked, capture);
}

}  // namespace parley::app::compare
