#include "checks.hpp"

#include "extra_members.hpp"
#include "limits.hpp"

namespace parley::chat {

std::unexpected<Error> stopping() {
  return std::unexpected(
      Error{Code::unavailable, "the chat is stopping", {}, std::chrono::milliseconds(1000)});
}

Result<void> refuse_nul(const char* field, const std::string& text) {
  if (text.find('\0') == text.npos) return {};
  return invalid_field(field, "must not contain the character U+0000");
}

Result<void> keep_others(ExtraMembers& extra, std::span<const std::string_view> own_fields) {
  auto& json = extra.json;
  if (json.empty()) return {};
  if (json.size() > max_extra_bytes)
    return invalid_field("extra", "must take at most " + std::to_string(max_extra_bytes) + " bytes, takes " +
                                      std::to_string(json.size()));
  auto kept = without_members(json, own_fields);
  if (!kept) return std::unexpected(std::move(kept.error()));
  json = std::move(*kept);
  return {};
}

}  // namespace parley::chat
