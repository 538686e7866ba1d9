#include "base64url.hpp"

#include <sodium.h>

#include <algorithm>

namespace parley::auth {
namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
  ::sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), variant);
  out.pop_back();  // the terminating NUL
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  // It compares signed characters, and takes some beyond ASCII for letters.
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7f; }))
    return std::nullopt;
  std::string out(text.size() / 4 * 3 + 2, '\0');
  std::size_t size = 0;
  // Without an end to report, it takes the whole text or fails; it refuses what is not canonical.
  if (::sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                          nullptr, &size, nullptr, variant) != 0)
    return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace parley::auth
