// The messages of google/protobuf/descriptor.proto, as far as the files made here need them, with the fields
// in the order of their numbers: so write_protobuf() makes the bytes that protoc makes. What has no number in
// the table (comments) stays here.
#pragma once

#include <parley/describe.hpp>

#include <optional>
#include <string>
#include <vector>

namespace parley::codec::descriptor {

enum class Label : std::int32_t { optional = 1, repeated = 3 };
enum class Type : std::int32_t {
  f64 = 1,
  i64 = 3,
  i32 = 5,
  boolean = 8,
  string = 9,
  message = 11,
  bytes = 12,
  enumeration = 14,
};

struct FieldProto {
  std::string name = {};
  std::int32_t number = 0;
  Label label = Label::optional;
  Type type = Type::message;
  std::string type_name = {};  // fully qualified, with a leading dot; of messages and enumerations
  std::optional<std::int32_t> oneof_index = {};
  std::string json_name = {};
  bool proto3_optional = false;
  std::string comment = {};
};

struct OneofProto {
  std::string name = {};
};

struct MessageOptions {
  bool map_entry = false;
};

// The message that the entries of a map field are, nested in the field's message.
struct MapEntryProto {
  std::string name = {};
  std::vector<FieldProto> fields = {};  // key and value
  MessageOptions options{.map_entry = true};
};

struct MessageProto {
  std::string name = {};
  std::vector<FieldProto> fields = {};
  std::vector<MapEntryProto> entries = {};
  std::vector<OneofProto> oneofs = {};
  std::string comment = {};
};

struct EnumValueProto {
  std::string name = {};
  std::optional<std::int32_t> number = {};
};

struct EnumProto {
  std::string name = {};
  std::vector<EnumValueProto> values = {};
  std::string comment = {};
};

struct MethodProto {
  std::string name = {};
  std::string input = {};
  std::string output = {};
  bool client_streaming = false;
  bool server_streaming = false;
  std::string comment = {};
};

struct ServiceProto {
  std::string name = {};
  std::vector<MethodProto> methods = {};
  std::string comment = {};
};

struct FileOptions {
  std::string java_package = {};
  std::string java_outer_classname = {};
  bool java_multiple_files = false;
  std::string go_package = {};
  bool cc_enable_arenas = false;
  std::string objc_class_prefix = {};
  std::string csharp_namespace = {};
};

struct FileProto {
  std::string name = {};
  std::string package = {};
  std::vector<std::string> dependencies = {};
  std::vector<MessageProto> messages = {};
  std::vector<EnumProto> enums = {};
  std::vector<ServiceProto> services = {};
  std::optional<FileOptions> options = {};
  std::string syntax = "proto3";
};

// google/protobuf/empty.proto and timestamp.proto, as protobuf 3.21 has them.
FileProto empty_file();
FileProto timestamp_file();

// As protoc derives it (field_name: fieldName).
std::string json_name(std::string_view field_name);
// The name of the message that a map field's entries are, as protoc derives it (field_name: FieldNameEntry).
std::string entry_name(std::string_view field_name);

// The .proto text of a file.
std::string to_text(const FileProto& file);

}  // namespace parley::codec::descriptor

namespace parley {
template <>
const TypeInfo& describe<codec::descriptor::FieldProto>();
template <>
const TypeInfo& describe<codec::descriptor::MessageProto>();
template <>
const TypeInfo& describe<codec::descriptor::EnumProto>();
template <>
const TypeInfo& describe<codec::descriptor::FileProto>();
}  // namespace parley
