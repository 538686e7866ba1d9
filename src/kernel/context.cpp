#include <parley/context.hpp>

#include <algorithm>
#include <utility>

namespace parley {
namespace {

constexpr char hex[] = "0123456789abcdef";

template <std::size_t N>
void append_hex(const std::array<std::uint8_t, N>& bytes, std::string& out) {
  for (auto byte : bytes) {
    out.push_back(hex[byte >> 4]);
    out.push_back(hex[byte & 0xf]);
  }
}

// Lower case only, as the specification has it.
int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool read_hex(std::string_view text, std::uint8_t* out) {
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = nibble(text[i]), low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

template <std::size_t N>
bool any(const std::array<std::uint8_t, N>& bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](auto byte) { return byte != 0; });
}

}  // namespace

bool Trace::valid() const noexcept {
  return any(trace_id) && any(span_id);
}

std::string Trace::trace_id_hex() const {
  std::string out;
  append_hex(trace_id, out);
  return out;
}

std::string Trace::traceparent() const {
  std::string out;
  out.reserve(55);
  out += "00-";
  append_hex(trace_id, out);
  out += '-';
  append_hex(span_id, out);
  out += '-';
  append_hex(std::array{flags}, out);
  return out;
}

std::optional<Trace> Trace::parse(std::string_view text) noexcept {
  // version "-" trace-id "-" parent-id "-" trace-flags: 2, 32, 16 and 2 digits
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  std::uint8_t version = 0;
  Trace trace;
  if (!read_hex(text.substr(0, 2), &version) || version == 0xff) return std::nullopt;
  if (text.size() > 55 && (version == 0 || text[55] != '-')) return std::nullopt;
  if (!read_hex(text.substr(3, 32), trace.trace_id.data()) ||
      !read_hex(text.substr(36, 16), trace.span_id.data()) || !read_hex(text.substr(53, 2), &trace.flags))
    return std::nullopt;
  if (!trace.valid()) return std::nullopt;
  return trace;
}

bool Principal::has(std::string_view permission) const noexcept {
  return administrator || std::ranges::find(permissions, permission) != permissions.end();
}

void Cancellation::cancel() {
  if (cancelled()) return;
  cancelled_.store(true, std::memory_order_relaxed);
  if (auto notify = std::exchange(on_cancel_, nullptr)) notify();
}

void Cancellation::on_cancel(std::function<void()> notify) {
  if (cancelled()) {
    if (notify) notify();
    return;
  }
  on_cancel_ = std::move(notify);
}

}  // namespace parley
