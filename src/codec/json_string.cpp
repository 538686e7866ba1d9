#include "output.hpp"

#include <parley/codec/json.hpp>
#include <parley/utf8.hpp>

#include <array>
#include <cstring>

namespace parley::codec {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t max_plain = Output::max_reserve;    // with its quotes
constexpr char hex[] = "0123456789abcdef";

constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (int c = 0x20; c < 0x80; ++c) table[static_cast<std::size_t>(c)] = c != '"' && c != '\\';
  return table;
}();

constexpr std::uint64_t each(unsigned char byte) {
  return 0x0101010101010101u * byte;
}

// Whether all eight bytes are ASCII that needs no escape. The usual bit tricks: a byte is below n, or zero,
// when subtracting sets its high bit; false alarms above the first hit do no harm.
bool all_plain(std::uint64_t bytes) {
  const std::uint64_t quote = bytes ^ each('"'), slash = bytes ^ each('\\');
  const std::uint64_t control = (bytes - each(0x20)) & ~bytes;
  const std::uint64_t quotes = (quote - each(1)) & ~quote, slashes = (slash - each(1)) & ~slash;
  return !((bytes | control | quotes | slashes) & each(0x80));
}

std::size_t plain_length(std::string_view text) {
  std::size_t i = 0;
  for (std::uint64_t eight; i + sizeof eight <= text.size(); i += sizeof eight) {
    std::memcpy(&eight, text.data() + i, sizeof eight);
    if (!all_plain(eight)) break;
  }
  if (i < text.size() && text.size() >= sizeof(std::uint64_t)) {
    // The rest, together with what is known to be plain before it.
    std::uint64_t last;
    std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
    if (i + sizeof last > text.size() && all_plain(last)) return text.size();
  }
  while (i < text.size() && plain[static_cast<unsigned char>(text[i])]) ++i;
  return i;
}

void put_escape(Output& out, char c) {
  char* at = out.reserve(6);
  *at++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *at++ = c;
      break;
    case '\b':
      *at++ = 'b';
      break;
    case '\f':
      *at++ = 'f';
      break;
    case '\n':
      *at++ = 'n';
      break;
    case '\r':
      *at++ = 'r';
      break;
    case '\t':
      *at++ = 't';
      break;
    default:
      std::memcpy(at, "u00", 3);
      at[3] = hex[static_cast<unsigned char>(c) >> 4];
      at[4] = hex[static_cast<unsigned char>(c) & 15];
      at += 5;
  }
  out.take(at);
}

}  // namespace

void Output::put_string(std::string_view text) {
  if (!text.empty() && text.size() + 2 <= max_plain && plain_length(text) == text.size()) {
    char* at = reserve(text.size() + 2);
    *at++ = '"';
    if (!text.empty()) std::memcpy(at, text.data(), text.size());  // an empty view may point nowhere
    at[text.size()] = '"';
    take(at + text.size() + 1);
    return;
  }
  put('"');
  for (;;) {
    // A run that is copied as it stands: plain ASCII and well-formed longer characters.
    std::size_t run = 0;
    bool escape = false;
    std::size_t skipped = 0;
    for (;;) {
      run += plain_length(text.substr(run));
      if (run == text.size()) break;
      if (static_cast<unsigned char>(text[run]) < 0x80) {
        escape = true;
        skipped = 1;
        break;
      }
      const auto step = utf8_step(text.substr(run));
      if (!step.well_formed) {
        skipped = step.length;
        break;
      }
      run += step.length;
    }
    put(text.substr(0, run));
    if (skipped == 0) break;
    if (escape)
      put_escape(*this, text[run]);
    else
      put(replacement);
    text.remove_prefix(run + skipped);
  }
  put('"');
}

void append_json_string(std::string_view text, std::string& out) {
  Output output(out);
  output.put_string(text);
  output.flush();
}

}  // namespace parley::codec
