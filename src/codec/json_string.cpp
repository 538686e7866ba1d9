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

// Vectors as gcc and clang know them, of whatever the machine has.
using Bytes16 [[gnu::vector_size(16)]] = signed char;
using Bytes8 [[gnu::vector_size(8)]] = signed char;

// Whether all bytes are ASCII that needs no escape. What is not ASCII is negative, and so below a space too.
template <class Block>
bool all_plain(const char* at) {
  Block bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  const Block special = (bytes < ' ') | (bytes == '"') | (bytes == '\\');
  std::uint64_t halves[sizeof special / sizeof(std::uint64_t)];
  std::memcpy(halves, &special, sizeof special);
  std::uint64_t any = 0;
  for (const auto half : halves) any |= half;
  return any == 0;
}

// How much of `text`, which fills a block at least, is known to be plain; blocks may overlap at its end.
template <class Block>
std::size_t plain_blocks(std::string_view text) {
  const auto last = text.size() - sizeof(Block);
  for (std::size_t i = 0; i < last; i += sizeof(Block))
    if (!all_plain<Block>(text.data() + i)) return i;
  return all_plain<Block>(text.data() + last) ? text.size() : last;
}

std::size_t plain_length(std::string_view text) {
  std::size_t i = 0;
  if (text.size() >= sizeof(Bytes16))
    i = plain_blocks<Bytes16>(text);
  else if (text.size() >= sizeof(Bytes8))
    i = plain_blocks<Bytes8>(text);
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

void Output::put_beyond(std::string_view text) {
  flush();
  if (text.size() > sizeof block_)
    target_.append(text);
  else
    put(text);
}

void Output::put_string(std::string_view text) {
  if (text.size() + 2 <= max_plain && plain_length(text) == text.size()) {
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
