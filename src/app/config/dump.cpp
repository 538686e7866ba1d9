// A configuration written as TOML.
#include "config/loader.hpp"

#include <charconv>

namespace parley::app {
namespace {

// TOML basic string.
void append_quoted(std::string_view text, std::string& out) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string bytes_to_toml(std::int64_t bytes) {
  static constexpr std::pair<int, std::string_view> units[] = {{30, "GiB"}, {20, "MiB"}, {10, "KiB"}};
  for (const auto& [shift, unit] : units)
    if (bytes > 0 && bytes % (std::int64_t{1} << shift) == 0)
      return '"' + std::to_string(bytes >> shift) + std::string(unit) + '"';
  return std::to_string(bytes);
}

std::string duration_to_toml(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count != 0 && count % 60'000 == 0) return '"' + std::to_string(count / 60'000) + "m\"";
  if (count % 1000 == 0) return '"' + std::to_string(count / 1000) + "s\"";
  return '"' + std::to_string(count) + "ms\"";
}

// TOML wants a fraction or an exponent in every floating-point number.
std::string real_to_toml(double number) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  std::string text(digits, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string scalar_to_toml(const TypeInfo& type, bool bytes, const void* value) {
  switch (type.kind) {
    case Kind::boolean:
      return *static_cast<const bool*>(value) ? "true" : "false";
    case Kind::i32: {
      const auto number = *static_cast<const std::int32_t*>(value);
      return bytes ? bytes_to_toml(number) : std::to_string(number);
    }
    case Kind::i64: {
      const auto number = *static_cast<const std::int64_t*>(value);
      return bytes ? bytes_to_toml(number) : std::to_string(number);
    }
    case Kind::f64:
      return real_to_toml(*static_cast<const double*>(value));
    case Kind::duration:
      return duration_to_toml(*static_cast<const std::chrono::milliseconds*>(value));
    case Kind::money:  // a TOML number with a fraction is a binary one
      return '"' + to_text(*static_cast<const Money*>(value)) + '"';
    case Kind::enumeration:
      for (const auto& item : type.items)
        if (item.value == *static_cast<const std::int32_t*>(value)) return '"' + std::string(item.name) + '"';
      return "\"\"";
    default: {
      std::string out;
      append_quoted(*static_cast<const std::string*>(value), out);
      return out;
    }
  }
}

}  // namespace

std::string value_to_toml(const FieldInfo& field, const void* value) {
  const TypeInfo& type = *field.type;
  if (type.kind != Kind::list) return scalar_to_toml(type, field.rules.bytes, value);
  std::string out = "[";
  const auto* element = static_cast<const char*>(type.get(value));
  for (std::size_t i = 0; i < type.size(value); ++i)
    out += (i ? ", " : "") + scalar_to_toml(*type.element, field.rules.bytes, element + i * type.stride);
  return out + "]";
}

bool is_secret(std::string_view key) noexcept {
  return key.ends_with("_token") || key.ends_with("_password") || key.ends_with("_secret");
}

std::string to_toml(const Loaded& loaded) {
  constexpr std::size_t origin_column = 44;
  std::string out;
  for (const auto& section : describe<Config>().fields) {
    if (!out.empty()) out += '\n';
    out += "[" + std::string(section.name) + "]\n";
    const auto* owner = reinterpret_cast<const char*>(&loaded.config) + section.offset;
    for (const auto& key : section.type->fields) {
      const auto origin = loaded.origins.find(std::string(section.name) + "." + std::string(key.name));
      const auto value = value_to_toml(key, owner + key.offset);
      const bool hidden = is_secret(key.name) && value != "\"\"";
      std::string line = hidden ? "#" + std::string(key.name) + " is set and not shown"
                                : std::string(key.name) + " = " + value;
      line.append(line.size() < origin_column ? origin_column - line.size() : 1, ' ');
      out += line + "# " + (origin == loaded.origins.end() ? "default" : origin->second) + "\n";
    }
  }
  return out;
}

}  // namespace parley::app
