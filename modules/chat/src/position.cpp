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

Result<Position> parse_position(std::string_view field, std::string_view giver, std::string_view text) {
  Position position;
  std::int64_t value = 0;
  if (text.empty()) return position;
  if (read_digits(text, max_second_digits, value)) {
    position.kind = Position::Kind::time;
    position.time = Timestamp(std::chrono::seconds(value));
    return position;
  }
  if (text.front() == cursor_mark && read_digits(text.substr(1), max_cursor_digits, value)) {
    position.kind = Position::Kind::cursor;
    position.seq = value;
    return position;
  }
  return invalid_field(std::string(field),
                       "must be whole Unix seconds, or a cursor as `" + std::string(giver) + "` gave it");
}

std::string to_cursor(std::int64_t seq) {
  return cursor_mark + std::to_string(seq);
}

}  // namespace parley::chat
