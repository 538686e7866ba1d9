#include "config/config.hpp"

template <>
const parley::TypeInfo& parley::describe<parley::app::ServerOptions>() {
  using O = parley::app::ServerOptions;
  static constexpr Row rows[] = {
      field<&O::profile>("profile", may_be_absent(), length(1, 4096),
                         doc("Settings for a purpose: a built-in profile or the path of a TOML file.")),
      field<&O::host>("host", may_be_absent(), length(1, 255), doc("Address to listen on.")),
      field<&O::port>("port", may_be_absent(), range(0, 65535), doc("HTTP; 0 picks a free port.")),
      field<&O::ws_port>("ws_port", may_be_absent(), range(0, 65535),
                         doc("The same application once more; 0 picks a free port.")),
      field<&O::grpc_port>("grpc_port", may_be_absent(), range(0, 65535),
                           doc("gRPC; 0 picks a free port.")),
      field<&O::data>("data", may_be_absent(), length(1, 4096), doc("Directory of the databases.")),
      field<&O::ports_file>("ports_file", may_be_absent(), length(0, 4096),
                            doc("JSON file that tells the ports once the server accepts on them.")),
      field<&O::grace>("grace", may_be_absent(), range(100, 600'000),
                       doc("How long a stop may take before what is left is cut off.")),
      field<&O::force_public>("force_public", may_be_absent(),
                              doc("Allows an address that other machines reach.")),
      field<&O::admin_token>("admin_token", may_be_absent(), length(0, 256),
                             pattern("([A-Za-z0-9._~+/-]{24,}=*)?",
                                     "at least 24 letters, digits and - . _ ~ + /; or empty for a new one at "
                                     "every start"),
                             doc("What whoever administrates shows as Authorization: Bearer.")),
  };
  static const TypeInfo type = object<O>("ServerOptions", rows);
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::app::Config>() {
  using parley::app::Config;
  static constexpr Row rows[] = {
      field<&Config::server>("server", may_be_absent()),
      field<&Config::tokens>("tokens", may_be_absent()),
      field<&Config::net>("net", may_be_absent()),
      field<&Config::grpc>("grpc", may_be_absent()),
      field<&Config::grpc_client>("grpc_client", may_be_absent()),
      field<&Config::placement>("placement", may_be_absent()),
      field<&Config::storage>("storage", may_be_absent()),
      field<&Config::users>("users", may_be_absent()),
      field<&Config::orders>("orders", may_be_absent()),
      field<&Config::chat>("chat", may_be_absent()),
      field<&Config::notifications>("notifications", may_be_absent()),
      field<&Config::numbers>("numbers", may_be_absent()),
      field<&Config::rest>("rest", may_be_absent()),
      field<&Config::jsonrpc>("jsonrpc", may_be_absent()),
      field<&Config::log>("log", may_be_absent()),
      field<&Config::teaching>("teaching", may_be_absent()),
      field<&Config::console>("console", may_be_absent()),
      field<&Config::faults>("faults", may_be_absent()),
  };
  static const TypeInfo type = object<Config>("Config", rows);
  return type;
}
