#include "compare/figures.hpp"

namespace parley {

using namespace app::compare;

template <>
const TypeInfo& describe<Part>() {
  static constexpr EnumItem items[] = {{"payload", static_cast<int>(Part::payload)},
                                       {"headers", static_cast<int>(Part::headers)},
                                       {"framing", static_cast<int>(Part::framing)},
                                       {"connection", static_cast<int>(Part::connection)}};
  static const TypeInfo type = enumeration<Part>("WirePart", items);
  return type;
}

template <>
const TypeInfo& describe<Piece>() {
  static constexpr Row rows[] = {
      field<&Piece::part>("part", doc("What these bytes are for.")),
      field<&Piece::depth>("depth", doc("How deep they stand within the pieces before.")),
      field<&Piece::size>("size", doc("How many bytes.")),
      field<&Piece::hex>("hex", doc("The first of them, in hexadecimal digits."),
                         example(R"("0a 24 30 31")")),
      field<&Piece::text>("text", doc("What they say.")),
  };
  static const TypeInfo type = object<Piece>("WirePiece", rows, "Bytes one after another on the wire.");
  return type;
}

template <>
const TypeInfo& describe<Bytes>() {
  static constexpr Row rows[] = {
      field<&Bytes::payload>("payload", doc("JSON or protobuf.")),
      field<&Bytes::headers>("headers", doc("The head of HTTP/1.1, or a header block of HTTP/2 (HPACK).")),
      field<&Bytes::framing>("framing", doc("Headers of frames, gRPC's five bytes before a message.")),
      field<&Bytes::connection>("connection",
                                doc("WebSocket's handshake; the preface, SETTINGS, WINDOW_UPDATE and PING "
                                    "of HTTP/2.")),
      field<&Bytes::total>("total", doc("All that the socket took or gave.")),
  };
  static const TypeInfo type = object<Bytes>("WireBytes", rows, "Bytes in one direction.");
  return type;
}

template <>
const TypeInfo& describe<Exchange>() {
  static constexpr Row rows[] = {
      field<&Exchange::sent>("sent", doc("From the client.")),
      field<&Exchange::received>("received", doc("From the server.")),
  };
  static const TypeInfo type = object<Exchange>("WireExchange", rows, "One call.");
  return type;
}

template <>
const TypeInfo& describe<Latency>() {
  static constexpr Row rows[] = {
      field<&Latency::calls>("calls", doc("How many, one in flight.")),
      field<&Latency::p50>("p50", doc("Half of them took at most so many microseconds.")),
      field<&Latency::p90>("p90", doc("Nine of ten.")),
      field<&Latency::p99>("p99", doc("Ninety-nine of a hundred.")),
  };
  static const TypeInfo type = object<Latency>("CallLatency", rows, "How long later calls took.");
  return type;
}

template <>
const TypeInfo& describe<Shown>() {
  static constexpr Row rows[] = {
      field<&Shown::sent>("sent"),
      field<&Shown::received>("received"),
      field<&Shown::left_out>("left_out", doc("Pieces beyond the limit.")),
  };
  static const TypeInfo type = object<Shown>("WireMessage", rows, "A call and its answer, byte by byte.");
  return type;
}

template <>
const TypeInfo& describe<Measured>() {
  static constexpr Row rows[] = {
      field<&Measured::protocol>("protocol", example(R"("gRPC")")),
      field<&Measured::call>("call", doc("What was called."), example(R"("/user.UserService/GetUser")")),
      field<&Measured::cold>("cold", doc("The first call, on a new connection.")),
      field<&Measured::warm>("warm", doc("The third call on that connection.")),
      field<&Measured::cold_time>("cold_time",
                                  doc("Microseconds of the first call, with the making of the connection.")),
      field<&Measured::latency>("latency", doc("Absent where no further calls are made.")),
      field<&Measured::cold_wire>("cold_wire", doc("The first call, byte by byte.")),
      field<&Measured::warm_wire>("warm_wire", doc("The third call, byte by byte.")),
  };
  static const TypeInfo type = object<Measured>("MeasuredProtocol", rows, "One operation over one protocol.");
  return type;
}

template <>
const TypeInfo& describe<Subject>() {
  static constexpr Row rows[] = {
      field<&Subject::operation>("operation", example(R"("GetUser")")),
      field<&Subject::about>("about"),
      field<&Subject::protocols>("protocols"),
  };
  static const TypeInfo type = object<Subject>("ComparedOperation", rows, "One operation, compared.");
  return type;
}

template <>
const TypeInfo& describe<Claim>() {
  static constexpr Row rows[] = {
      field<&Claim::claim>("claim", doc("What the lecture says.")),
      field<&Claim::measured>("measured", doc("What was found.")),
      field<&Claim::holds>("holds"),
      field<&Claim::why>("why", doc("What was counted.")),
  };
  static const TypeInfo type = object<Claim>("ComparedClaim", rows, "A claim of the lecture, judged.");
  return type;
}

template <>
const TypeInfo& describe<Comparison>() {
  static constexpr Row rows[] = {
      field<&Comparison::http>("http", doc("Where HTTP was reached."), example(R"("127.0.0.1:8080")")),
      field<&Comparison::grpc>("grpc", doc("Where gRPC was reached."), example(R"("127.0.0.1:50051")")),
      field<&Comparison::user>("user", doc("The id of the user that was asked for.")),
      field<&Comparison::user_created>("user_created",
                                       doc("Whether that user was created for the comparison.")),
      field<&Comparison::subjects>("operations"),
      field<&Comparison::claims>("claims", doc("What the lecture says, and what was found.")),
  };
  static const TypeInfo type =
      object<Comparison>("Comparison", rows, "The same operations over REST, JSON-RPC, WebSocket and gRPC.");
  return type;
}

template <>
const TypeInfo& describe<Request>() {
  static constexpr Row rows[] = {
      field<&Request::calls>("calls", range(1, max_calls), may_be_absent(),
                             doc("How many later calls of each protocol are timed."), example("100")),
  };
  static const TypeInfo type = object<Request>("CompareRequest", rows);
  return type;
}

}  // namespace parley
