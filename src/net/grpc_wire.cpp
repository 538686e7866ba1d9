#include "grpc_wire.hpp"

#include "base64.hpp"
#include "text.hpp"

#include <algorithm>

namespace parley::net::grpc {
namespace {

constexpr std::size_t max_timeout_digits = 8;
constexpr std::size_t kept_buffer = 64 << 10;  // bytes that a deframer keeps while it is empty

struct Unit {
  char letter;
  std::chrono::nanoseconds length;
};
constexpr Unit units[] = {{'n', std::chrono::nanoseconds(1)},  {'u', std::chrono::microseconds(1)},
                          {'m', std::chrono::milliseconds(1)}, {'S', std::chrono::seconds(1)},
                          {'M', std::chrono::minutes(1)},      {'H', std::chrono::hours(1)}};

constexpr char hex_digits[] = "0123456789ABCDEF";

}  // namespace

std::array<char, prefix_size> prefix(std::size_t length, bool compressed) noexcept {
  const auto byte = [length](int shift) { return static_cast<char>(length >> shift & 0xff); };
  return {static_cast<char>(compressed), byte(24), byte(16), byte(8), byte(0)};
}

std::optional<std::chrono::nanoseconds> parse_timeout(std::string_view text) noexcept {
  if (text.size() < 2 || text.size() > max_timeout_digits + 1) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  const auto unit = std::ranges::find(units, text.back(), &Unit::letter);
  if (unit == std::end(units)) return std::nullopt;
  // 99,999,999 hours are more than the clock has.
  constexpr auto longest = std::chrono::nanoseconds::max();
  return number > longest / unit->length ? longest : number * unit->length;
}

std::string format_timeout(std::chrono::nanoseconds time) {
  time = std::max(time, std::chrono::nanoseconds(0));
  for (const auto& unit : units) {
    const auto number = time / unit.length + (time % unit.length != std::chrono::nanoseconds(0));
    if (number <= 99'999'999) return std::to_string(number) + unit.letter;
  }
  return "99999999H";
}

std::string encode_message(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
    }
  }
  return out;
}

std::string decode_message(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high << 4 | low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// The protocol's http-grpc-status-mapping.md.
Code code_of_http(std::uint16_t status) noexcept {
  switch (status) {
    case 400:
      return Code::internal;
    case 401:
      return Code::unauthenticated;
    case 403:
      return Code::permission_denied;
    case 404:
      return Code::unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return Code::unavailable;
    default:
      return Code::unknown;
  }
}

std::string encode_binary(std::string_view bytes) {
  auto text = base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

void Deframer::append(std::string_view bytes) {
  if (begin_ > 0 && begin_ >= buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(bytes);
}

std::uint32_t Deframer::length() const noexcept {
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < prefix_size; ++i)
    length = length << 8 | static_cast<unsigned char>(buffer_[begin_ + i]);
  return length;
}

Deframer::Found Deframer::look() const noexcept {
  if (buffer_.size() - begin_ < prefix_size) return Found::incomplete;
  if (length() > max_message_) return Found::too_large;
  if (compressed() && !(compression_ && buffer_[begin_] == 1)) return Found::compressed;
  return buffer_.size() - begin_ - prefix_size < length() ? Found::incomplete : Found::message;
}

std::string_view Deframer::message() const noexcept {
  return std::string_view(buffer_).substr(begin_ + prefix_size, length());
}

void Deframer::pop() {
  begin_ += prefix_size + length();
  if (!empty()) return;
  begin_ = 0;
  if (buffer_.capacity() > kept_buffer)
    std::string().swap(buffer_);
  else
    buffer_.clear();
}

}  // namespace parley::net::grpc
