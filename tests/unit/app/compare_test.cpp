// Captured bytes, taken apart: known bytes of the standards, and what must not be taken for them.
#include "catch.hpp"
#include "compare/lecture.hpp"
#include "compare/pieces.hpp"
#include "compare/print.hpp"

#include <parley/calculator/calculator.hpp>
#include <parley/codec/protobuf.hpp>
#include <parley/utf8.hpp>

using namespace parley;
using namespace parley::app::compare;

namespace {

std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size();) {
    if (digits[i] == ' ') {
      ++i;
      continue;
    }
    out += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

// Of a direction in one go; the pieces must add up to what was read.
Pieces taken_apart(Reader& reader, std::string_view bytes) {
  auto pieces = reader.read(bytes);
  REQUIRE(pieces);
  REQUIRE(sum(*pieces).total == static_cast<std::int64_t>(bytes.size()));
  return *pieces;
}

std::vector<std::string> texts(const Pieces& pieces) {
  std::vector<std::string> out;
  for (const auto& piece : pieces) out.push_back(piece.text);
  return out;
}

std::string frame(std::string_view header, std::string_view content) {
  return from_hex(header) + std::string(content);
}

GrpcReader client_reader() {
  return GrpcReader(GrpcReader::From::client, describe<users::GetUser>());
}
GrpcReader server_reader() {
  return GrpcReader(GrpcReader::From::server, describe<calculator::Calculation>());
}

}  // namespace

