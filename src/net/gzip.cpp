#include "gzip.hpp"

#include "text.hpp"

#include <zlib.h>

#include <algorithm>
#include <optional>

namespace parley::net {
namespace {

constexpr int fastest = 1;            // the loop waits; JSON and HTML shrink to a fifth at this level already
constexpr int gzip_window = 15 + 16;  // 32 KiB, with gzip's header and trailer
constexpr int usual_memory = 8;
constexpr std::size_t least_inflated = 4 << 10;
constexpr std::size_t max_kept = 256 << 10;  // bytes of output kept for the next body

// The weight of a list's element in thousandths (RFC 9110 section 12.4.2); nothing for a malformed one.
std::optional<int> weight(std::string_view parameters) noexcept {
  parameters = trim(parameters);
  if (parameters.empty()) return 1000;
  if (!parameters.starts_with(';')) return std::nullopt;
  parameters = trim(parameters.substr(1));
  if (parameters.size() < 3 || to_lower(parameters[0]) != 'q' || parameters[1] != '=') return std::nullopt;
  const auto number = parameters.substr(2);
  if (number.size() > 5 || (number.size() > 1 && number[1] != '.')) return std::nullopt;
  int value = 0, unit = 1000;
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (i == 1) continue;
    if (!is_digit(number[i])) return std::nullopt;
    value += (number[i] - '0') * unit;
    unit /= 10;
  }
  return value > 1000 ? std::nullopt : std::optional(value);
}

}  // namespace

struct Gzip::State {
  z_stream stream{};
  std::string out;
  bool usable = false;

  State() {
    usable =
        deflateInit2(&stream, fastest, Z_DEFLATED, gzip_window, usual_memory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~State() {
    if (usable) deflateEnd(&stream);
  }
};

Gzip::Gzip(std::size_t min, std::size_t max) : min_(std::max<std::size_t>(min, 1)), max_(max) {}
Gzip::~Gzip() = default;

std::string_view Gzip::compress(std::string_view body) {
  if (!state_) state_ = std::make_unique<State>();
  auto& stream = state_->stream;
  if (!state_->usable || deflateReset(&stream) != Z_OK) return {};
  auto& out = state_->out;
  if (out.capacity() > max_kept) std::string().swap(out);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(body.size());
  bool done = false;
  // No room for more than what is shorter than the body.
  out.resize_and_overwrite(body.size() - 1, [&](char* to, std::size_t room) {
    stream.next_out = reinterpret_cast<Bytef*>(to);
    stream.avail_out = static_cast<uInt>(room);
    done = room > 0 && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    return done ? room - stream.avail_out : 0;
  });
  return out;
}

struct Gunzip::State {
  z_stream stream{};
  bool usable = false;

  State() { usable = inflateInit2(&stream, gzip_window) == Z_OK; }
  ~State() {
    if (usable) inflateEnd(&stream);
  }
};

Gunzip::Gunzip() = default;
Gunzip::~Gunzip() = default;

Gunzip::Outcome Gunzip::decompress(std::string_view coded, std::size_t most, std::string& out) {
  if (!state_) state_ = std::make_unique<State>();
  auto& stream = state_->stream;
  out.clear();
  if (!state_->usable || inflateReset(&stream) != Z_OK) return Outcome::malformed;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(coded.size());
  for (;;) {
    // Grows with what there is, so that a small message takes little; one byte more than `most` tells too
    // many.
    const auto used = out.size();
    const auto size = std::min(std::max({2 * used, 4 * coded.size(), least_inflated}), most + 1);
    if (size == used) return Outcome::too_large;
    int code = Z_OK;
    out.resize_and_overwrite(size, [&](char* to, std::size_t room) {
      stream.next_out = reinterpret_cast<Bytef*>(to + used);
      stream.avail_out = static_cast<uInt>(room - used);
      code = inflate(&stream, Z_NO_FLUSH);
      return room - stream.avail_out;
    });
    if (out.size() > most) return Outcome::too_large;
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0) return Outcome::whole;
      if (inflateReset(&stream) != Z_OK) return Outcome::malformed;  // a member behind it
    } else if (code != Z_OK || (stream.avail_out > 0 && stream.avail_in == 0)) {
      return Outcome::malformed;
    }
  }
}

bool is_text(std::string_view content_type) noexcept {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  return type.starts_with("text/") || type == "application/json" || type.ends_with("+json") ||
         type.ends_with("+xml") || type == "application/javascript" || type == "application/xml";
}

bool accepts_gzip(const Request& request) noexcept {
  std::optional<int> gzip, any, identity;
  for (const auto& field : request.fields) {
    if (!iequals(field.name, "Accept-Encoding")) continue;
    auto list = field.value;
    for (auto element = next_element(list); !element.empty(); element = next_element(list)) {
      const auto end = std::min(element.find(';'), element.size());
      const auto coding = trim(element.substr(0, end));
      const auto q = weight(element.substr(end));
      if (!q) continue;
      if (iequals(coding, "gzip") || iequals(coding, "x-gzip")) gzip = *q;
      if (iequals(coding, "identity")) identity = *q;
      if (coding == "*") any = *q;
    }
  }
  const int wanted = gzip.value_or(any.value_or(0));
  return wanted > 0 && wanted >= identity.value_or(0);
}

}  // namespace parley::net
