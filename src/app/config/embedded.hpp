// The files of config/, built into the binary so that it works alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace parley::app {

struct EmbeddedFile {
  std::string_view name;  // "demo" for config/profiles/demo.toml
  std::string_view text;
};

std::span<const EmbeddedFile> builtin_profiles() noexcept;
std::string_view default_config_text() noexcept;  // config/parley.toml

}  // namespace parley::app