TEST_CASE("HTTP/1.1: the head is headers, the body payload") {
  Http1Reader reader;
  const auto pieces = taken_apart(reader, "POST /rpc HTTP/1.1\r\ncontent-length: 4\r\n\r\nabcd");
  CHECK(texts(pieces) ==
        std::vector<std::string>{"POST /rpc HTTP/1.1", "content-length: 4", "the head ends", "abcd"});
  CHECK(sum(pieces).headers == 20 + 19 + 2);
  CHECK(sum(pieces).payload == 4);
  CHECK(pieces[0].hex == "50 4f 53 54 20 2f 72 70 63 20 48 54 …");

  // Two answers behind each other, the first in chunks.
  const auto two = taken_apart(reader,
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                               "HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(sum(two).payload == 3);
  CHECK(sum(two).framing == 3 + 2 + 3 + 2);

  for (const auto* bad : {"GET / HTTP/1.1\r\nHost: a", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"}) {
    const auto read = reader.read(bad);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Code::data_loss);
  }
}

TEST_CASE("WebSocket: the handshake is of the connection, a frame's header framing") {
  WebSocketReader reader;
  // RFC 6455 section 5.7: a masked "Hello".
  const auto hello = from_hex("81 85 37 fa 21 3d 7f 9f 4d 51 58");
  const std::string upgrade = "GET /rpc HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
  const auto first = sum(taken_apart(reader, upgrade + hello));
  CHECK(first.connection == static_cast<std::int64_t>(upgrade.size()));
  CHECK(first.framing == 6);
  CHECK(first.payload == 5);

  const auto pieces = taken_apart(reader, hello);
  CHECK(texts(pieces) == std::vector<std::string>{"FIN 1, RSV 000, opcode 1 (text)", "MASK 1, length 5",
                                                  "masking key, drawn anew for each frame",
                                                  "unmasked: Hello"});
  CHECK(pieces[3].hex == "7f 9f 4d 51 58");

  const auto longer = taken_apart(reader, from_hex("81 7e 00 80") + std::string(128, 'x'));
  CHECK(longer[1].text == "MASK 0, length 126: in the next 2 bytes, 128");
  CHECK(sum(longer).framing == 4);
  CHECK(sum(longer).payload == 128);
  // A ping is not of the call.
  CHECK(sum(taken_apart(reader, from_hex("89 01 61"))).connection == 3);
  for (const auto* bad : {"81", "81 05 48", "81 7e 00", "81 ff ff ff ff ff ff ff ff ff 00 00 00 00"})
    CHECK_FALSE(reader.read(from_hex(bad)));
}

TEST_CASE("HTTP/2: settings are of the connection, header blocks headers, and the table is remembered") {
  auto reader = client_reader();
  // RFC 7541 appendix C.4.1 and C.4.2: the second block names :authority by its place in the table.
  const auto block1 = from_hex("82 86 84 41 8c f1 e3 c2 e5 f2 3a 6b a0 ab 90 f4 ff");
  const auto block2 = from_hex("82 86 84 be 58 86 a8 eb 10 64 9c bf");
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const auto first =
      taken_apart(reader, preface + frame("00 00 06 04 00 00 00 00 00", from_hex("00 02 00 00 00 00")) +
                              frame("00 00 11 01 04 00 00 00 01", block1));
  CHECK(sum(first).connection == 24 + 9 + 6);
  CHECK(sum(first).headers == 17);
  CHECK(sum(first).framing == 9);
  CHECK(first[1].text == "SETTINGS, length 6, flags none, stream 0");
  CHECK(first[2].text == "ENABLE_PUSH = 0");
  CHECK(first[3].text == "HEADERS, length 17, flags END_HEADERS, stream 1");
  CHECK(first[4].text == ":method: GET (from the table)");
  CHECK(first[7].text == ":authority: www.example.com (literal, kept)");
  CHECK(first[7].size == 14);

  const auto second = taken_apart(reader, frame("00 00 0c 01 05 00 00 00 03", block2));
  CHECK(second[0].text == "HEADERS, length 12, flags END_STREAM END_HEADERS, stream 3");
  CHECK(second[4].text == ":authority: www.example.com (from the table)");
  CHECK(second[4].size == 1);
  CHECK(second[5].text == "cache-control: no-cache (literal, kept)");

  // The same block on a connection that has not seen the first one is no header block.
  auto fresh = client_reader();
  CHECK_FALSE(fresh.read(preface + frame("00 00 0c 01 05 00 00 00 03", block2)));
  auto other = client_reader();
  CHECK_FALSE(other.read("GET / HTTP/1.1\r\n\r\n"));
  CHECK_FALSE(reader.read(from_hex("00 00 06 04 00 00 00 00 00 00 02")));
  CHECK_FALSE(reader.read(from_hex("00 00 06 04 00")));
}

TEST_CASE("gRPC: a prefix of five bytes, and the message by its table") {
  auto reader = server_reader();
  const auto message = from_hex("09 00 00 00 00 00 00 20 40 12 03 61 64 64 18 01");
  const auto pieces =
      taken_apart(reader, frame("00 00 15 00 00 00 00 00 01", from_hex("00 00 00 00 10") + message));
  CHECK(texts(pieces) == std::vector<std::string>{"DATA, length 21, flags none, stream 1",
                                                  "gRPC's prefix: not compressed, a message of 16 bytes",
                                                  "result = 1, wire type 1: 8",
                                                  "operation = 2, wire type 2, 3 bytes: \"add\"",
                                                  "success = 3, wire type 0: true"});
  CHECK(sum(pieces).framing == 9 + 5);
  CHECK(sum(pieces).payload == 16);
  CHECK(pieces[2].hex == "09 00 00 00 00 00 00 20 40");

  // Cut within the prefix and within the message; the parts are the same.
  const auto cut =
      taken_apart(reader, frame("00 00 03 00 00 00 00 00 01", from_hex("00 00 00")) +
                              frame("00 00 06 00 00 00 00 00 01", from_hex("00 10") + message.substr(0, 4)) +
                              frame("00 00 0c 00 01 00 00 00 01", message.substr(4)));
  CHECK(sum(cut).payload == 16);
  CHECK(sum(cut).framing == 3 * 9 + 5);
  CHECK(taken_apart(reader, frame("00 00 06 00 00 00 00 00 03", from_hex("01 00 00 00 01 ff")))[1].text ==
        "gRPC's prefix: compressed, a message of 1 bytes");
  // Padding is framing, a reset too.
  const auto padded =
      sum(taken_apart(reader, frame("00 00 09 00 08 00 00 00 05", from_hex("03 00 00 00 00 00 00 00 00"))));
  CHECK(padded.framing == 9 + 1 + 5 + 3);
  CHECK(sum(taken_apart(reader, frame("00 00 04 03 00 00 00 00 05", from_hex("00 00 00 08")))).framing == 13);
  CHECK_FALSE(reader.read(frame("00 00 02 00 08 00 00 00 05", from_hex("03 00"))));
}

TEST_CASE("protobuf: messages within a message, unknown fields, and what is none") {
  users::User user;
  user.id = "u";
  user.age = 0;
  user.created_at = Timestamp(std::chrono::seconds(1));
  Pieces pieces;
  const auto bytes = codec::to_protobuf(user);
  add_protobuf(bytes, describe<users::User>(), 0, pieces);
  CHECK(sum(pieces).payload == static_cast<std::int64_t>(bytes.size()));
  CHECK(texts(pieces) ==
        std::vector<std::string>{"id = 1, wire type 2, 1 bytes: \"u\"", "age = 10, wire type 0: 0",
                                 "active = 5, wire type 0: true",
                                 "created_at = 6, wire type 2, 2 bytes: google.protobuf.Timestamp",
                                 "seconds = 1, wire type 0: 1",
                                 "updated_at = 7, wire type 2, 0 bytes: google.protobuf.Timestamp"});
  CHECK(pieces[4].depth == 1);

  const auto alone = [](std::string_view hex) {
    Pieces out;
    add_protobuf(from_hex(hex), describe<users::GetUser>(), 0, out);
    return out;
  };
  CHECK(alone("98 06 96 01")[0].text == "unknown = 99, wire type 0: 150");
  CHECK(alone("9d 06 01 00 00 00")[0].text == "unknown = 99, wire type 5: 1");
  for (const auto* bad : {"0a 05 61", "0a", "00 01", "0b", "09 00", "ff ff ff ff ff ff ff ff ff ff ff"}) {
    INFO(bad);
    const auto out = alone(bad);
    REQUIRE(out.size() == 1);
    CHECK(out[0].text == "no protobuf");
    CHECK(out[0].size == static_cast<std::int64_t>(from_hex(bad).size()));
  }
  // Control characters reach no terminal, and a long text is cut.
  CHECK(alone("0a 02 1b 5b")[0].text == "id = 1, wire type 2, 2 bytes: \" [\"");
  CHECK(alone("0a 01 ff")[0].text == "id = 1, wire type 2, 1 bytes: \"1 bytes that are no text\"");
  Pieces longest;
  add_protobuf(codec::to_protobuf(users::GetUser{std::string(5000, 'x')}), describe<users::GetUser>(), 0,
               longest);
  CHECK(longest[0].text.size() < 500);
}

TEST_CASE("the lecture's claims are judged by what was measured") {
  const auto measured = [](std::int64_t sent, std::int64_t payload) {
    Measured one;
    one.cold.sent = one.warm.sent = {.payload = payload, .total = sent};
    one.latency = Latency{1, 70, 70, 70};
    return one;
  };
  Subject user, create;
  for (const auto& [total, payload] : {std::pair{650, 156}, {650, 156}, {50, 40}, {85, 66}})
    user.protocols.push_back(measured(total, payload));
  create = user;
  user.protocols[0].warm.sent.headers = 200;
  user.protocols[3].latency->p50 = 10;
  CHECK(codec::to_protobuf(lecture_user()).size() == 66);
  const auto right = judge(user, create);
  const std::vector<bool> expected{true, true, true, false,
                                   true, true, true};  // what is encoded here does not vary
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(right[i].claim << " " << right[i].measured);
    CHECK(right[i].holds == expected[i]);
  }
  CHECK(right[2].measured.starts_with("87 % smaller"));

  for (auto* subject : {&user, &create})
    for (auto& one : subject->protocols) {
      one.cold.sent.total = one.warm.sent.total = 300;
      one.warm.sent.headers = 0;
      one.latency->p50 = 70;
    }
  const auto wrong = judge(user, create);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK_FALSE(wrong[i].holds);
}

