#include "position.hpp"

#include <charconv>

namespace parley::chat {
namespace {

constexpr char cursor_mark = 's';
constexpr std::size_t max_second_digits = 12, max_cursor_digits = 18;

bool read_digits(std::string_view text, std::size_t max_digits, std::int64_t& value) {
  if (text.empty() || text.size() > max_digits || text.find_first_not_of("0123456789") != text.npos)
    return false;
  std::from_chars(text.data(), text.data() + text.size(), value);  // fits: at most 18 digits
  return true;
}

}  // namespace

Result<Since> parse_since(std::string_view text) {
  Since since;
  std::int64_t value = 0;
  if (text.empty()) return since;
  if (read_digits(text, max_second_digits, value)) {
    since.kind = Since::Kind::time;
    since.time = Timestamp(std::chrono::seconds(value));
    return since;
  }
  if (text.front() == cursor_mark && read_digits(text.substr(1), max_cursor_digits, value)) {
    since.kind = Since::Kind::cursor;
    since.after_seq = value;
    return since;
  }
  return invalid_field("since", "must be whole Unix seconds, or a cursor as `next` gave it");
}

std::string to_cursor(std::int64_t after_seq) {
  return cursor_mark + std::to_string(after_seq);
}

}  // namespace parley::chat
