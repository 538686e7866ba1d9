#include "chunked_body.hpp"

#include "text.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace parley::net {
namespace {

constexpr std::size_t max_size_line = 256;
constexpr std::size_t max_trailer_line = 4096;
constexpr std::size_t max_overhead = 16384;  // extensions and trailers of one body together

// VCHAR, obs-text, space and tab.
bool is_text(char c) {
  return static_cast<unsigned char>(c) >= 0x20 ? c != 0x7f : c == '\t';
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

std::size_t skip_token(std::string_view text, std::size_t at) {
  while (at < text.size() && is_token_char(text[at])) ++at;
  return at;
}

// The end of the quoted-string that starts at `at`, or npos.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

// *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
bool is_extension(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    at = skip_spaces(text, at);
    if (at == text.size() || text[at] != ';') return false;
    at = skip_spaces(text, at + 1);
    const auto name_end = skip_token(text, at);
    if (name_end == at) return false;
    at = name_end;
    const auto equals = skip_spaces(text, at);
    if (equals == text.size() || text[equals] != '=') continue;
    at = skip_spaces(text, equals + 1);
    if (at < text.size() && text[at] == '"') {
      at = skip_quoted(text, at);
      if (at == std::string_view::npos) return false;
    } else {
      const auto value_end = skip_token(text, at);
      if (value_end == at) return false;
      at = value_end;
    }
  }
  return true;
}

}  // namespace

void ChunkedBody::reset(std::size_t limit) {
  state_ = State::size_line;
  remaining_ = overhead_ = 0;
  room_ = limit;
  line_.clear();
  problem_ = nullptr;
  too_large_ = false;
}

ChunkedBody::Progress ChunkedBody::decode(char* out, const char* raw, std::size_t size) {
  const char* at = raw;
  const char* const end = raw + size;
  char* const begin = out;
  const auto progress = [&](Status status) {
    return Progress{status, static_cast<std::size_t>(at - raw), static_cast<std::size_t>(out - begin)};
  };
  while (at != end) {
    switch (state_) {
      case State::size_line:
        if (take_line(at, end, max_size_line) && begin_chunk()) line_.clear();
        break;
      case State::data: {
        const auto piece = std::min(remaining_, static_cast<std::size_t>(end - at));
        if (out != at) std::memmove(out, at, piece);
        out += piece, at += piece, remaining_ -= piece;
        if (remaining_ == 0) {
          state_ = State::data_end;
          remaining_ = 2;
        }
        break;
      }
      case State::data_end:
        if (*at++ != (remaining_ == 2 ? '\r' : '\n')) {
          problem_ = "a chunk does not end with CRLF after the bytes it announced";
        } else if (--remaining_ == 0) {
          state_ = State::size_line;
        }
        break;
      case State::trailer:
        if (take_line(at, end, max_trailer_line)) {
          if (line_.empty()) return progress(Status::done);
          if (check_trailer()) line_.clear();
        }
        break;
    }
    if (too_large_) return progress(Status::too_large);
    if (problem_) return progress(Status::malformed);
  }
  return progress(Status::more);
}

bool ChunkedBody::take_line(const char*& at, const char* end, std::size_t limit) {
  while (at != end) {
    const char c = *at++;
    const bool after_cr = !line_.empty() && line_.back() == '\r';
    if (c == '\n' || after_cr) {
      if (c == '\n' && after_cr) {
        line_.pop_back();
        return true;
      }
      problem_ = "a line of the chunked coding holds a bare CR or LF";
      return false;
    }
    if (c != '\r' && !is_text(c)) {
      problem_ = "a line of the chunked coding holds a control character";
      return false;
    }
    line_.push_back(c);
    if (line_.size() > limit) {
      problem_ = "a line of the chunked coding is too long";
      return false;
    }
  }
  return false;
}

bool ChunkedBody::begin_chunk() {
  const std::string_view line = line_;
  std::size_t digits = 0;
  std::uint64_t size = 0;
  for (; digits < line.size() && hex_value(line[digits]) >= 0; ++digits) {
    if (digits == 16) {
      problem_ = "a chunk size has more than 16 digits";
      return false;
    }
    size = size << 4 | static_cast<std::uint64_t>(hex_value(line[digits]));
  }
  if (digits == 0) {
    problem_ = "a chunk size is not a hexadecimal number";
    return false;
  }
  const auto extension = line.substr(digits);
  overhead_ += extension.size();
  if (overhead_ > max_overhead) {
    problem_ = "the chunk extensions are too long";
    return false;
  }
  if (!is_extension(extension)) {
    problem_ = "a chunk extension is malformed";
    return false;
  }
  if (size > room_) {
    too_large_ = true;
    return false;
  }
  room_ -= static_cast<std::size_t>(size);
  remaining_ = static_cast<std::size_t>(size);
  state_ = size == 0 ? State::trailer : State::data;
  return true;
}

bool ChunkedBody::check_trailer() {
  overhead_ += line_.size();
  const auto colon = skip_token(line_, 0);
  if (overhead_ > max_overhead) {
    problem_ = "the trailer fields are too long";
  } else if (colon == 0 || colon == line_.size() || line_[colon] != ':') {
    problem_ = "a trailer field is malformed";
  }
  return !problem_;
}

}  // namespace parley::net
