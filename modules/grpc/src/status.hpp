// An error as gRPC tells it.
#pragma once

#include <parley/codec/status.hpp>
#include <parley/net/grpc.hpp>
#include <parley/result.hpp>

namespace parley::grpc {

inline net::GrpcStatus to_status(const Error& error) {
  return {error.code, error.message, codec::status_details(error)};
}

}  // namespace parley::grpc
