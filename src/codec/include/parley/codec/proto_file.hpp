// The .proto files of the bound services, and what protoc makes of them, built from the tables without
// protoc.
#pragma once

#include <parley/operation.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::codec {

// A file per protobuf package, with all of its services: `user.v1` is user/v1.proto. What has no package is
// in one file that is named after its first service. A file has
//
//   - of each operation the methods that grpc_methods() gives it, so that a service is in several files;
//   - of each type they reach a message or enumeration at the top of the file, under the type's own name (the
//     one request of a single operation under that name and "Request"); of Empty and Timestamp the well-known
//     types;
//   - in the file of a versioned package no field of a later version;
//   - of each field with a structured() number a second one, <name>_structured;
//   - where protobuf cannot say what the type is (see protobuf.hpp) a message such as OptionalString or
//     StringList with the one field `value`.
//
// Immutable; copies what it needs of the tables.
class ProtoFiles {
 public:
  struct File {
    std::string name;                       // "user.proto"
    std::string package;                    // "user"; empty for none
    std::string bytes;                      // a FileDescriptorProto, without source info
    std::string text;                       // .proto, which protoc makes the same of
    std::vector<std::string> dependencies;  // names of files, all of them among files()
  };

  // Throws std::logic_error, naming type and field, for what protobuf cannot have: a field of a message
  // without a number or with one that is reserved, an enumeration without a zero, two types of one name that
  // differ, a name that is given twice or is no identifier, a gRPC path that is neither
  // /package.Service/Method nor /Service/Method.
  explicit ProtoFiles(std::span<const BoundService> services);

  // In the order of the services; google's at the end.
  std::span<const File> files() const noexcept { return files_; }
  // Null for none.
  const File* by_name(std::string_view name) const noexcept;
  // Of a service, method, message, field, enumeration or its value, without a leading dot: user.User.id.
  const File* containing(std::string_view symbol) const noexcept;
  // Fully qualified: user.UserService.
  const std::vector<std::string>& services() const noexcept { return services_; }

 private:
  std::vector<File> files_;
  std::map<std::string, std::size_t, std::less<>> symbols_;  // to the index in files_
  std::vector<std::string> services_;
};

}  // namespace parley::codec
