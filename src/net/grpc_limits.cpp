#include <parley/net/grpc.hpp>
#include <parley/net/grpc_client.hpp>

template <>
const parley::TypeInfo& parley::describe<parley::net::GrpcLimits>() {
  using parley::net::GrpcLimits;
  static constexpr Row rows[] = {
      field<&GrpcLimits::max_connections>("max_connections", range(1, 1'000'000), may_be_absent(),
                                          doc("Connections in all; further ones are told so and closed.")),
      field<&GrpcLimits::max_connections_per_address>(
          "max_connections_per_address", range(1, 1'000'000), may_be_absent(),
          doc("Connections from one IPv4 address or one IPv6 /64; further ones are told so and closed.")),
      field<&GrpcLimits::max_streams>("max_streams", range(1, 1'000'000), may_be_absent(),
                                      doc("Calls of one connection at a time.")),
      field<&GrpcLimits::max_message>("max_message", bytes(), range(1 << 10, 1 << 30), may_be_absent(),
                                      doc("Bytes of a message; more ends its call with RESOURCE_EXHAUSTED.")),
      field<&GrpcLimits::max_metadata>("max_metadata", bytes(), range(1 << 10, 1 << 20), may_be_absent(),
                                       doc("Bytes of a call's metadata, its header included.")),
      field<&GrpcLimits::send_buffer>("send_buffer", bytes(), range(64 << 10, 1 << 30), may_be_absent(),
                                      doc("Bytes that wait for a client to take them, of one call; a stream "
                                          "waits past that.")),
      field<&GrpcLimits::connection_buffer>(
          "connection_buffer", bytes(), range(64 << 10, 1 << 30), may_be_absent(),
          doc("The same of all calls of one connection; past that a call ends with RESOURCE_EXHAUSTED.")),
      field<&GrpcLimits::gzip_min>(
          "gzip_min", bytes(), range(0, 1 << 30), may_be_absent(),
          doc("The smallest answer that is sent compressed to clients that accept gzip.")),
      field<&GrpcLimits::gzip_max>(
          "gzip_max", bytes(), range(0, 64 << 20), may_be_absent(),
          doc("The largest answer that is compressed, which takes the loop about 10 ms for "
              "each MiB; 0 for no compression.")),
      field<&GrpcLimits::handshake_timeout>("handshake_timeout", range(10, 3'600'000), may_be_absent(),
                                            doc("From the accept to the first bytes of HTTP/2.")),
      field<&GrpcLimits::ping_interval>("ping_interval", range(10, 86'400'000), may_be_absent(),
                                        doc("Silence after which a client is asked whether it lives.")),
      field<&GrpcLimits::ping_timeout>("ping_timeout", range(10, 3'600'000), may_be_absent(),
                                       doc("Time to answer that.")),
      field<&GrpcLimits::write_timeout>("write_timeout", range(10, 3'600'000), may_be_absent(),
                                        doc("Time a client may take nothing of what waits for it.")),
  };
  static const TypeInfo type = object<GrpcLimits>("GrpcLimits", rows, "Limits of the gRPC server.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::net::GrpcClientOptions>() {
  using parley::net::GrpcClientOptions;
  static constexpr Row rows[] = {
      field<&GrpcClientOptions::connect_timeout>("connect_timeout", range(10, 60'000), may_be_absent(),
                                                 doc("Time for a connection to be made.")),
      field<&GrpcClientOptions::keepalive_time>("keepalive_time", range(10, 3'600'000), may_be_absent(),
                                                doc("Silence after which a server is asked for life.")),
      field<&GrpcClientOptions::keepalive_timeout>("keepalive_timeout", range(10, 60'000), may_be_absent(),
                                                   doc("Time to answer that.")),
      field<&GrpcClientOptions::first_backoff>("first_backoff", range(1, 60'000), may_be_absent(),
                                               doc("Pause after a failed attempt to connect; it doubles.")),
      field<&GrpcClientOptions::last_backoff>("last_backoff", range(1, 600'000), may_be_absent(),
                                              doc("The longest such pause.")),
      field<&GrpcClientOptions::max_message>("max_message", bytes(), range(1 << 10, 1 << 30), may_be_absent(),
                                             doc("Bytes of an answer.")),
      field<&GrpcClientOptions::send_buffer>("send_buffer", bytes(), range(64 << 10, 1 << 30),
                                             may_be_absent(),
                                             doc("Bytes that wait for a server to take them, of one call.")),
      field<&GrpcClientOptions::max_waiting>("max_waiting", range(1, 1'000'000), may_be_absent(),
                                             doc("Calls that wait for a connection.")),
  };
  static const TypeInfo type =
      object<GrpcClientOptions>("GrpcClientOptions", rows, "Calls to other processes.");
  return type;
}
