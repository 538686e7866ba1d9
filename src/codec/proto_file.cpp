#include "descriptors.hpp"

#include <parley/codec/proto_file.hpp>
#include <parley/codec/protobuf.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <stdexcept>
#include <utility>

namespace parley::codec {
namespace {

using namespace descriptor;

[[noreturn]] void refuse(std::string_view type, std::string_view field, const std::string& why) {
  std::string where(type);
  if (!field.empty()) where.append(".").append(field);
  throw std::logic_error("the protobuf of " + where + ' ' + why);
}

struct Method {
  const BoundService* bound;
  const Operation* row;
  std::uint16_t version;
  std::string_view package;
  std::string_view service;
  std::string_view name;
};

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// `path` outlives it.
Method method_of(const BoundService& bound, const Operation& row, std::string_view path,
                 std::uint16_t version) {
  const auto slash = path.rfind('/');
  const auto dot = path.rfind('.', slash);
  Method method{&bound, &row, version, {}, {}, {}};
  if (path.starts_with('/') && slash != 0 && slash != path.npos) {
    const bool packaged = dot != path.npos && dot < slash;
    if (packaged) method.package = path.substr(1, dot - 1);
    const auto service = packaged ? dot + 1 : 1;
    method.service = path.substr(service, slash - service);
    method.name = path.substr(slash + 1);
  }
  bool right = is_identifier(method.service) && is_identifier(method.name) && !method.package.ends_with('.');
  for (auto rest = method.package; right && !rest.empty();) {
    const auto part = rest.substr(0, rest.find('.'));
    right = is_identifier(part);
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  if (!right || path.starts_with("/.")) refuse(path, {}, "is not of the form /package.Service/Method");
  return method;
}

const std::string empty_name = ".google.protobuf.Empty";
const std::string timestamp_name = ".google.protobuf.Timestamp";

// Builds the file of one package.
class Builder {
 public:
  // `service`: the first of it. Fields of later versions are not there.
  Builder(std::string_view package, std::string_view service, std::uint16_t version)
      : version_(version), scope_(package.empty() ? std::string() : "." + std::string(package)) {
    file_.package = package;
    file_.name = package.empty() ? service : package;
    std::ranges::replace(file_.name, '.', '/');
    file_.name += ".proto";
  }

  // A package is of one version.
  Builder& expect(const Method& method) {
    if (method.version != version_) refuse(method.package, {}, "is declared in two versions of the API");
    return *this;
  }

  void count(const Method& method) {
    uses_[&method.row->request()].requests++;
    reach(method.row->answer(), true);
    reach(method.row->request(), streams_in(method.row->shape));
  }

  void add(const Method& method) {
    auto service = std::ranges::find(file_.services, method.service, &ServiceProto::name);
    if (service == file_.services.end()) {
      take_name(method.service);
      service = file_.services.insert(service, ServiceProto{std::string(method.service), {}, {}});
    }
    if (service->comment.empty()) service->comment = method.bound->about;
    if (std::ranges::find(service->methods, method.name, &MethodProto::name) != service->methods.end())
      refuse(method.row->grpc, {}, "is declared twice");
    const bool client_streaming = streams_in(method.row->shape),
               server_streaming = streams_out(method.row->shape);
    MethodProto made{.name = std::string(method.name),
                     .input = outer_message(method, method.row->request()),
                     .output = outer_message(method, method.row->answer()),
                     .client_streaming = client_streaming,
                     .server_streaming = server_streaming,
                     .comment = std::string(method.row->summary)};
    if (!method.row->details.empty()) made.comment.append("\n\n").append(method.row->details);
    service->methods.push_back(std::move(made));
  }

  FileProto finish() {
    for (const auto& name : imports_) file_.dependencies.push_back(name);
    return std::move(file_);
  }

 private:
  // How the methods of the package use a type.
  struct Use {
    int requests = 0;
    bool elsewhere = false;  // as an answer, one of many requests of a call, or inside another message
    bool reached = false;
  };

  struct Reference {
    descriptor::Type type;
    std::string name = {};
  };

  void reach(const TypeInfo& type, bool elsewhere) {
    auto& use = uses_[&type];
    use.elsewhere |= elsewhere;
    if (std::exchange(use.reached, true)) return;
    if (type.element) reach(*type.element, true);
    for (const auto& row : type.fields)
      if (shows(row)) reach(*row.type, true);
  }

  bool shows(const FieldInfo& row) const noexcept { return row.rules.since <= version_; }

  std::string outer_message(const Method& method, const TypeInfo& type) {
    if (type.kind != Kind::object) refuse(method.row->grpc, {}, "has a request or answer that is no object");
    return reference(type).name;
  }

  std::string message_name(const TypeInfo& type) const {
    std::string name(type.name);
    const auto use = uses_.find(&type);
    if (use != uses_.end() && use->second.requests == 1 && !use->second.elsewhere &&
        !name.ends_with("Request"))
      name += "Request";
    return name;
  }

  // A type that is one message, enumeration or scalar; another gets a message of its own.
  Reference reference(const TypeInfo& type) {
    using enum descriptor::Type;
    switch (type.kind) {
      case Kind::boolean:
        return {boolean};
      case Kind::i32:
        return {i32};
      case Kind::i64:
      case Kind::duration:
        return {i64};
      case Kind::f64:
      case Kind::money:
        return {f64};
      case Kind::string:
        return {type.binary ? bytes : string};
      case Kind::extra:
        return {string};
      case Kind::time:
        imports_.insert("google/protobuf/timestamp.proto");
        return {message, timestamp_name};
      case Kind::enumeration:
        return {descriptor::Type::enumeration, scope_ + '.' + add_enum(type)};
      case Kind::object:
        if (&type == &describe<Empty>()) {
          imports_.insert("google/protobuf/empty.proto");
          return {message, empty_name};
        }
        break;
      case Kind::optional:
      case Kind::list:
      case Kind::map:
        break;
    }
    return {message, scope_ + '.' + add_message(type)};
  }

  // OptionalString, StringList, Int64ListMap.
  std::string wrapper_name(const TypeInfo& type) {
    if (type.kind == Kind::optional) return "Optional" + wrapper_name(*type.element);
    if (type.kind == Kind::list) return wrapper_name(*type.element) + "List";
    if (type.kind == Kind::map) return wrapper_name(*type.element) + "Map";
    using enum descriptor::Type;
    const auto [kind, name] = reference(type);
    switch (kind) {
      case boolean:
        return "Bool";
      case i32:
        return "Int32";
      case i64:
        return "Int64";
      case f64:
        return "Double";
      case string:
        return "String";
      case bytes:
        return "Bytes";
      default:
        return name.substr(name.rfind('.') + 1);
    }
  }

  std::string add_message(const TypeInfo& type) {
    if (const auto known = names_.find(&type); known != names_.end()) return known->second;
    const bool wrapper = type.kind != Kind::object;
    const auto name = wrapper ? wrapper_name(type) : message_name(type);
    names_[&type] = name;

    // Its place is where it is first named, before what it holds.
    const auto index = file_.messages.size();
    const auto earlier = std::ranges::find(file_.messages, name, &MessageProto::name);
    const bool again = earlier != file_.messages.end();
    const auto other = static_cast<std::size_t>(earlier - file_.messages.begin());
    if (!again) {
      take_name(name);
      file_.messages.emplace_back().name = name;
    }

    MessageProto message{.name = name};
    if (wrapper) {
      static const FieldInfo value{"value", {}, 0, nullptr, {}};
      add_field(message, value.name, 1, type, value);
    } else {
      if (type.doc) message.comment = type.doc;
      for (const auto& row : type.fields)
        if (shows(row)) add_row(message, row);
    }
    if (!again)
      file_.messages[index] = std::move(message);
    else
      require_same(file_.messages[other], message);
    return name;
  }

  void require_same(const MessageProto& one, const MessageProto& other) {
    if (to_protobuf(one) == to_protobuf(other)) return;
    const auto count = std::min(one.fields.size(), other.fields.size());
    std::size_t i = 0;
    while (i < count && to_protobuf(one.fields[i]) == to_protobuf(other.fields[i])) ++i;
    const auto& longer = one.fields.size() > other.fields.size() ? one : other;
    refuse(one.name, i < longer.fields.size() ? longer.fields[i].name : "",
           "is not the same in two types of that name in " + file_.package);
  }

  void add_row(MessageProto& message, const FieldInfo& row) {
    const auto& rules = row.rules;
    if (rules.number == 0) refuse(message.name, row.name, "has no number()");
    if (rules.structured == 0) return add_field(message, row.name, rules.number, *row.type, row);
    const TypeInfo& object = row.type->kind == Kind::optional ? *row.type->element : *row.type;
    const auto& text = row.type->kind == Kind::optional ? detail::type_of<std::optional<std::string>>()
                                                        : describe<std::string>();
    add_field(message, row.name, rules.number, text, row);
    add_field(message, std::string(row.name) + "_structured", rules.structured, object, row);
    message.fields.back().comment = "The same, where it is more than a text; it counts before the text.";
  }

  void add_field(MessageProto& message, std::string_view name, std::uint32_t number, const TypeInfo& type,
                 const FieldInfo& row) {
    if (!is_identifier(name)) refuse(message.name, name, "has a name that is no identifier");
    if (std::ranges::find(message.fields, name, &FieldProto::name) != message.fields.end())
      refuse(message.name, name, "has a name that is given twice");
    if (number >= 19'000 && number <= 19'999)
      refuse(message.name, name, "has a number that protobuf reserves");

    FieldProto field{.name = std::string(name), .number = static_cast<std::int32_t>(number)};
    field.json_name = json_name(name);
    if (row.rules.doc) field.comment = row.rules.doc;
    const TypeInfo* inner = &type;
    switch (type.kind) {
      case Kind::map: {
        auto entry = map_entry(name, *type.element);
        set(field, {descriptor::Type::message, scope_ + '.' + message.name + '.' + entry.name});
        field.label = Label::repeated;
        message.entries.push_back(std::move(entry));
        message.fields.push_back(std::move(field));
        return;
      }
      case Kind::list:
        field.label = Label::repeated;
        inner = type.element;
        break;
      case Kind::optional:
        inner = type.element;
        break;
      default:
        break;
    }
    set(field, reference(*inner));
    // A message has presence anyway.
    if (type.kind == Kind::optional && field.type != descriptor::Type::message) {
      field.proto3_optional = true;
      field.oneof_index = static_cast<std::int32_t>(message.oneofs.size());
      message.oneofs.push_back({'_' + field.name});
    }
    message.fields.push_back(std::move(field));
  }

  MapEntryProto map_entry(std::string_view name, const TypeInfo& element) {
    MapEntryProto entry{.name = entry_name(name)};
    entry.fields.push_back(
        {.name = "key", .number = 1, .type = descriptor::Type::string, .json_name = "key"});
    FieldProto value{.name = "value", .number = 2, .json_name = "value"};
    set(value, reference(element));
    entry.fields.push_back(std::move(value));
    return entry;
  }

  static void set(FieldProto& field, Reference reference) {
    field.type = reference.type;
    field.type_name = std::move(reference.name);
  }

  std::string add_enum(const TypeInfo& type) {
    if (const auto known = names_.find(&type); known != names_.end()) return known->second;
    EnumProto made{.name = std::string(type.name)};
    if (type.doc) made.comment = type.doc;
    for (const auto& item : type.items) {
      if (!is_identifier(item.name)) refuse(type.name, item.name, "has a name that is no identifier");
      made.values.push_back({std::string(item.name), item.value});
    }
    // proto3 wants the zero first.
    const auto zero = std::ranges::find(made.values, 0, &EnumValueProto::number);
    if (zero == made.values.end()) refuse(type.name, {}, "has no value that is zero");
    std::rotate(made.values.begin(), zero, zero + 1);

    names_[&type] = made.name;
    const auto earlier = std::ranges::find(file_.enums, made.name, &EnumProto::name);
    if (earlier != file_.enums.end()) {
      if (to_protobuf(*earlier) != to_protobuf(made))
        refuse(made.name, {}, "is not the same in two types of that name in " + file_.package);
      return made.name;
    }
    take_name(made.name);
    for (const auto& value : made.values) take_name(value.name);  // they live beside their enumeration
    file_.enums.push_back(made);
    return made.name;
  }

  void take_name(std::string_view name) {
    if (!is_identifier(name)) refuse(file_.package, name, "has a name that is no identifier");
    if (!taken_.emplace(name).second) refuse(file_.package, name, "has a name that is given twice");
  }

  FileProto file_;
  const std::uint16_t version_;
  const std::string scope_;  // ".package"; empty for none
  std::map<const TypeInfo*, Use> uses_;
  std::map<const TypeInfo*, std::string> names_;
  std::set<std::string, std::less<>> taken_;  // at the top of the file
  std::set<std::string> imports_;
};

std::string qualified(std::string scope, std::string_view name) {
  if (!scope.empty()) scope += '.';
  return scope.append(name);
}

std::vector<std::string> symbols_of(const FileProto& file) {
  std::vector<std::string> all;
  const auto add = [&](std::string scope, const std::string& name) {
    return all.emplace_back(qualified(std::move(scope), name));
  };
  for (const auto& service : file.services) {
    const auto scope = add(file.package, service.name);
    for (const auto& method : service.methods) add(scope, method.name);
  }
  for (const auto& message : file.messages) {
    const auto scope = add(file.package, message.name);
    for (const auto& field : message.fields) add(scope, field.name);
    for (const auto& oneof : message.oneofs) add(scope, oneof.name);
    for (const auto& entry : message.entries) {
      const auto entry_scope = add(scope, entry.name);
      for (const auto& field : entry.fields) add(entry_scope, field.name);
    }
  }
  for (const auto& enumeration : file.enums) {
    add(file.package, enumeration.name);
    for (const auto& value : enumeration.values) add(file.package, value.name);
  }
  return all;
}

}  // namespace

ProtoFiles::ProtoFiles(std::span<const BoundService> services) {
  std::deque<std::string> paths;  // which does not move them
  std::vector<Method> methods;
  for (const auto& bound : services)
    for (const auto& row : bound.operations)
      for (auto& [path, version] : grpc_methods(bound, row))
        methods.push_back(method_of(bound, row, paths.emplace_back(std::move(path)), version));

  std::vector<std::pair<std::string_view, Builder>> builders;
  const auto builder = [&](const Method& method) -> Builder& {
    const auto found =
        std::ranges::find(builders, method.package, [](const auto& pair) { return pair.first; });
    if (found != builders.end()) return found->second.expect(method);
    return builders.emplace_back(method.package, Builder(method.package, method.service, method.version))
        .second;
  };
  for (const auto& method : methods) builder(method).count(method);
  for (const auto& method : methods) builder(method).add(method);

  std::vector<FileProto> made;
  for (auto& [package, of_package] : builders) made.push_back(of_package.finish());
  for (auto well_known : {empty_file(), timestamp_file()})
    if (std::ranges::any_of(made, [&](const FileProto& file) {
          return std::ranges::find(file.dependencies, well_known.name) != file.dependencies.end();
        }))
      made.push_back(std::move(well_known));

  for (const auto& file : made) {
    for (auto& symbol : symbols_of(file)) symbols_.emplace(std::move(symbol), files_.size());
    for (const auto& service : file.services) services_.push_back(qualified(file.package, service.name));
    files_.push_back({file.name, file.package, to_protobuf(file), to_text(file), file.dependencies});
  }
}

const ProtoFiles::File* ProtoFiles::by_name(std::string_view name) const noexcept {
  const auto found = std::ranges::find(files_, name, &File::name);
  return found == files_.end() ? nullptr : &*found;
}

const ProtoFiles::File* ProtoFiles::containing(std::string_view symbol) const noexcept {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? nullptr : &files_[found->second];
}

}  // namespace parley::codec
