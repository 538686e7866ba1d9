// One assignment as somebody wrote it, wherever: the common form of TOML, environment and flags.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// How the value was written. TOML tells types apart; variables and flags are text.
enum class Form { text, string, integer, real, boolean, list, table, other };

struct Setting {
  std::string section, key;
  Form form = Form::text;
  std::vector<std::string> values;  // one, or the elements of a list
  std::string origin;               // "parley.toml:12", "PARLEY_NET_MAX_BODY", "--port"
};

using Problems = std::vector<std::string>;  // sentences, each naming the origin
using Settings = std::vector<Setting>;

// The settings of a TOML text; `name` is what origins call it.
std::expected<Settings, Problems> parse_toml(std::string_view text, const std::string& name);

}  // namespace parley::app
