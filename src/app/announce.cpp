#include "announce.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace parley::app {

// An unspecified address is reached over loopback.
std::string authority(const std::string& host, std::uint16_t port) {
  std::string name = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  if (name.contains(':')) name = "[" + name + "]";
  return name + ":" + std::to_string(port);
}

std::string banner(const std::string& version, const std::string& profile, const std::string& host,
                   Ports ports, const std::string& admin_token) {
  const auto http = authority(host, ports.http), ws = authority(host, ports.ws);
  return "Parley " + version + ", profile " + profile + "\n\n" +                             //
         "  http://" + http + "   REST, Server-Sent Events, WebSocket, health, metrics\n" +  //
         "  http://" + ws + "   the same again, for the lab's WebSocket client\n\n" +        //
         "Join the chat, and from another terminal say something in it:\n\n" +               //
         "  websocat ws://" + http + "/chat\n" +                                             //
         "  curl -H 'Content-Type: application/json' -d '{\"user\":\"Alice\",\"content\":\"Hello\"}' "
         "http://" +  //
         http +
         "/api/messages\n\n" +                                                                       //
         "With the administrator's token, slow all routes down and make every fourth answer an error:\n\n" +  //
         "  curl -X PUT http://" + http + "/api/admin/faults -H \"Authorization: Bearer " + admin_token +
         "\" -H 'Content-Type: application/json' -d '{\"route\":\"*\",\"delay\":200,\"error_rate\":0.25}'\n" +
         "  curl -X DELETE http://" + http + "/api/admin/faults -H \"Authorization: Bearer " + admin_token +
         "\"\n\n" +  //
         "Ctrl-C ends it.\n";
}

std::string ports_json(Ports ports) {
  return "{\"http\":" + std::to_string(ports.http) + ",\"ws\":" + std::to_string(ports.ws) +
         ",\"grpc\":" + std::to_string(ports.grpc) + "}\n";
}

Result<void> write_ports_file(const std::string& path, Ports ports) {
  const auto failed = [&] {
    return fail(Code::failed_precondition,
                "the ports file " + path + " cannot be written: " + std::generic_category().message(errno) +
                    "; choose another with --ports-file");
  };
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  const std::string text = ports_json(ports);
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return failed();
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (::close(file) == 0 && written && std::rename(temporary.c_str(), path.c_str()) == 0) return {};
  auto failure = failed();
  ::unlink(temporary.c_str());
  return failure;
}

}  // namespace parley::app
