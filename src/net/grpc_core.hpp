// What the connections of one gRPC server share.
#pragma once

#include "admission.hpp"
#include "gzip.hpp"
#include "http2_connection.hpp"
#include "registry.hpp"

#include <parley/net/grpc.hpp>
#include <parley/task.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace parley::net {

class GrpcConnection;

// Loop thread only.
struct GrpcCore {
  GrpcCore(GrpcServer::Dependencies dependencies, const GrpcLimits& the_limits);
  ~GrpcCore();

  void admit(Socket socket, const asio::ip::address& address);
  void ended(GrpcConnection& connection);
  void call_ended();
  void stop();
  void cut();
  // Runs once when no connection and no call is left, later than this call.
  void when_empty(std::function<void()> notify);

  const GrpcServer::Dependencies deps;
  const GrpcLimits limits;
  GrpcStatistics statistics;
  const Http2Connection::Environment environment;
  TaskGroup handlers;
  Registry<GrpcConnection> connections;
  Admission admission;
  Gzip gzip;
  Gunzip gunzip;
  std::size_t turned_away = 0;  // of the connections: those that only wait for the client to read why
  std::vector<std::function<void()>> on_empty;
  bool stopping = false;

 private:
  void look_empty();
};

}  // namespace parley::net
