#include "handshake.hpp"

#include <algorithm>
#include <optional>

namespace parley::net {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_text(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A list may be spread over several fields (RFC 9110 section 5.3).
bool lists(const Request& request, std::string_view name, std::string_view token) noexcept {
  for (const auto& field : request.fields) {
    if (!same_text(field.name, name)) continue;
    auto rest = field.value;
    for (;;) {
      const auto comma = rest.find(',');
      if (same_text(trim(rest.substr(0, comma)), token)) return true;
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

// Nothing unless the field is there once.
std::optional<std::string_view> only(const Request& request, std::string_view name) noexcept {
  std::optional<std::string_view> found;
  for (const auto& field : request.fields) {
    if (!same_text(field.name, name)) continue;
    if (found) return std::nullopt;
    found = trim(field.value);
  }
  return found;
}

// Base64 of 16 bytes: 22 characters and their padding.
bool is_key(std::string_view key) noexcept {
  const auto base64 = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, base64);
}

HandshakeCheck refused(std::uint16_t status, std::string problem) {
  HandshakeCheck check;
  check.status = status;
  check.problem = std::move(problem);
  return check;
}

}  // namespace

HandshakeCheck check_handshake(const Request& request) {
  if (!lists(request, "Upgrade", "websocket")) return refused(400, "Upgrade must name websocket.");
  if (!lists(request, "Connection", "upgrade")) return refused(400, "Connection must name upgrade.");
  if (only(request, "Sec-WebSocket-Version") != "13")
    return refused(426, "Sec-WebSocket-Version must be 13.");
  const auto key = only(request, "Sec-WebSocket-Key");
  if (!key || !is_key(*key)) return refused(400, "Sec-WebSocket-Key must be 16 bytes in base64, once.");
  HandshakeCheck check;
  check.key = *key;
  for (const auto& field : request.fields) {
    if (!same_text(field.name, "Sec-WebSocket-Extensions")) continue;
    if (!check.extensions.empty()) check.extensions += ", ";
    check.extensions += field.value;
  }
  return check;
}

}  // namespace parley::net