TEST_CASE("a comparison fits into its terminal") {
  Measured measured;
  measured.protocol = "gRPC";
  measured.call = "/user.UserService/GetUser";
  measured.latency = Latency{200, 1, 2, 3};
  const std::string word(300, 'x');
  measured.warm_wire = {.sent = {{Part::framing, 0, 9, "00 00 15 00 00 00 00 00 01", "DATA, " + word},
                                 {Part::payload, 3, 300, hex_of(word), word + " ä " + word}},
                        .received = {},
                        .left_out = 3};
  const Comparison comparison{
      .http = "127.0.0.1:8080",
      .grpc = "127.0.0.1:50051",
      .user = "018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37",
      .subjects = {{"GetUser", "a user by id", {measured}}},
      .claims = {{"A claim that is rather long, so that it has to be wrapped somewhere in it.", "1 byte.",
                  false, "Because."}}};
  for (const std::size_t width : {80u, 100u}) {
    app::Terminal terminal;
    terminal.width = width;
    const auto text = printed(comparison, terminal, true);
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      longest = std::max(longest, *code_points(std::string_view(text).substr(at, end - at)));
      at = end + 1;
    }
    CHECK(longest <= width);
    CHECK(longest > width - 10);
    CHECK(text.contains("and 3 pieces more"));
    CHECK(text.contains("does not hold: 1 byte."));
    CHECK_FALSE(printed(comparison, terminal, false).contains("DATA"));
  }
}
