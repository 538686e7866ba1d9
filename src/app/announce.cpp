#include "announce.hpp"

#include "files.hpp"

#include <parley/codec/json.hpp>

#include <fstream>
#include <sstream>

namespace parley::app {

std::string reached_host(const std::string& host) {
  return host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
}

std::string authority(const std::string& host, std::int32_t port) {
  std::string name = reached_host(host);
  if (name.contains(':')) name = "[" + name + "]";
  return name + ":" + std::to_string(port);
}

std::string banner(const std::string& version, const std::string& profile, const std::string& host,
                   const Ports& ports, const std::string& admin_token) {
  const auto http = authority(host, ports.http), ws = authority(host, ports.ws),
             grpc = authority(host, ports.grpc);
  return "Parley " + version + ", profile " + profile + "\n\n" +                             //
         "  http://" + http + "   REST, Server-Sent Events, WebSocket, health, metrics\n" +  //
         "  http://" + ws + "   the same again, for the lab's WebSocket client\n" +          //
         "  " + grpc + "          gRPC, with reflection and health\n\n" +                    //
         "Join the chat, and from another terminal say something in it:\n\n" +               //
         "  websocat ws://" + http + "/chat\n" +                                             //
         "  curl -H 'Content-Type: application/json' -d '{\"user\":\"Alice\",\"content\":\"Hello\"}' "
         "http://" +  //
         http +
         "/api/messages\n\n" +  //
         "Calculate over gRPC:\n\n" + "  grpcurl -plaintext -d '{\"a\":5,\"b\":3}' " + grpc +
         " calculator.Calculator/Add\n\n" +  //
         "With the administrator's token, slow all routes down and make every fourth answer an error:\n\n" +  //
         "  curl -X PUT http://" + http + "/api/admin/faults -H \"Authorization: Bearer " + admin_token +
         "\" -H 'Content-Type: application/json' -d '{\"route\":\"*\",\"delay\":200,\"error_rate\":0.25}'\n" +
         "  curl -X DELETE http://" + http + "/api/admin/faults -H \"Authorization: Bearer " + admin_token +
         "\"\n\n" +  //
         "Ctrl-C ends it.\n";
}

std::string ports_json(const Ports& ports) {
  return codec::to_json(ports) + "\n";
}

Result<void> write_ports_file(const std::string& path, const Ports& ports) {
  const auto written = replace_file(path, ports_json(ports), 0644);
  if (!written)
    return fail(Code::failed_precondition,
                "the ports file " + written.error().message + "; choose another with --ports-file");
  return {};
}

Result<Ports> read_ports_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return codec::from_json<Ports>(text.str());
}

}  // namespace parley::app

template <>
const parley::TypeInfo& parley::describe<parley::app::Ports>() {
  using parley::app::Ports;
  static constexpr Row rows[] = {field<&Ports::http>("http", range(0, 65535)),
                                 field<&Ports::ws>("ws", range(0, 65535)),
                                 field<&Ports::grpc>("grpc", range(0, 65535), may_be_absent())};
  static const TypeInfo type = object<Ports>("Ports", rows);
  return type;
}
