// Configuration from all its sources. An input is a TOML file, and behind lines of `---` variables
// (NAME=value, one a line) and assignments (section.key=value, one a line). Whatever they hold is loaded or
// refused in words; what is loaded and written down loads again as the same.
#include "config/loader.hpp"
#include "fuzz.hpp"

#include <parley/suggest.hpp>

#include <string>

using namespace parley;
using namespace parley::app;
using fuzz::require;

namespace {

// No file of this machine is read: not that of a profile, nor another configuration.
bool names_a_file(const Setting& setting) {
  if (setting.section != "server" || setting.key != "profile") return false;
  for (const auto& value : setting.values)
    if (value.contains('/') || value.ends_with(".toml")) return true;
  return false;
}

void check_problems(const Problems& problems) {
  require(!problems.empty(), "a refusal has a problem");
  for (const auto& problem : problems) require(!problem.empty(), "a problem is a sentence");
}

// The settings of a TOML text stand in for those of a file: they take the same way.
void add_file(std::string_view text, Settings& settings) {
  auto parsed = parse_toml(text, "fuzz.toml");
  if (!parsed) return check_problems(parsed.error());
  for (auto& setting : *parsed)
    if (!names_a_file(setting)) settings.push_back(std::move(setting));
}

void add_environment(std::string_view text, Sources& sources) {
  while (!text.empty()) {
    auto line = fuzz::take_until(text, "\n");
    const auto name = fuzz::take_until(line, "=");
    if (name == "PARLEY_CONFIG") continue;
    if (name.ends_with("PROFILE") && (line.contains('/') || line.ends_with(".toml"))) continue;
    sources.environment.emplace_back(name, line);
  }
}

void add_assignments(std::string_view text, Settings& settings) {
  while (!text.empty()) {
    auto setting = parse_assignment(std::string(fuzz::take_until(text, "\n")));
    if (!setting)
      require(!setting.error().empty(), "a refusal says why");
    else if (!names_a_file(*setting))
      settings.push_back(std::move(*setting));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  auto rest = fuzz::text_of(data, size);
  Sources sources;
  add_file(fuzz::take_until(rest, "---\n"), sources.flags);
  add_environment(fuzz::take_until(rest, "---\n"), sources);
  add_assignments(rest, sources.flags);

  const auto loaded = load_config(sources);
  if (!loaded) {
    check_problems(loaded.error());
    return 0;
  }
  const auto text = to_toml(*loaded);
  const auto parsed = parse_toml(text, "written");
  require(parsed.has_value(), "what is written is TOML", text);
  Sources again;
  again.flags = *parsed;
  const auto back = load_config(again);
  require(back.has_value(), "what is written loads", back ? "" : text + back.error().front());
  for (const auto& section : describe<Config>().fields)
    for (const auto& key : section.type->fields) {
      const auto value = [&](const Loaded& from) {
        return value_to_toml(key, reinterpret_cast<const char*>(&from.config) + section.offset + key.offset);
      };
      require(value(*loaded) == value(*back), "what is written loads as the same",
              value(*loaded) + "\n" + value(*back));
    }
  return 0;
}
