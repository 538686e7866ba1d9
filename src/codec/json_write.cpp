#include "output.hpp"

#include <parley/codec/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace parley::codec {
namespace {

// The first of `members` (the inside of a JSON object in the compact form of the reader) with its name as it
// stands between the quotes. Bad text gives some split of it, never a read past its end.
struct Member {
  std::string_view name;
  std::string_view text;  // name and value
};
Member first_member(std::string_view members) {
  std::string_view name;
  bool quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const char c = members[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
        if (name.data() == nullptr) name = members.substr(1, i - 1);
      }
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ',' && depth == 0) return {name, members.substr(0, i)};
  }
  return {name, members};
}

class Writer {
 public:
  Writer(Output& out, const JsonStyle& style) : out_(out), style_(style) {}

  // A bare jump, as most values are small: what takes longer stays out of it.
  void value(const TypeInfo& type, const void* at) {
    switch (type.kind) {
      case Kind::boolean:
        return boolean(*static_cast<const bool*>(at));
      case Kind::i32:
        return integer(*static_cast<const std::int32_t*>(at));
      case Kind::i64:
        return integer(*static_cast<const std::int64_t*>(at));
      case Kind::duration:
        return integer(static_cast<const std::chrono::milliseconds*>(at)->count());
      case Kind::money:
        return money(*static_cast<const Money*>(at));
      case Kind::f64:
        return number(*static_cast<const double*>(at));
      case Kind::string:
        return out_.put_string(*static_cast<const std::string*>(at));
      case Kind::time:
        return time(*static_cast<const Timestamp*>(at));
      case Kind::enumeration:
        return enumeration(type, at);
      case Kind::optional:
        return optional(type, at);
      case Kind::list:
        return list(type, at);
      case Kind::map:
        return map(type, at);
      case Kind::extra:
        return extra_object(*static_cast<const ExtraMembers*>(at));
      case Kind::object:
        return object(type, at);
    }
  }

 private:
  [[gnu::noinline]] void boolean(bool yes) {
    out_.put(yes ? std::string_view("true") : std::string_view("false"));
  }

  [[gnu::noinline]] void optional(const TypeInfo& type, const void* at) {
    if (const void* inner = type.get(at)) return value(*type.element, inner);
    out_.put("null");
  }

  [[gnu::noinline]] void extra_object(const ExtraMembers& members) {
    out_.put('{', members.json);
    out_.put('}');
  }

  [[gnu::noinline]] void integer(std::int64_t number) {
    char* at = out_.reserve(24);
    out_.take(std::to_chars(at, at + 24, number).ptr);
  }

  [[gnu::noinline]] void number(double number) {
    // Whole numbers are exact below 2^53. Minus zero is not: as -0 a reader would take it for an integer.
    if (std::fabs(number) < 9007199254740992.0 && number == std::trunc(number)) {
      if (number != 0 || !std::signbit(number)) return integer(static_cast<std::int64_t>(number));
      return out_.put("-0.0");
    }
    if (!std::isfinite(number)) return out_.put("null");
    char* at = out_.reserve(32);
    out_.take(std::to_chars(at, at + 32, number).ptr);
  }

  [[gnu::noinline]] void money(Money amount) {
    thread_local std::string text;  // keeps its room from one call to the next
    text.clear();
    append_money(amount, text);
    out_.put(text);
  }

  [[gnu::noinline]] void time(Timestamp time) {
    if (style_.unix_time) return integer(to_unix_seconds(time));
    char* at = out_.reserve(rfc3339_size + 2);
    *at++ = '"';
    at = write_rfc3339(time, at);
    *at++ = '"';
    out_.take(at);
  }

  [[gnu::noinline]] void enumeration(const TypeInfo& type, const void* at) {
    std::int32_t value;  // an enumeration is no std::int32_t to the compiler
    std::memcpy(&value, at, sizeof value);
    for (const auto& item : type.items)
      if (item.value == value) {
        out_.put('"');
        out_.put(item.name);
        return out_.put('"');
      }
    out_.put("null");
  }

  [[gnu::noinline]] void list(const TypeInfo& type, const void* at) {
    const auto count = type.size(at);
    auto* element = static_cast<const char*>(type.get(at));
    out_.put('[');
    for (std::size_t i = 0; i < count; ++i, element += type.stride) {
      if (i > 0) out_.put(',');
      value(*type.element, element);
    }
    out_.put(']');
  }

  [[gnu::noinline]] void map(const TypeInfo& type, const void* at) {
    struct Context {
      Writer* writer;
      const TypeInfo* element;
      bool first;
    } context{this, type.element, true};
    out_.put('{');
    type.map_each(at, &context, [](void* opaque, const std::string& key, const void* entry) {
      auto& [writer, element, first] = *static_cast<Context*>(opaque);
      if (!first) writer->out_.put(',');
      first = false;
      writer->out_.put_string(key);
      writer->out_.put(':');
      writer->value(*element, entry);
    });
    out_.put('}');
  }

  [[gnu::noinline]] void object(const TypeInfo& type, const void* at) {
    if (const std::string* text = text_form(type, at)) return out_.put_string(*text);
    char separator = '{';
    for (const auto& field : type.fields) {
      if (field.rules.since > style_.version) continue;
      const void* member = static_cast<const char*>(at) + field.offset;
      const TypeInfo* member_type = field.type;
      if (member_type->kind == Kind::optional) {
        member = member_type->get(member);
        if (!member) continue;
        member_type = member_type->element;
      } else if (member_type->kind == Kind::extra) {
        extra(type, static_cast<const ExtraMembers*>(member)->json, separator);
        continue;
      }
      out_.put(separator, field.json_key);
      separator = ',';
      value(*member_type, member);
    }
    if (separator == '{') out_.put('{');
    out_.put('}');
  }

  // A client may have sent members that only the server sets ("id", "seq"): names must stay unique.
  void extra(const TypeInfo& type, std::string_view members, char& separator) {
    while (!members.empty()) {
      const auto member = first_member(members);
      members.remove_prefix(std::min(member.text.size() + 1, members.size()));
      const bool declared = std::any_of(type.fields.begin(), type.fields.end(), [&](const FieldInfo& field) {
        return field.name == member.name && field.type->kind != Kind::extra;
      });
      if (declared) continue;
      out_.put(separator, member.text);
      separator = ',';
    }
  }

  Output& out_;
  const JsonStyle& style_;
};

}  // namespace

void write_json(const TypeInfo& type, const void* value, std::string& out, const JsonStyle& style) {
  Output output(out);
  Writer(output, style).value(type, value);
  output.flush();
}

}  // namespace parley::codec
