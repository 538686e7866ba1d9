// Takes captured bytes apart: HTTP/1.1, WebSocket, HTTP/2 with gRPC, and the protobuf within. Every byte is
// in one piece, so that the pieces of each part add up to what was captured.
#pragma once

#include "compare/figures.hpp"

#include <parley/net/hpack.hpp>
#include <parley/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace parley::app::compare {

using Pieces = std::vector<Piece>;

Bytes sum(const Pieces& pieces);

// "0a 24 30 …", of the first `most` bytes.
std::string hex_of(std::string_view bytes, std::size_t most = 12);

// The fields of a protobuf message, as the table of its type names them. What is no message is one piece that
// says so.
void add_protobuf(std::string_view message, const TypeInfo& type, std::int32_t depth, Pieces& out);

// One direction of a connection, call by call; a reader remembers what later calls refer to. data_loss for
// bytes that are none of its protocol or end within a frame.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<Pieces> read(std::string_view bytes) = 0;
};

// Whole requests or answers of HTTP/1.1.
class Http1Reader final : public Reader {
 public:
  Result<Pieces> read(std::string_view bytes) override;
};

// A WebSocket's handshake and then its frames.
class WebSocketReader final : public Reader {
 public:
  Result<Pieces> read(std::string_view bytes) override;

 private:
  bool open_ = false;
};

// HTTP/2 with gRPC messages of `message`, a type in static storage.
class GrpcReader final : public Reader {
 public:
  enum class From : std::uint8_t { client, server };
  GrpcReader(From from, const TypeInfo& message) : message_(message), preface_(from == From::client) {}
  Result<Pieces> read(std::string_view bytes) override;

 private:
  struct Frame;
  Result<void> add_header_block(const Frame& frame, std::string_view content, Pieces& out);
  void add_data(std::string_view content, Pieces& out);

  const TypeInfo& message_;
  bool preface_;  // is to come
  net::HpackReader hpack_;
  std::string block_;        // of a header that continues in a further frame
  std::string prefix_;       // of a message, as far as it has come
  std::size_t missing_ = 0;  // of a message that continues in a further frame
};

}  // namespace parley::app::compare
