// The files of modules/console/assets, built into the binary.
#pragma once

#include <span>
#include <string_view>

namespace parley::console {

struct Asset {
  std::string_view file;  // "style.css"
  std::string_view path;  // "/console/style.0a1b2c3d4e5f.css": another one for another content
  std::string_view text;
};

std::span<const Asset> assets() noexcept;

}  // namespace parley::console
