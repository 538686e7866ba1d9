#include "extra_members.hpp"

#include <algorithm>

namespace parley::chat {
namespace {

constexpr int max_depth = 64;

// Walks JSON text (RFC 8259) without building anything. Every function moves behind what it names and
// answers false where the text is not that.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }
  bool at_end() const { return at_ == text_.size(); }

  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // `decoded`, if wanted, gets the string; a character outside ASCII that was escaped becomes U+0000.
  bool string(std::string* decoded = nullptr) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      char plain = c;
      if (c == '\\' && !escape(plain)) return false;
      if (decoded) decoded->push_back(plain);
    }
    return false;
  }

  bool value(int depth = 0) {
    if (at_ >= text_.size() || depth > max_depth) return false;
    switch (text_[at_]) {
      case '"':
        return string();
      case '{':
        return list('{', '}', true, depth);
      case '[':
        return list('[', ']', false, depth);
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

 private:
  bool escape(char& plain) {
    if (at_ >= text_.size()) return false;
    switch (const char c = text_[at_++]) {
      case '"':
      case '\\':
      case '/':
        plain = c;
        return true;
      case 'b':
        plain = '\b';
        return true;
      case 'f':
        plain = '\f';
        return true;
      case 'n':
        plain = '\n';
        return true;
      case 'r':
        plain = '\r';
        return true;
      case 't':
        plain = '\t';
        return true;
      case 'u': {
        unsigned code = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
          if (at_ >= text_.size()) return false;
          const char digit = text_[at_];
          code *= 16;
          if (digit >= '0' && digit <= '9')
            code += digit - '0';
          else if (digit >= 'a' && digit <= 'f')
            code += digit - 'a' + 10;
          else if (digit >= 'A' && digit <= 'F')
            code += digit - 'A' + 10;
          else
            return false;
        }
        plain = code < 0x80 ? static_cast<char>(code) : '\0';
        return true;
      }
      default:
        return false;
    }
  }
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool digits() {
    const auto start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > start;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }
  bool list(char open, char close, bool named, int depth) {
    take(open);
    space();
    if (take(close)) return true;
    for (;;) {
      if (named) {
        space();
        if (!string()) return false;
        space();
        if (!take(':')) return false;
      }
      space();
      if (!value(depth + 1)) return false;
      space();
      if (take(close)) return true;
      if (!take(',')) return false;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::string> without_members(std::string_view members, std::span<const std::string_view> reserved) {
  std::string kept;
  Scanner scan(members);
  scan.space();
  if (scan.at_end()) return kept;
  for (;;) {
    std::string name;
    scan.space();
    const auto start = scan.position();
    bool fine = scan.string(&name);
    scan.space();
    fine = fine && scan.take(':');
    scan.space();
    fine = fine && scan.value();
    const auto end = scan.position();
    scan.space();
    const bool last = scan.at_end();
    if (!fine || (!last && !scan.take(',')))
      return invalid_field("extra", "must be the members of a JSON object, nested at most " +
                                        std::to_string(max_depth) + " deep");
    if (std::find(reserved.begin(), reserved.end(), name) == reserved.end()) {
      if (!kept.empty()) kept += ',';
      kept += members.substr(start, end - start);
    }
    if (last) return kept;
  }
}

}  // namespace parley::chat
