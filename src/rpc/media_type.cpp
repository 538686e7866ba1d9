#include <parley/rpc/media_type.hpp>

#include <algorithm>
#include <string>

namespace parley::calls {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool may_be_json(std::optional<std::string_view> content_type) {
  if (!content_type) return true;
  auto type = content_type->substr(0, content_type->find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  std::string text(type);
  std::ranges::transform(text, text.begin(), lower);
  return text.empty() || text == "application/json" || text.ends_with("+json") || text == "text/plain" ||
         text == "application/x-www-form-urlencoded";
}

}  // namespace parley::calls
