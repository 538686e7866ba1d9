#include "reflection.hpp"

#include <algorithm>

namespace parley {

using namespace grpc;

template <>
const TypeInfo& describe<ExtensionRequest>() {
  static constexpr Row rows[] = {
      field<&ExtensionRequest::containing_type>("containing_type", number(1), may_be_absent()),
      field<&ExtensionRequest::extension_number>("extension_number", number(2), may_be_absent())};
  static const TypeInfo type = object<ExtensionRequest>("ExtensionRequest", rows);
  return type;
}
template <>
const TypeInfo& describe<ServerReflectionRequest>() {
  using R = ServerReflectionRequest;
  static constexpr Row rows[] = {
      field<&R::host>("host", number(1), may_be_absent()),
      field<&R::file_by_filename>("file_by_filename", number(3)),
      field<&R::file_containing_symbol>("file_containing_symbol", number(4)),
      field<&R::file_containing_extension>("file_containing_extension", number(5)),
      field<&R::all_extension_numbers_of_type>("all_extension_numbers_of_type", number(6)),
      field<&R::list_services>("list_services", number(7))};
  static const TypeInfo type = object<R>("ServerReflectionRequest", rows);
  return type;
}
template <>
const TypeInfo& describe<FileDescriptorResponse>() {
  static constexpr Row rows[] = {
      field<&FileDescriptorResponse::file_descriptor_proto>("file_descriptor_proto", number(1))};
  static const TypeInfo type = object<FileDescriptorResponse>("FileDescriptorResponse", rows);
  return type;
}
template <>
const TypeInfo& describe<ExtensionNumberResponse>() {
  static constexpr Row rows[] = {
      field<&ExtensionNumberResponse::base_type_name>("base_type_name", number(1)),
      field<&ExtensionNumberResponse::extension_number>("extension_number", number(2))};
  static const TypeInfo type = object<ExtensionNumberResponse>("ExtensionNumberResponse", rows);
  return type;
}
template <>
const TypeInfo& describe<ServiceResponse>() {
  static constexpr Row rows[] = {field<&ServiceResponse::name>("name", number(1))};
  static const TypeInfo type = object<ServiceResponse>("ServiceResponse", rows);
  return type;
}
template <>
const TypeInfo& describe<ListServiceResponse>() {
  static constexpr Row rows[] = {field<&ListServiceResponse::service>("service", number(1))};
  static const TypeInfo type = object<ListServiceResponse>("ListServiceResponse", rows);
  return type;
}
template <>
const TypeInfo& describe<ErrorResponse>() {
  static constexpr Row rows[] = {field<&ErrorResponse::error_code>("error_code", number(1)),
                                 field<&ErrorResponse::error_message>("error_message", number(2))};
  static const TypeInfo type = object<ErrorResponse>("ErrorResponse", rows);
  return type;
}
template <>
const TypeInfo& describe<ServerReflectionResponse>() {
  using R = ServerReflectionResponse;
  static constexpr Row rows[] = {
      field<&R::valid_host>("valid_host", number(1)),
      field<&R::original_request>("original_request", number(2)),
      field<&R::file_descriptor_response>("file_descriptor_response", number(4)),
      field<&R::all_extension_numbers_response>("all_extension_numbers_response", number(5)),
      field<&R::list_services_response>("list_services_response", number(6)),
      field<&R::error_response>("error_response", number(7))};
  static const TypeInfo type = object<R>("ServerReflectionResponse", rows);
  return type;
}

template <>
std::span<const Operation> operations<Reflection>() {
  static constexpr Operation rows[] = {
      operation<&Reflection::info>(
          "ServerReflectionInfo", summary("The services and messages of this server"),
          grpc_method("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"), idempotent()),
      operation<&Reflection::info>(
          "ServerReflectionInfoAlpha", summary("The same under its older name"),
          grpc_method("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"), idempotent()),
  };
  return rows;
}

namespace grpc {
namespace {

using File = codec::ProtoFiles::File;

// `file` and all that it needs, each once.
void collect(const codec::ProtoFiles& files, const File& file, std::vector<const File*>& all) {
  if (std::ranges::find(all, &file) != all.end()) return;
  all.push_back(&file);
  for (const auto& name : file.dependencies)
    if (const auto* needed = files.by_name(name)) collect(files, *needed, all);
}

}  // namespace

ServerReflectionResponse Reflection::answer(ServerReflectionRequest request) const {
  ServerReflectionResponse response;
  response.valid_host = request.host;
  const auto refuse = [&](Code code, std::string message) {
    response.error_response = ErrorResponse{static_cast<std::int32_t>(code), std::move(message)};
  };
  const auto show = [&](const File* file) {
    if (!file) return refuse(Code::not_found, "there is no such file or symbol");
    std::vector<const File*> all;
    collect(*files_, *file, all);
    auto& found = response.file_descriptor_response.emplace();
    for (const auto* needed : all) found.file_descriptor_proto.push_back({needed->bytes});
  };
  if (request.file_by_filename) {
    show(files_->by_name(*request.file_by_filename));
  } else if (request.file_containing_symbol) {
    show(files_->containing(*request.file_containing_symbol));
  } else if (request.list_services) {
    auto& list = response.list_services_response.emplace();
    for (const auto& name : files_->services()) list.service.push_back({name});
  } else if (request.file_containing_extension || request.all_extension_numbers_of_type) {
    refuse(Code::not_found, "proto3 has no extensions");
  } else {
    refuse(Code::invalid_argument, "the request asks for nothing");
  }
  response.original_request = std::move(request);
  return response;
}

Task<Result<void>> Reflection::info(CallContext, Source<ServerReflectionRequest> requests,
                                    Sink<ServerReflectionResponse> sink) {
  for (;;) {
    auto reading = requests.next();
    auto request = co_await std::move(reading);
    if (!request) co_return std::unexpected(std::move(request.error()));
    if (!*request) co_return Result<void>{};
    const auto response = answer(std::move(**request));
    auto sending = sink.send(response);
    const bool taken = co_await std::move(sending);
    if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
  }
}

}  // namespace grpc
}  // namespace parley
