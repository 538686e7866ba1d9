// The server reflection service (grpc/reflection/v1/reflection.proto), also under its older name v1alpha, as
// a port like any other.
#pragma once

#include <parley/codec/proto_file.hpp>
#include <parley/codec/protobuf.hpp>
#include <parley/operation.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::grpc {

struct ExtensionRequest {
  std::string containing_type;
  std::int32_t extension_number = 0;
};
// One of the optional fields is set.
struct ServerReflectionRequest {
  std::string host;
  std::optional<std::string> file_by_filename, file_containing_symbol;
  std::optional<ExtensionRequest> file_containing_extension;
  std::optional<std::string> all_extension_numbers_of_type, list_services;
};
struct FileDescriptorResponse {
  std::vector<codec::Octets> file_descriptor_proto;
};
struct ExtensionNumberResponse {
  std::string base_type_name;
  std::vector<std::int32_t> extension_number;
};
struct ServiceResponse {
  std::string name;
};
struct ListServiceResponse {
  std::vector<ServiceResponse> service;
};
struct ErrorResponse {
  std::int32_t error_code = 0;
  std::string error_message;
};
struct ServerReflectionResponse {
  std::string valid_host;
  ServerReflectionRequest original_request;
  std::optional<FileDescriptorResponse> file_descriptor_response;
  std::optional<ExtensionNumberResponse> all_extension_numbers_response;
  std::optional<ListServiceResponse> list_services_response;
  std::optional<ErrorResponse> error_response;
};

// Loop thread only.
class Reflection {
 public:
  // What it shows, set once all services are known.
  void show(const codec::ProtoFiles& files) noexcept { files_ = &files; }

  Task<Result<void>> info(CallContext context, Source<ServerReflectionRequest> requests,
                          Sink<ServerReflectionResponse> sink);

 private:
  ServerReflectionResponse answer(ServerReflectionRequest request) const;

  const codec::ProtoFiles* files_ = nullptr;
};

}  // namespace parley::grpc

namespace parley {
template <>
const TypeInfo& describe<grpc::ExtensionRequest>();
template <>
const TypeInfo& describe<grpc::ServerReflectionRequest>();
template <>
const TypeInfo& describe<grpc::FileDescriptorResponse>();
template <>
const TypeInfo& describe<grpc::ExtensionNumberResponse>();
template <>
const TypeInfo& describe<grpc::ServiceResponse>();
template <>
const TypeInfo& describe<grpc::ListServiceResponse>();
template <>
const TypeInfo& describe<grpc::ErrorResponse>();
template <>
const TypeInfo& describe<grpc::ServerReflectionResponse>();
template <>
std::span<const Operation> operations<grpc::Reflection>();
}  // namespace parley
