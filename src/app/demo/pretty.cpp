#include "demo/pretty.hpp"

#include <parley/utf8.hpp>

#include <optional>

namespace parley::app {
namespace {

using Ink = Terminal::Ink;

constexpr std::size_t longest_text = 60;  // columns of a string in an expanded value

struct Token {
  std::string text;
  std::optional<Ink> ink;
  char kind;  // one of {}[],: or 's' (string), 'k' (key), 'v' (another value)
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Without control characters: JSON has none inside its strings, anything else may.
std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [length, sound] = utf8_step(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool c1 = length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
    if (!sound || first < 0x20 || first == 0x7f || c1) {
      out += first == '\t' ? " " : "\xef\xbf\xbd";
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::size_t columns(std::string_view text) {
  return code_points(text).value_or(text.size());
}

// At most `most` columns, the last one `…` if something is missing.
std::string cut(std::string_view text, std::size_t most) {
  if (columns(text) <= most) return std::string(text);
  std::string out;
  for (std::size_t taken = 0; taken + 1 < most && !text.empty(); ++taken) {
    const auto length = utf8_step(text).length;
    out.append(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out + "…";
}

// The tokens of a JSON text, as far as it is one: nothing for text that is none at first sight.
std::optional<std::vector<Token>> tokens_of(std::string_view json) {
  std::vector<Token> tokens;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (is_space(c)) {
      ++i;
    } else if (c == '"') {
      std::size_t end = i + 1;
      while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
      if (end >= json.size()) return std::nullopt;
      auto after = end + 1;
      while (after < json.size() && is_space(json[after])) ++after;
      const bool key = after < json.size() && json[after] == ':';
      tokens.push_back(
          {harmless(json.substr(i, end + 1 - i)), key ? Ink::cyan : Ink::green, key ? 'k' : 's'});
      i = end + 1;
    } else if (std::string_view("{}[],:").contains(c)) {
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && depth-- == 0) return std::nullopt;
      tokens.push_back({std::string(1, c), std::nullopt, c});
      ++i;
    } else {
      const auto end = std::min(json.find_first_of(" \t\r\n{}[],:\"", i), json.size());
      const auto word = json.substr(i, end - i);
      if (word.find_first_not_of("-+.0123456789eEtrufalsn") != word.npos) return std::nullopt;
      tokens.push_back({std::string(word), Ink::yellow, 'v'});
      i = end;
    }
  }
  if (depth != 0 || tokens.empty()) return std::nullopt;
  return tokens;
}

class Writer {
 public:
  Writer(const Terminal& terminal, std::size_t width) : terminal_(terminal), width_(width) {}
  void put(std::string_view text, std::optional<Ink> ink = std::nullopt) {
    if (full_) return;
    // The last column is kept for the mark that something is missing.
    const std::size_t room = width_ - 1 - used_, wanted = columns(text);
    full_ = wanted > room;
    const auto shown = full_ ? cut(text, room + 1) : std::string(text);
    used_ += std::min(wanted, room);
    line_ += ink ? terminal_.paint(*ink, shown) : shown;
  }
  void end(std::size_t indent) {
    lines_.push_back(std::move(line_));
    line_.clear();
    used_ = 0, full_ = false;
    put(std::string(std::min(2 * indent, width_ / 2), ' '));
  }
  std::vector<std::string> finish() {
    lines_.push_back(std::move(line_));
    return std::move(lines_);
  }

 private:
  const Terminal& terminal_;
  std::size_t width_, used_ = 0;
  bool full_ = false;
  std::string line_;
  std::vector<std::string> lines_;
};

std::string on_one_line(const std::vector<Token>& tokens) {
  std::string out;
  for (const auto& token : tokens) {
    out += token.text;
    if (token.kind == ',' || token.kind == ':') out += ' ';
  }
  return out;
}

// A text that is too long ends with its quotation mark all the same.
std::string shortened(const Token& token) {
  if (token.kind != 's' || columns(token.text) <= longest_text) return cut(token.text, longest_text);
  return cut(token.text, longest_text - 1) + '"';
}

void write(const std::vector<Token>& tokens, bool expanded, Writer& out) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& token = tokens[i];
    const char next = i + 1 < tokens.size() ? tokens[i + 1].kind : '\0';
    switch (token.kind) {
      case '{':
      case '[':
        out.put(token.text);
        ++depth;
        if (expanded && next != '}' && next != ']') out.end(depth);
        break;
      case '}':
      case ']': {
        --depth;
        const char before = tokens[i - 1].kind;
        if (expanded && before != '{' && before != '[') out.end(depth);
        out.put(token.text);
        break;
      }
      case ',':
        out.put(expanded ? "," : ", ");
        if (expanded) out.end(depth);
        break;
      case ':':
        out.put(": ");
        break;
      default:
        out.put(expanded ? shortened(token) : token.text, token.ink);
    }
  }
}

}  // namespace

std::vector<std::string> pretty_json(std::string_view json, const Terminal& terminal, std::size_t width,
                                     std::size_t most) {
  width = std::max<std::size_t>(width, 8);
  std::vector<std::string> lines;
  if (const auto tokens = tokens_of(json)) {
    Writer out(terminal, width);
    write(*tokens, columns(on_one_line(*tokens)) > width, out);
    lines = out.finish();
  } else {
    while (!json.empty()) {
      const auto end = std::min(json.find('\n'), json.size());
      lines.push_back(cut(harmless(json.substr(0, end)), width));
      json.remove_prefix(std::min(json.size(), end + 1));
    }
  }
  if (lines.size() > most) {
    const auto left = lines.size() - most + 1;
    lines.resize(most - 1);
    lines.push_back(terminal.paint(Ink::dim, "… " + std::to_string(left) + " more lines"));
  }
  return lines;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!line.empty() && columns(line) + 1 + columns(word) > width) lines.push_back(std::exchange(line, {}));
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace parley::app
