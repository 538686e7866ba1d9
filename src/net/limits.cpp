#include <parley/describe.hpp>
#include <parley/net/server.hpp>

using parley::net::Limits;

template <>
const parley::TypeInfo& parley::describe<Limits>() {
  static constexpr Row rows[] = {
      field<&Limits::max_connections>("max_connections", range(1, 1'000'000), may_be_absent(),
                                      doc("Connections in all; further ones are answered 503.")),
      field<&Limits::max_connections_per_address>(
          "max_connections_per_address", range(1, 1'000'000), may_be_absent(),
          doc("Connections from one IPv4 address or one IPv6 /64; further ones are answered 503.")),
      field<&Limits::max_header>("max_header", bytes(), range(1 << 10, 1 << 20), may_be_absent(),
                                 doc("Bytes of a request's line and header fields; more is answered 431.")),
      field<&Limits::max_fields>("max_fields", range(10, 1000), may_be_absent(),
                                 doc("Header fields of a request; more are answered 431.")),
      field<&Limits::max_body>("max_body", bytes(), range(0, 1 << 30), may_be_absent(),
                               doc("Bytes of a request's body, unless its route says otherwise; more is "
                                   "answered 413.")),
      field<&Limits::max_message>("max_message", bytes(), range(1 << 10, 1 << 30), may_be_absent(),
                                  doc("Bytes of a WebSocket message, unless its route says otherwise; more "
                                      "closes with 1009.")),
      field<&Limits::send_buffer>("send_buffer", bytes(), range(64 << 10, 1 << 30), may_be_absent(),
                                  doc("Bytes that wait for one streaming client; past that it is told how to "
                                      "resume, and closed.")),
      field<&Limits::header_timeout>("header_timeout", range(10, 3'600'000), may_be_absent(),
                                     doc("Time to send a request's head.")),
      field<&Limits::body_timeout>("body_timeout", range(10, 3'600'000), may_be_absent(),
                                   doc("Time to send a request's body.")),
      field<&Limits::idle_timeout>("idle_timeout", range(10, 86'400'000), may_be_absent(),
                                   doc("Time between two requests of a connection.")),
      field<&Limits::write_timeout>("write_timeout", range(10, 3'600'000), may_be_absent(),
                                    doc("Time a client may take nothing of what waits for it.")),
      field<&Limits::request_timeout>("request_timeout", range(10, 3'600'000), may_be_absent(),
                                      doc("Deadline of the call behind a request.")),
      field<&Limits::ping_interval>("ping_interval", range(10, 3'600'000), may_be_absent(),
                                    doc("Between two WebSocket pings.")),
      field<&Limits::pong_timeout>("pong_timeout", range(10, 3'600'000), may_be_absent(),
                                   doc("Silence after which a WebSocket peer is given up.")),
      field<&Limits::heartbeat>("heartbeat", range(10, 3'600'000), may_be_absent(),
                                doc("Between two comments on a silent event stream.")),
      field<&Limits::deflate>("deflate", may_be_absent(),
                              doc("Offer permessage-deflate (RFC 7692) to WebSocket clients.")),
      field<&Limits::gzip_min>("gzip_min", bytes(), range(0, 1 << 30), may_be_absent(),
                               doc("The smallest body that is sent compressed to clients that accept gzip.")),
      field<&Limits::gzip_max>(
          "gzip_max", bytes(), range(0, 64 << 20), may_be_absent(),
          doc("The largest body that is compressed, which takes the loop about 10 ms for "
              "each MiB; 0 for no compression.")),
  };
  static const TypeInfo type = object<Limits>("Limits", rows, "Limits of the HTTP and WebSocket server.");
  return type;
}
