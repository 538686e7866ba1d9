#include "descriptors.hpp"

#include <utility>

namespace parley::codec::descriptor {
namespace {

FileProto well_known(std::string_view file, std::string_view message, std::string_view go_package) {
  FileProto made;
  made.name.append("google/protobuf/").append(file).append(".proto");
  made.package = "google.protobuf";
  made.messages.emplace_back().name = message;
  made.options = FileOptions{
      .java_package = "com.google.protobuf",
      .java_outer_classname = std::string(message) + "Proto",
      .java_multiple_files = true,
      .go_package = "google.golang.org/protobuf/types/known/" + std::string(go_package),
      .cc_enable_arenas = true,
      .objc_class_prefix = "GPB",
      .csharp_namespace = "Google.Protobuf.WellKnownTypes",
  };
  return made;
}

// Each word of `name` with a capital, the first one only if asked for.
std::string camel_case(std::string_view name, bool capital) {
  std::string made;
  for (const char c : name) {
    if (c == '_') {
      capital = true;
      continue;
    }
    made += capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    capital = false;
  }
  return made;
}

}  // namespace

FileProto empty_file() {
  auto file = well_known("empty", "Empty", "emptypb");
  file.messages[0].comment = "Nothing.";
  return file;
}

FileProto timestamp_file() {
  auto file = well_known("timestamp", "Timestamp", "timestamppb");
  auto& message = file.messages[0];
  message.comment = "A point in time, independent of any time zone.";
  message.fields = {
      {.name = "seconds",
       .number = 1,
       .type = Type::i64,
       .json_name = "seconds",
       .comment = "Of UTC since 1970-01-01T00:00:00Z; negative before."},
      {.name = "nanos",
       .number = 2,
       .type = Type::i32,
       .json_name = "nanos",
       .comment = "Within the second, 0 to 999999999; they count forward before 1970 too."},
  };
  return file;
}

std::string json_name(std::string_view field_name) {
  return camel_case(field_name, false);
}
std::string entry_name(std::string_view field_name) {
  return camel_case(field_name, true) + "Entry";
}

}  // namespace parley::codec::descriptor

namespace parley {

using namespace codec::descriptor;

template <>
const TypeInfo& describe<Label>() {
  static constexpr EnumItem items[] = {{"LABEL_OPTIONAL", 1}, {"LABEL_REPEATED", 3}};
  static const TypeInfo type = enumeration<Label>("Label", items);
  return type;
}

template <>
const TypeInfo& describe<Type>() {
  static constexpr EnumItem items[] = {{"TYPE_DOUBLE", 1}, {"TYPE_INT64", 3},  {"TYPE_INT32", 5},
                                       {"TYPE_BOOL", 8},   {"TYPE_STRING", 9}, {"TYPE_MESSAGE", 11},
                                       {"TYPE_BYTES", 12}, {"TYPE_ENUM", 14}};
  static const TypeInfo type = enumeration<Type>("Type", items);
  return type;
}

template <>
const TypeInfo& describe<FieldProto>() {
  static constexpr Row rows[] = {
      field<&FieldProto::name>("name", number(1)),
      field<&FieldProto::number>("number", number(3)),
      field<&FieldProto::label>("label", number(4)),
      field<&FieldProto::type>("type", number(5)),
      field<&FieldProto::type_name>("type_name", number(6)),
      field<&FieldProto::oneof_index>("oneof_index", number(9)),
      field<&FieldProto::json_name>("json_name", number(10)),
      field<&FieldProto::proto3_optional>("proto3_optional", number(17)),
  };
  static const TypeInfo type = object<FieldProto>("FieldDescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<OneofProto>() {
  static constexpr Row rows[] = {field<&OneofProto::name>("name", number(1))};
  static const TypeInfo type = object<OneofProto>("OneofDescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<MessageOptions>() {
  static constexpr Row rows[] = {field<&MessageOptions::map_entry>("map_entry", number(7))};
  static const TypeInfo type = object<MessageOptions>("MessageOptions", rows);
  return type;
}

template <>
const TypeInfo& describe<MapEntryProto>() {
  static constexpr Row rows[] = {
      field<&MapEntryProto::name>("name", number(1)),
      field<&MapEntryProto::fields>("field", number(2)),
      field<&MapEntryProto::options>("options", number(7)),
  };
  static const TypeInfo type = object<MapEntryProto>("DescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<MessageProto>() {
  static constexpr Row rows[] = {
      field<&MessageProto::name>("name", number(1)),
      field<&MessageProto::fields>("field", number(2)),
      field<&MessageProto::entries>("nested_type", number(3)),
      field<&MessageProto::oneofs>("oneof_decl", number(8)),
  };
  static const TypeInfo type = object<MessageProto>("DescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<EnumValueProto>() {
  static constexpr Row rows[] = {
      field<&EnumValueProto::name>("name", number(1)),
      field<&EnumValueProto::number>("number", number(2)),
  };
  static const TypeInfo type = object<EnumValueProto>("EnumValueDescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<EnumProto>() {
  static constexpr Row rows[] = {
      field<&EnumProto::name>("name", number(1)),
      field<&EnumProto::values>("value", number(2)),
  };
  static const TypeInfo type = object<EnumProto>("EnumDescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<MethodProto>() {
  static constexpr Row rows[] = {
      field<&MethodProto::name>("name", number(1)),
      field<&MethodProto::input>("input_type", number(2)),
      field<&MethodProto::output>("output_type", number(3)),
      field<&MethodProto::client_streaming>("client_streaming", number(5)),
      field<&MethodProto::server_streaming>("server_streaming", number(6)),
  };
  static const TypeInfo type = object<MethodProto>("MethodDescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<ServiceProto>() {
  static constexpr Row rows[] = {
      field<&ServiceProto::name>("name", number(1)),
      field<&ServiceProto::methods>("method", number(2)),
  };
  static const TypeInfo type = object<ServiceProto>("ServiceDescriptorProto", rows);
  return type;
}

template <>
const TypeInfo& describe<FileOptions>() {
  static constexpr Row rows[] = {
      field<&FileOptions::java_package>("java_package", number(1)),
      field<&FileOptions::java_outer_classname>("java_outer_classname", number(8)),
      field<&FileOptions::java_multiple_files>("java_multiple_files", number(10)),
      field<&FileOptions::go_package>("go_package", number(11)),
      field<&FileOptions::cc_enable_arenas>("cc_enable_arenas", number(31)),
      field<&FileOptions::objc_class_prefix>("objc_class_prefix", number(36)),
      field<&FileOptions::csharp_namespace>("csharp_namespace", number(37)),
  };
  static const TypeInfo type = object<FileOptions>("FileOptions", rows);
  return type;
}

template <>
const TypeInfo& describe<FileProto>() {
  static constexpr Row rows[] = {
      field<&FileProto::name>("name", number(1)),
      field<&FileProto::package>("package", number(2)),
      field<&FileProto::dependencies>("dependency", number(3)),
      field<&FileProto::messages>("message_type", number(4)),
      field<&FileProto::enums>("enum_type", number(5)),
      field<&FileProto::services>("service", number(6)),
      field<&FileProto::options>("options", number(8)),
      field<&FileProto::syntax>("syntax", number(12)),
  };
  static const TypeInfo type = object<FileProto>("FileDescriptorProto", rows);
  return type;
}

}  // namespace parley
