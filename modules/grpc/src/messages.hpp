// Messages of a call as a port's requests and answers.
#pragma once

#include <parley/codec/protobuf.hpp>
#include <parley/net/grpc.hpp>
#include <parley/operation.hpp>

#include <string>
#include <string_view>

namespace parley::grpc {

// Of a call whose client sends one message, which has come already.
class OneMessage final : public Inbound {
 public:
  OneMessage(std::string_view bytes, codec::ProtobufStyle style) noexcept : bytes_(bytes), style_(style) {}
  Result<void> read(const TypeInfo& type, void* request) override;

 private:
  const std::string_view bytes_;
  const codec::ProtobufStyle style_;
};

class MessageStream final : public Inbound {
 public:
  MessageStream(net::GrpcCall& call, codec::ProtobufStyle style) noexcept : call_(call), style_(style) {}
  Result<void> read(const TypeInfo& type, void* request) override;
  Task<Result<bool>> next(const TypeInfo& type, void* request) override;
  void stop() override { call_.stop_reading(); }

 private:
  net::GrpcCall& call_;
  const codec::ProtobufStyle style_;
};

class Answers final : public Outbound {
 public:
  Answers(net::GrpcCall& call, codec::ProtobufStyle style) noexcept : call_(call), style_(style) {}
  Task<bool> write(const TypeInfo& type, const void* answer) override;

 private:
  net::GrpcCall& call_;
  const codec::ProtobufStyle style_;
  std::string bytes_;  // of the message at hand
};

}  // namespace parley::grpc
