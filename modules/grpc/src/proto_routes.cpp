#include "proto_routes.hpp"

#include <parley/codec/json.hpp>
#include <parley/docs/route.hpp>

#include <string>
#include <vector>

namespace parley::grpc {

// What /proto answers.
struct ProtoListing {
  struct File {
    std::string name, package, path;
  };
  std::vector<File> files;
};

}  // namespace parley::grpc

namespace parley {

template <>
const TypeInfo& describe<grpc::ProtoListing::File>() {
  using F = grpc::ProtoListing::File;
  static constexpr Row rows[] = {
      field<&F::name>("name", doc("As other files import it."), example(R"("user.proto")")),
      field<&F::package>("package", doc("Empty for none."), example(R"("user")")),
      field<&F::path>("path", doc("Where it is."), example(R"("/proto/user.proto")"))};
  static const TypeInfo type = object<F>("ProtoFile", rows, "A .proto file.");
  return type;
}
template <>
const TypeInfo& describe<grpc::ProtoListing>() {
  static constexpr Row rows[] = {field<&grpc::ProtoListing::files>("files")};
  static const TypeInfo type =
      object<grpc::ProtoListing>("ProtoFiles", rows, "The .proto files of the server.");
  return type;
}

namespace grpc {
namespace {

using net::Method;
using net::Request;
using net::Response;

constexpr std::string_view plain = "text/plain; charset=utf-8";

// "GetProtoUserV1" of "user/v1.proto".
std::string operation_id(std::string_view file) {
  std::string id = "GetProto";
  bool begins = true;
  for (const char c : file.substr(0, file.rfind('.'))) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) id += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = !letter;
  }
  return id;
}

}  // namespace

void mount_proto_files(net::Router& router, const codec::ProtoFiles& files) {
  ProtoListing listing;
  for (const auto& file : files.files()) {
    const auto path = "/proto/" + file.name;
    listing.files.push_back({file.name, file.package, path});
    auto& route = router.add(Method::get, path, [&file](Request&, Response& response) -> Task<void> {
      response.content_type = plain;
      response.body = file.text;
      co_return;
    });
    docs::Endpoint endpoint{.id = operation_id(file.name), .summary = "A .proto file of this server"};
    endpoint.answers.push_back({.contents = {{.media_type = plain, .example = "syntax = \"proto3\";"}}});
    route.endpoint = docs::share(std::move(endpoint));
  }
  auto& route = router.add(Method::get, "/proto",
                           [json = codec::to_json(listing)](Request&, Response& response) -> Task<void> {
                             response.body = json;
                             co_return;
                           });
  docs::Endpoint endpoint{.id = "ListProtoFiles", .summary = "The .proto files of this server"};
  endpoint.answers.push_back({.contents = {docs::json_of<ProtoListing>()}});
  route.endpoint = docs::share(std::move(endpoint));
}

}  // namespace grpc
}  // namespace parley
