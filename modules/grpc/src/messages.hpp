// Messages of a call as a port's requests and answers.
#pragma once

#include <parley/net/grpc.hpp>
#include <parley/operation.hpp>

#include <string>
#include <string_view>

namespace parley::grpc {

// Of a call whose client sends one message, which has come already.
class OneMessage final : public Inbound {
 public:
  explicit OneMessage(std::string_view bytes) noexcept : bytes_(bytes) {}
  Result<void> read(const TypeInfo& type, void* request) override;

 private:
  std::string_view bytes_;
};

class MessageStream final : public Inbound {
 public:
  explicit MessageStream(net::GrpcCall& call) noexcept : call_(call) {}
  Result<void> read(const TypeInfo& type, void* request) override;
  Task<Result<bool>> next(const TypeInfo& type, void* request) override;
  void stop() override { call_.stop_reading(); }

 private:
  net::GrpcCall& call_;
};

class Answers final : public Outbound {
 public:
  explicit Answers(net::GrpcCall& call) noexcept : call_(call) {}
  Task<bool> write(const TypeInfo& type, const void* answer) override;

 private:
  net::GrpcCall& call_;
  std::string bytes_;  // of the message at hand
};

}  // namespace parley::grpc
