// How the server tells where it is: the banner and the ports file.
#pragma once

#include <parley/describe.hpp>
#include <parley/result.hpp>

#include <cstdint>
#include <string>

namespace parley::app {

// Described: the ports file is its JSON.
struct Ports {
  std::int32_t http = 0, ws = 0, grpc = 0;
};

// The address by which a client on this machine reaches a server that listens on `host`: an unspecified one is
// reached over loopback.
std::string reached_host(const std::string& host);

// "127.0.0.1:8080", "[::1]:8080": the address a client on this machine uses.
std::string authority(const std::string& host, std::int32_t port);

// Addresses, and one line each for curl, websocat and grpcurl to paste; for whoever administrates one with
// `admin_token`, which is shown, or what a shell reads instead of one that must not be. `host` is an address
// in digits.
std::string banner(const std::string& version, const std::string& profile, const std::string& host,
                   const Ports& ports, const std::string& admin_token);

// {"http":N,"ws":N,"grpc":N}
std::string ports_json(const Ports& ports);

// Whoever sees the file sees all of it: written beside and renamed.
Result<void> write_ports_file(const std::string& path, const Ports& ports);
Result<Ports> read_ports_file(const std::string& path);

}  // namespace parley::app

template <>
const parley::TypeInfo& parley::describe<parley::app::Ports>();
