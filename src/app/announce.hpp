// How the server tells where it is: the banner and the ports file.
#pragma once

#include <parley/result.hpp>

#include <cstdint>
#include <string>

namespace parley::app {

struct Ports {
  std::uint16_t http = 0, ws = 0;
  std::uint16_t grpc = 0;  // 0: not served
};

// "127.0.0.1:8080", "[::1]:8080": the address a client on this machine uses.
std::string authority(const std::string& host, std::uint16_t port);

// Addresses, and one line each for curl and websocat to paste; for whoever administrates one with
// `admin_token`, which is shown, or what a shell reads instead of one that must not be. `host` is an address in
// digits.
std::string banner(const std::string& version, const std::string& profile, const std::string& host,
                   Ports ports, const std::string& admin_token);

// {"http":N,"ws":N,"grpc":N}
std::string ports_json(Ports ports);

// Whoever sees the file sees all of it: written beside and renamed.
Result<void> write_ports_file(const std::string& path, Ports ports);

}  // namespace parley::app
