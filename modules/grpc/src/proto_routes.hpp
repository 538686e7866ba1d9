// The .proto files over HTTP: /proto lists them, /proto/<name> is one.
#pragma once

#include <parley/codec/proto_file.hpp>
#include <parley/net/http.hpp>

namespace parley::grpc {

// `files` outlives the router.
void mount_proto_files(net::Router& router, const codec::ProtoFiles& files);

}  // namespace parley::grpc
