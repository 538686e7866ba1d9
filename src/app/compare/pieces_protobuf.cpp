// A protobuf message by its type's table (protobuf.dev, "Encoding").
#include "compare/cursor.hpp"

#include <parley/utf8.hpp>

#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

namespace parley::app::compare {
namespace {

constexpr std::int32_t max_depth = 8;   // of messages shown within each other
constexpr std::size_t most_text = 400;  // bytes of a text

std::optional<std::uint64_t> varint(Cursor& in) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 70 && in.left() > 0; shift += 7) {
    const auto byte = in.number(1);
    if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// Little-endian.
std::uint64_t fixed(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

const FieldInfo* find(const TypeInfo& type, std::uint64_t number) {
  for (const auto& field : type.fields)
    if (field.rules.number != 0 && (field.rules.number == number || field.rules.structured == number))
      return &field;
  return nullptr;
}

// What a list or an optional holds.
const TypeInfo& value_type(const TypeInfo& type) {
  return type.kind == Kind::optional || type.kind == Kind::list ? value_type(*type.element) : type;
}

struct Duration {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};
const TypeInfo& timestamp_type() {
  static constexpr Row rows[] = {field<&Duration::seconds>("seconds", number(1)),
                                 field<&Duration::nanos>("nanos", number(2))};
  static const TypeInfo type = object<Duration>("google.protobuf.Timestamp", rows);
  return type;
}

const TypeInfo* message_of(const TypeInfo& type, std::uint64_t number, const FieldInfo& field) {
  if (type.kind == Kind::time) return &timestamp_type();
  if (type.kind != Kind::object) return nullptr;
  // An object that may be text is a string under its first number.
  return type.text_field >= 0 && number != field.rules.structured ? nullptr : &type;
}

std::string shown(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

std::string shown_varint(std::uint64_t value, const TypeInfo* type) {
  if (type && type->kind == Kind::boolean) return value ? "true" : "false";
  return std::to_string(static_cast<std::int64_t>(value));
}

}  // namespace

std::string hex_of(std::string_view bytes, std::size_t most) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (!out.empty()) out += ' ';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  if (bytes.size() > most) out += " …";
  return out;
}

std::string readable(std::string_view text) {
  const bool cut = text.size() > most_text;
  std::string out;
  // A character that the cut has halved goes whole.
  auto part = text.substr(0, most_text);
  while (cut && !part.empty() && (static_cast<unsigned char>(text[part.size()]) & 0xc0) == 0x80)
    part.remove_suffix(1);
  if (!is_utf8(part)) return std::to_string(text.size()) + " bytes that are no text";
  for (const char c : part) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return cut ? out + "…" : out;
}

void add_protobuf(std::string_view message, const TypeInfo& type, std::int32_t depth, Pieces& out) {
  Cursor in(message);
  while (in.left() > 0) {
    const auto start = in.rest();
    const auto tag = varint(in);
    const auto number = tag.value_or(0) >> 3, wire = tag.value_or(0) & 7;
    std::string_view content;
    std::optional<std::uint64_t> value;
    bool whole = tag && number != 0;
    if (whole && wire == 0) {
      value = varint(in);
      whole = value.has_value();
    } else if (whole && (wire == 1 || wire == 5)) {
      const std::size_t size = wire == 1 ? 8 : 4;
      whole = in.left() >= size;
      content = in.take(size);
    } else if (whole && wire == 2) {
      const auto length = varint(in);
      whole = length && *length <= in.left();
      if (whole) content = in.rest().substr(0, static_cast<std::size_t>(*length));
    } else {
      whole = false;  // groups, which nobody writes any more
    }
    if (!whole) return add(out, Part::payload, depth, start, "no protobuf");
    const auto* field = find(type, number);
    const auto* known = field ? &value_type(*field->type) : nullptr;
    // As a .proto file has it.
    std::string text = (field ? std::string(field->name) : "unknown") + " = " + std::to_string(number) +
                       ", wire type " + std::to_string(wire);
    const auto taken = [&] { return start.substr(0, start.size() - in.left()); };
    if (wire == 0) {
      add(out, Part::payload, depth, taken(), text + ": " + shown_varint(*value, known));
    } else if (wire == 1) {
      add(out, Part::payload, depth, taken(), text + ": " + shown(std::bit_cast<double>(fixed(content))));
    } else if (wire == 5) {
      add(out, Part::payload, depth, taken(), text + ": " + std::to_string(fixed(content)));
    } else {
      text += ", " + std::to_string(content.size()) + " bytes";
      if (const auto* inner = known ? message_of(*known, number, *field) : nullptr;
          inner && depth < max_depth) {
        add(out, Part::payload, depth, taken(), text + ": " + std::string(inner->name));
        in.take(content.size());
        add_protobuf(content, *inner, depth + 1, out);
      } else {
        in.take(content.size());
        add(out, Part::payload, depth, taken(), text + ": \"" + readable(content) + "\"");
      }
    }
  }
}

}  // namespace parley::app::compare
