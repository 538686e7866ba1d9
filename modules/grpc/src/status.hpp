// An error as gRPC tells it.
#pragma once

#include <parley/net/grpc.hpp>
#include <parley/result.hpp>

namespace parley::grpc {

// Field problems become google.rpc.BadRequest, advice when to try again google.rpc.RetryInfo (googleapis,
// google/rpc/error_details.proto).
net::GrpcStatus to_status(const Error& error);

// As gRPC's libraries write a code: "NotFound". The lecture's metrics have it so.
std::string_view code_name(Code code) noexcept;

}  // namespace parley::grpc
