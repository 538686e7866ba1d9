#include "base64.hpp"

#include <boost/beast/core/detail/base64.hpp>

namespace parley::net {

namespace detail = boost::beast::detail::base64;

std::string base64(std::string_view bytes) {
  std::string out(detail::encoded_size(bytes.size()), '\0');
  out.resize(detail::encode(out.data(), bytes.data(), bytes.size()));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out(detail::decoded_size(text.size() + 3), '\0');
  const auto [written, taken] = detail::decode(out.data(), text.data(), text.size());
  if (taken != text.size()) return std::nullopt;
  out.resize(written);
  return out;
}

}  // namespace parley::net
