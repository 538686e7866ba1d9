#include "log_line.hpp"

#include <parley/codec/json.hpp>
#include <parley/utf8.hpp>

#include <charconv>
#include <cmath>
#include <stdexcept>

namespace parley::observe {
namespace {

constexpr std::string_view level_names[] = {"trace", "debug", "info", "warn", "error", "off"};
constexpr std::string_view level_labels[] = {"TRACE ", "DEBUG ", "INFO  ", "WARN  ", "ERROR ", "OFF   "};

template <class N>
void append_number(N value, std::string& out) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  out.append(digits, end);
}

void append_bytes(std::string_view bytes, std::string& out) {
  static constexpr char hex[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
}

// Controls of ASCII, and U+0080 to U+009F, which a terminal obeys as well.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return character.size() == 1 ? first < 0x20 || first == 0x7f
                               : first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

// `special`: characters of ASCII that get a backslash.
void append_escaped(std::string_view text, std::string& out, std::string_view special = {}) {
  while (!text.empty()) {
    const auto step = utf8_step(text);
    const auto character = text.substr(0, step.length);
    text.remove_prefix(step.length);
    if (character == "\n") {
      out += "\\n";
    } else if (!step.well_formed || is_control(character)) {
      append_bytes(character, out);
    } else {
      if (special.find(character) != special.npos) out += '\\';
      out += character;
    }
  }
}

void append_text_value(std::string_view text, std::string& out) {
  if (!text.empty() && text.find_first_of(" \"=\\") == std::string_view::npos) {
    append_escaped(text, out);
    return;
  }
  out += '"';
  append_escaped(text, out, "\"\\");
  out += '"';
}

// JSON has no NaN and no infinity.
void append_json_value(const log::Field& field, std::string& out) {
  if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
    append_number(*integer, out);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    std::isfinite(*number) ? append_number(*number, out) : void(out += "null");
  } else if (const auto* flag = std::get_if<bool>(&field.value)) {
    out += *flag ? "true" : "false";
  } else {
    codec::append_json_string(std::get<std::string_view>(field.value), out);
  }
}

}  // namespace

std::string_view level_name(log::Level level) noexcept {
  return level_names[static_cast<std::size_t>(level)];
}

log::Level level_of(std::string_view name) {
  for (std::size_t i = 0; i < std::size(level_names); ++i)
    if (level_names[i] == name) return static_cast<log::Level>(i);
  throw std::invalid_argument("no log level is called " + std::string(name));
}

void append_text_line(log::Level level, std::string_view component, std::string_view message,
                      std::initializer_list<log::Field> fields, std::string& out) {
  out += level_labels[static_cast<std::size_t>(level)];
  append_escaped(component, out);
  out += ": ";
  append_escaped(message, out);
  for (const auto& field : fields) {
    out += ' ';
    append_escaped(field.key, out);
    out += '=';
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      append_text_value(*text, out);
    } else {
      append_json_value(field, out);
    }
  }
}

void append_json_members(log::Level level, std::string_view component, std::string_view message,
                         std::initializer_list<log::Field> fields, std::string& out) {
  out += "\"level\":\"";
  out += level_name(level);
  out += "\",\"component\":";
  codec::append_json_string(component, out);
  out += ",\"msg\":";
  codec::append_json_string(message, out);
  if (fields.size() == 0) return;
  out += ",\"fields\":{";
  bool first = true;
  for (const auto& field : fields) {
    if (!first) out += ',';
    first = false;
    codec::append_json_string(field.key, out);
    out += ':';
    append_json_value(field, out);
  }
  out += '}';
}

}  // namespace parley::observe
