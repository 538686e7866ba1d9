// Everything that can be configured, declared once: sections and keys with their defaults and rules. The
// TOML file, PARLEY_ environment variables, flags and `parley config` all read these tables.
#pragma once

#include <parley/auth/token.hpp>
#include <parley/chat/compose.hpp>
#include <parley/console/console.hpp>
#include <parley/db/sqlite.hpp>
#include <parley/faults/compose.hpp>
#include <parley/jsonrpc/edge.hpp>
#include <parley/net/grpc.hpp>
#include <parley/net/grpc_client.hpp>
#include <parley/net/server.hpp>
#include <parley/notifications/compose.hpp>
#include <parley/numbers/compose.hpp>
#include <parley/observe/observe.hpp>
#include <parley/orders/compose.hpp>
#include <parley/placement/options.hpp>
#include <parley/rest/gateway.hpp>
#include <parley/teaching/teaching.hpp>
#include <parley/users/compose.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace parley::app {

// Section [server]: where it listens, where its data is, how it stops.
struct ServerOptions {
  std::string profile = "demo";
  std::string host = "127.0.0.1";
  std::int32_t port = 8080;
  std::int32_t ws_port = 8081;
  std::int32_t grpc_port = 50051;
  std::string data = "./data";
  std::string ports_file;  // empty: none
  std::chrono::milliseconds grace{10'000};
  bool force_public = false;
  std::string admin_token;  // empty: one is made at every start
};

struct Config {
  ServerOptions server;
  auth::Options tokens;
  net::Limits net;
  net::GrpcLimits grpc;
  net::GrpcClientOptions grpc_client;
  placement::Options placement;
  db::Options storage;
  users::Options users;
  orders::Options orders;
  chat::Options chat;
  notifications::Options notifications;
  numbers::Options numbers;
  rest::Options rest;
  console::Options console;
  teaching::Options teaching;
  faults::Options faults;
  jsonrpc::Options jsonrpc;
  observe::LogOptions log;
};

}  // namespace parley::app

template <>
const parley::TypeInfo& parley::describe<parley::app::ServerOptions>();
template <>
const parley::TypeInfo& parley::describe<parley::app::Config>();
