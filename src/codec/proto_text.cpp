// The .proto text of a descriptor.
#include "descriptors.hpp"

#include <algorithm>
#include <utility>

namespace parley::codec::descriptor {
namespace {

constexpr std::size_t width = 100;

class Printer {
 public:
  explicit Printer(const FileProto& file) : file_(file) {}

  std::string print() {
    line("syntax = \"proto3\";");
    if (!file_.package.empty()) {
      blank();
      line("package " + file_.package + ";");
    }
    if (!file_.dependencies.empty()) blank();
    for (const auto& dependency : file_.dependencies) line("import \"" + dependency + "\";");
    if (file_.options) options(*file_.options);
    for (const auto& service : file_.services) print(service);
    for (const auto& message : file_.messages) print(message);
    for (const auto& enumeration : file_.enums) print(enumeration);
    return std::move(text_);
  }

 private:
  void line(std::string_view text) { text_.append(indent_, ' ').append(text).append("\n"); }
  void blank() { text_ += '\n'; }

  void open(const std::string& what, const std::string& name, const std::string& about) {
    blank();
    comment(about);
    line(what + ' ' + name + " {");
    indent_ += 2;
  }
  void close() {
    indent_ -= 2;
    line("}");
  }

  // Broken at spaces; the lines of the text stay lines.
  void comment(std::string_view text) {
    while (!text.empty()) {
      auto end = std::min(text.find('\n'), text.size());
      if (indent_ + 3 + end > width) {
        const auto space = text.rfind(' ', width - indent_ - 3);
        if (space != text.npos && space > 0)
          end = std::min(end, space);
        else
          end = std::min(end, text.find(' '));
      }
      line(end == 0 ? std::string("//") : "// " + std::string(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  // Of this file's package by its own name, others by their full one.
  std::string reference(std::string_view type_name) const {
    type_name.remove_prefix(1);
    const auto prefix = file_.package + '.';
    if (type_name.starts_with(prefix) && type_name.find('.', prefix.size()) == type_name.npos)
      type_name.remove_prefix(prefix.size());
    return std::string(type_name);
  }

  std::string type(const FieldProto& field) const {
    switch (field.type) {
      case Type::f64:
        return "double";
      case Type::i64:
        return "int64";
      case Type::i32:
        return "int32";
      case Type::boolean:
        return "bool";
      case Type::string:
        return "string";
      case Type::bytes:
        return "bytes";
      case Type::message:
      case Type::enumeration:
        break;
    }
    return reference(field.type_name);
  }

  std::string type(const MessageProto& message, const FieldProto& field) const {
    if (field.type == Type::message)
      for (const auto& entry : message.entries)
        if (field.type_name.ends_with('.' + message.name + '.' + entry.name))
          return "map<" + type(entry.fields[0]) + ", " + type(entry.fields[1]) + '>';
    const std::string label = field.label == Label::repeated ? "repeated "
                              : field.proto3_optional        ? "optional "
                                                             : "";
    return label + type(field);
  }

  void print(const MessageProto& message) {
    if (message.fields.empty()) {
      blank();
      comment(message.comment);
      return line("message " + message.name + " {}");
    }
    open("message", message.name, message.comment);
    for (const auto& field : message.fields) {
      comment(field.comment);
      line(type(message, field) + ' ' + field.name + " = " + std::to_string(field.number) + ';');
    }
    close();
  }

  void print(const EnumProto& enumeration) {
    open("enum", enumeration.name, enumeration.comment);
    for (const auto& value : enumeration.values)
      line(value.name + " = " + std::to_string(value.number.value_or(0)) + ';');
    close();
  }

  void print(const ServiceProto& service) {
    open("service", service.name, service.comment);
    for (const auto& method : service.methods) {
      comment(method.comment);
      line("rpc " + method.name + '(' + (method.client_streaming ? "stream " : "") + reference(method.input) +
           ") returns (" + (method.server_streaming ? "stream " : "") + reference(method.output) + ");");
    }
    close();
  }

  void options(const FileOptions& options) {
    blank();
    const auto text = [&](const char* name, const std::string& value) {
      if (!value.empty()) line(std::string("option ") + name + " = \"" + value + "\";");
    };
    const auto flag = [&](const char* name, bool set) {
      if (set) line(std::string("option ") + name + " = true;");
    };
    flag("cc_enable_arenas", options.cc_enable_arenas);
    text("csharp_namespace", options.csharp_namespace);
    text("go_package", options.go_package);
    flag("java_multiple_files", options.java_multiple_files);
    text("java_outer_classname", options.java_outer_classname);
    text("java_package", options.java_package);
    text("objc_class_prefix", options.objc_class_prefix);
  }

  const FileProto& file_;
  std::string text_;
  std::size_t indent_ = 0;
};

}  // namespace

std::string to_text(const FileProto& file) {
  return Printer(file).print();
}

}  // namespace parley::codec::descriptor
