#include "compose.hpp"

#include "administrator.hpp"
#include "announce.hpp"
#include "compare/route.hpp"
#include "hosting/child.hpp"
#include "hosting/hosting.hpp"
#include "process.hpp"
#include "route_metrics.hpp"
#include "services.hpp"
#include "settings.hpp"
#include "signing_key.hpp"
#include "statistics.hpp"
#include "termination.hpp"
#include "text.hpp"

#include <parley/auth/access.hpp>
#include <parley/grpc/edge.hpp>
#include <parley/ids.hpp>
#include <parley/lifecycle.hpp>
#include <parley/log.hpp>
#include <parley/net/loop.hpp>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

namespace parley::app {
namespace {

template <class Server>
Result<std::uint16_t> listen(Server& server, const std::string& host, std::int32_t port,
                             const std::string& flag) {
  auto bound = server.listen(host, static_cast<std::uint16_t>(port));
  if (bound || bound.error().code == Code::invalid_argument) return bound;
  if (bound.error().code == Code::unavailable)
    return fail(Code::unavailable, "port " + std::to_string(port) +
                                       " is taken by another process; choose another with " + flag +
                                       " (0 picks a free one)");
  return fail(bound.error().code, bound.error().message + "; choose another with " + flag);
}

Result<std::unique_ptr<rest::Gateway>> build_gateway(rest::Dependencies dependencies,
                                                     const rest::Options& options) {
  try {
    return rest::make_gateway(std::move(dependencies), options);
  } catch (const std::invalid_argument& refused) {
    return fail(Code::invalid_argument, refused.what());
  }
}

void log_access(const net::Request& request, std::uint16_t status, double seconds, std::size_t bytes) {
  const auto trace = request.context.trace.trace_id_hex();
  log::info("http", "request",
            {{"method", request.method_name},
             {"path", request.path},
             {"status", status},
             {"ms", std::round(seconds * 1e6) / 1000},
             {"bytes", bytes},
             {"remote", request.remote},
             {"request_id", request.request_id},
             {"trace_id", trace}});
}

void log_call(const net::GrpcCall& call, const net::GrpcStatus& status, double seconds) {
  const auto trace = call.context().trace.trace_id_hex();
  log::info("grpc", "call",
            {{"method", call.path()},
             {"status", info(status.code).name},
             {"ms", std::round(seconds * 1e6) / 1000},
             {"remote", call.remote()},
             {"trace_id", trace}});
}

// The patterns of its routes, each once.
std::vector<std::string> patterns(const net::Router& router) {
  std::set<std::string> all;
  for (const auto& route : router.routes()) all.insert(route->pattern);
  return {all.begin(), all.end()};
}

Task<void> run(Lifecycle& lifecycle, Termination& termination, net::Loop& loop, Exit& status) {
  const auto started = co_await lifecycle.start();
  if (started) {
    co_await termination.requested();
    co_await lifecycle.stop();
    log::info("app", "stopped");
    status = Exit::clean;
  } else {
    status = report(started.error());
  }
  loop.stop();
}

}  // namespace

// Everything the server is made of, from the bottom up. What is declared later may use what is declared
// earlier, and goes first.
Exit run_server(const Loaded& loaded) {
  const Config& config = loaded.config;
  if (const auto parent = config.placement.parent; parent > 0 && !end_with(parent))
    return report({Code::unavailable, "the server that has started this process is gone"});
  survive_failed_writes();
  Services services;
  services.build_type_tables();
  describe<Config>();
  describe<Ports>();
  const auto log = observe::install_log(config.log);
  const auto administrator = Administrator::make(config.server.admin_token);
  if (!administrator) return report(administrator.error());

  const Clock& clock = system_clock();
  const SteadyTime started = clock.steady();
  const auto random = make_random();
  const auto metrics = observe::make_registry();
  const auto health = observe::make_health();
  net::Loop loop;

  // Storage.
  if (const auto made = make_data_directory(config.server.data); !made) return report(made.error());
  const auto key = signing_key(config.server.data);
  if (!key) return report(key.error());
  const auth::Authenticator authenticator(*key, administrator->token(), clock, *metrics);

  // Modules, each behind its port.
  const auto made_hosting = Hosting::make({.config = config,
                                           .loop = loop,
                                           .clock = clock,
                                           .metrics = *metrics,
                                           .random = *random,
                                           .key = *key,
                                           .admin_token = administrator->token(),
                                           .settings = [&] { return to_toml(loaded); }});
  if (!made_hosting) return refuse({made_hosting.error().message});
  Hosting& hosting = **made_hosting;
  if (const auto opened = hosting.open(); !opened) return report(opened.error());
  const auto databases = hosting.databases();
  watch_databases(*health, databases);
  services.bind<users::UserService>(hosting.users());
  services.bind<orders::OrderService>(hosting.orders());
  services.bind<chat::ChatService>(hosting.chat());
  services.bind<notifications::NotificationService>(hosting.notifications());
  services.bind<calculator::Calculator>(hosting.calculator());
  services.bind<numbers::NumberService>(hosting.numbers());
  const auto topology = topology::make_topology(hosting);
  services.bind<topology::TopologyService>(*topology);
  net::Router router = make_router(*metrics);
  net::Interception interception;
  std::unique_ptr<net::Interceptor> fault_interceptor;
  const auto faults = faults::make_faults(
      {.scheduler = loop,
       .clock = clock,
       .random = *random,
       .metrics = *metrics,
       .routes = [&router] { return patterns(router); },
       .changed = [&](bool any) { interception.active = any ? fault_interceptor.get() : nullptr; }},
      config.faults);
  services.bind<faults::FaultService>(*faults);
  for (const auto& service : std::vector(services.bound()))
    if (!hosting.shows(service.module)) services.hide(service.module);

  // The edges, which put their routes into one router.
  bool ready = false;
  const auto health_report = [&] {
    auto [status, dependencies] = health->report();
    for (auto& [name, state] : hosting.health()) {
      if (state != "healthy" && status == "healthy") status = "degraded";
      dependencies.emplace_back(std::move(name), std::move(state));
    }
    if (auto injected = faults->summary(); !injected.empty()) {
      dependencies.emplace_back("faults", "injected: " + injected);
      if (status == "healthy") status = "degraded";
    }
    return rest::HealthReport{std::move(status), PARLEY_VERSION, format_uptime(clock.steady() - started),
                              std::move(dependencies), ready};
  };
  const auto made_gateway = build_gateway({.loop = loop,
                                           .clock = clock,
                                           .random = *random,
                                           .metrics = *metrics,
                                           .services = services.bound(),
                                           .chat = hosting.chat(),
                                           .notifications = hosting.notifications(),
                                           .health = health_report,
                                           .metrics_text = [&]() -> Task<std::string> {
                                             auto gathering = hosting.gather_metrics();
                                             co_await std::move(gathering);
                                             co_return metrics->text();
                                           },
                                           .version = PARLEY_VERSION,
                                           .send_buffer = static_cast<std::size_t>(config.net.send_buffer),
                                           .authorize = auth::authorize},
                                          config.rest);
  if (!made_gateway) return report(made_gateway.error());
  rest::Gateway& gateway = **made_gateway;
  gateway.mount(router);
  std::string address;  // once it listens
  jsonrpc::Options rpc_options = config.jsonrpc;
  rpc_options.stream_backlog = std::min(rpc_options.stream_backlog, config.net.send_buffer / 2);
  const auto json_rpc = jsonrpc::make_edge({.loop = loop,
                                            .clock = clock,
                                            .metrics = *metrics,
                                            .services = services.bound(),
                                            .version = PARLEY_VERSION,
                                            .address = [&] { return address; },
                                            .authorize = auth::authorize,
                                            .admits_origin = gateway.admits_origin()},
                                           rpc_options);
  json_rpc->mount(router);
  teaching::mount_echo(router, {.error_writer = gateway.error_writer(),
                                .admits_origin = gateway.admits_origin(),
                                .max_message = static_cast<std::size_t>(config.rest.max_echo_message)});
  teaching::mount(router,
                  {.scheduler = loop,
                   .random = *random,
                   .error_writer = gateway.error_writer(),
                   .request_timeout = config.net.request_timeout},
                  config.teaching);
  fault_interceptor = teaching::make_fault_interceptor(*faults, loop, gateway.error_writer());
  Ports ports;  // once it listens
  compare::Route comparison({.loop = loop,
                             .where =
                                 [&] {
                                   return compare::Where{reached_host(config.server.host),
                                                         static_cast<std::uint16_t>(ports.http),
                                                         static_cast<std::uint16_t>(ports.grpc)};
                                 },
                             .error_writer = gateway.error_writer()});
  comparison.mount(router);
  const auto security = rest::security_fields(config.rest);
  std::unique_ptr<console::Console> page;  // outlives the server, whose figures it shows

  net::Limits limits = config.net;
  limits.max_connections = connections_that_fit(limits.max_connections);
  net::Server server(
      {.loop = loop,
       .clock = clock,
       .random = *random,
       .router = router,
       .error_writer = gateway.error_writer(),
       .access_log = config.log.access ? log_access : nullptr,
       .server_header = "parley/" PARLEY_VERSION,
       .before = gateway.before(),
       .fields = security.all,
       .page_fields = security.pages,
       .authenticate =
           [&](std::string_view authorization) { return authenticator.authenticate(authorization); },
       .interception = &interception},
      limits);
  export_statistics(*metrics, server, *log, databases);
  page = console::make_console({.loop = loop,
                                .clock = clock,
                                .services = services.bound(),
                                .figures = live_figures(*metrics, server, clock),
                                .version = PARLEY_VERSION,
                                .grpc_port = [&] { return static_cast<std::uint16_t>(ports.grpc); }},
                               config.console);
  page->mount(router);

  const auto authenticate_call = [&](const net::GrpcCall& call) -> Result<std::shared_ptr<const Principal>> {
    const auto authorization = call.metadata("authorization");
    if (!authorization) return nullptr;
    return authenticator.authenticate(*authorization);
  };
  const auto grpc_edge =
      grpc::make_edge({.scheduler = loop,
                       .metrics = *metrics,
                       .services = services.bound(),
                       .authorize = auth::authorize,
                       .authenticate = authenticate_call,
                       .serving = [&](std::string_view module) { return hosting.well(module); },
                       .call_timeout = config.net.request_timeout});
  grpc_edge->mount(router);
  net::GrpcServer grpc_server(
      {.loop = loop,
       .clock = clock,
       .random = *random,
       .handler = [&](net::GrpcCall& call) { return grpc_edge->serve(call); },
       .observer =
           [&](const net::GrpcCall& call, const net::GrpcStatus& status, double seconds) {
             grpc_edge->observe(call, status, seconds);
             if (config.log.access) log_call(call, status, seconds);
           }},
      config.grpc);

  const std::string& host = config.server.host;
  const auto http = listen(server, host, config.server.port, "--port");
  if (!http) return report(http.error());
  const auto ws = listen(server, host, config.server.ws_port, "--ws-port");
  if (!ws) return report(ws.error());
  const auto grpc = listen(grpc_server, host, config.server.grpc_port, "--grpc-port");
  if (!grpc) return report(grpc.error());
  ports = {.http = *http, .ws = *ws, .grpc = *grpc};
  address = authority(host, ports.http);
  hosting.serves_at(authority(host, ports.grpc));
  const std::string& ports_file = config.server.ports_file;
  if (!ports_file.empty()) ::unlink(ports_file.c_str());  // one of an earlier run tells lies
  const std::string token_file = config.server.data + "/" + token_name;

  // Starts downwards, stops upwards.
  Lifecycle lifecycle;
  lifecycle.add({"modules", [&] { return hosting.start(); }, [&] { return hosting.stop(); }});
  lifecycle.add({"gateway", {}, [&] { return gateway.stop(); }});
  lifecycle.add({"jsonrpc", {}, [&] { return json_rpc->stop(); }});
  lifecycle.add({"server",
                 [&]() -> Task<Result<void>> {
                   server.start();
                   co_return Result<void>{};
                 },
                 // A fifth of the grace period is for the steps above.
                 [&] { return server.stop(config.server.grace * 4 / 5); }});
  lifecycle.add({"grpc",
                 [&]() -> Task<Result<void>> {
                   grpc_server.start();
                   co_return Result<void>{};
                 },
                 [&]() -> Task<void> {
                   grpc_edge->stop();
                   auto stopping = grpc_server.stop(config.server.grace * 4 / 5);
                   co_await std::move(stopping);
                 }});
  lifecycle.add({"comparison", {}, [&]() -> Task<void> {
                   comparison.stop();
                   co_return;
                 }});
  // A step of its own: an announcement that fails leaves no token behind.
  lifecycle.add({"token",
                 // A child shares the folder with its parent, whose file it is.
                 [&]() -> Task<Result<void>> {
                   if (config.placement.parent > 0) co_return Result<void>{};
                   co_return write_token_file(token_file, administrator->token());
                 },
                 [&]() -> Task<void> {
                   if (config.placement.parent == 0) ::unlink(token_file.c_str());
                   co_return;
                 }});
  lifecycle.add({"announcement",
                 [&]() -> Task<Result<void>> {
                   if (!ports_file.empty())
                     if (auto written = write_ports_file(ports_file, ports); !written) co_return written;
                   const auto shown = administrator->made_anew() ? administrator->token()
                                                                 : "$(cat " + shell_word(token_file) + ")";
                   std::fputs(banner(PARLEY_VERSION, config.server.profile, host, ports, shown).c_str(),
                              stdout);
                   std::fflush(stdout);
                   log::info("app", "accepting",
                             {{"host", host}, {"http", ports.http}, {"ws", ports.ws}, {"grpc", ports.grpc}});
                   ready = true;
                   co_return Result<void>{};
                 },
                 [&]() -> Task<void> {
                   ready = false;
                   if (!ports_file.empty()) ::unlink(ports_file.c_str());
                   co_return;
                 }});

  Exit status = Exit::failed;
  Termination termination(loop, config.server.grace);
  TaskGroup tasks([&](std::exception_ptr failure) {
    status = report({Code::internal, reason_of(failure)});
    loop.stop();
  });
  tasks.spawn(run(lifecycle, termination, loop, status));
  loop.run();
  return status;
}

}  // namespace parley::app
