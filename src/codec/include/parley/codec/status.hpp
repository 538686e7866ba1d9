// The details of an error as gRPC carries them: google.rpc.Status with BadRequest and RetryInfo
// (google/rpc/status.proto, google/rpc/error_details.proto).
#pragma once

#include <parley/result.hpp>

#include <string>
#include <string_view>

namespace parley::codec {

// Of `grpc-status-details-bin`; empty for an error that has nothing beyond its code and its message.
std::string status_details(const Error& error);
// What of an error's fields and advice `details` tells; bytes that are none, and details of other kinds, tell
// nothing.
void read_status_details(std::string_view details, Error& error);

}  // namespace parley::codec
