#include "config/loader.hpp"

#include "config/check.hpp"
#include "config/embedded.hpp"

#include <parley/suggest.hpp>
#include <parley/validate.hpp>

#include <unistd.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <system_error>

namespace parley::app {
namespace {

constexpr std::size_t max_file = 1 << 20;  // bytes; a configuration is some kilobytes

const TypeInfo& schema() {
  return describe<Config>();
}

const FieldInfo* find_field(const TypeInfo& type, std::string_view name) {
  for (const auto& field : type.fields)
    if (field.name == name) return &field;
  return nullptr;
}

std::vector<std::string> names_of(const TypeInfo& type) {
  std::vector<std::string> names;
  for (const auto& field : type.fields) names.emplace_back(field.name);
  return names;
}

std::string full_name(std::string_view section, std::string_view key) {
  return std::string(section) + "." + std::string(key);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

// What a TOML value of `form` must be called to fit a field of `kind`; empty when it fits.
std::string_view misfit(Kind kind, bool bytes, Form form) {
  if (form == Form::text) return {};
  switch (kind) {
    case Kind::boolean:
      return form == Form::boolean ? "" : "true or false";
    case Kind::i32:
    case Kind::i64:
      if (form == Form::integer || (bytes && form == Form::string)) return {};
      return bytes ? "a number of bytes or a size such as \"16MiB\"" : "a whole number";
    case Kind::f64:
      return form == Form::integer || form == Form::real ? "" : "a number";
    case Kind::duration:
      return form == Form::integer || form == Form::string ? ""
                                                           : "a duration such as \"54s\", or milliseconds";
    case Kind::money:
      return form == Form::integer || form == Form::string ? "" : "an amount in quotes such as \"19.99\"";
    case Kind::list:
      return form == Form::list ? "" : "a list of strings in brackets";
    default:
      return form == Form::string ? "" : "a string in quotes";
  }
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A list as variables and flags have it, in one text.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> elements;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto element = text.substr(0, comma);
    while (!element.empty() && element.front() == ' ') element.remove_prefix(1);
    while (!element.empty() && element.back() == ' ') element.remove_suffix(1);
    if (!element.empty()) elements.emplace_back(element);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return elements;
}

class Builder {
 public:
  Loaded loaded;
  Problems problems;

  void apply(const Setting& setting) {
    const auto* section = find_field(schema(), setting.section);
    if (!section) return unknown_section(setting);
    if (setting.key.empty()) return;
    const auto& type = *section->type;
    const auto* key = find_field(type, setting.key);
    if (!key) return unknown_key(setting, type);

    const auto name = full_name(setting.section, setting.key);
    if (const auto expected = misfit(key->type->kind, key->rules.bytes, setting.form); !expected.empty()) {
      problems.push_back(setting.origin + ": " + name + " must be " + std::string(expected));
      return;
    }
    auto* owner = reinterpret_cast<char*>(&loaded.config) + section->offset;
    if (key->type->kind == Kind::list) key->type->clear(owner + key->offset);
    std::vector<FieldProblem> found;
    const bool one_text = key->type->kind == Kind::list && setting.form == Form::text;
    const auto values = one_text ? split_list(setting.values.front()) : setting.values;
    for (const auto& value : values) set(*key, type, owner, value, found);
    for (const auto& [field, problem] : found) report(setting, name, problem);
    if (found.empty()) loaded.origins[name] = setting.origin;
  }

  void apply_all(const Settings& settings) {
    for (const auto& setting : settings) apply(setting);
  }

  // The rules of every key, and what keys owe each other.
  void finish() {
    if (!problems.empty()) return;
    for (const auto& section : schema().fields) {
      std::vector<FieldProblem> found;
      conform(*section.type, reinterpret_cast<char*>(&loaded.config) + section.offset, found, section.name);
      for (const auto& [field, problem] : found) {
        const auto key = field.substr(0, field.find('['));  // "rest.cors_origins[2]" came with the list
        const auto origin = loaded.origins.find(key);
        problems.push_back((origin == loaded.origins.end() ? "default" : origin->second) + ": " + field +
                           " " + problem);
      }
    }
    if (problems.empty()) check(loaded, problems);
  }

 private:
  static void set(const FieldInfo& key, const TypeInfo& type, void* owner, const std::string& value,
                  std::vector<FieldProblem>& found) {
    // A bare number is milliseconds, in a file as in a variable.
    const bool milliseconds = key.type->kind == Kind::duration && all_digits(value);
    set_from_text(type, owner, key.name, milliseconds ? value + "ms" : value, found);
  }

  // With the value as it was written, which the rules leave out when they cannot read it.
  void report(const Setting& setting, const std::string& name, const std::string& problem) {
    const auto& value = setting.values.empty() ? std::string() : setting.values.front();
    const bool said = setting.values.size() != 1 || problem.contains(value) || is_secret(setting.key);
    problems.push_back(setting.origin + ": " + name + " " + problem + (said ? "" : ", is " + value));
  }

  void unknown_section(const Setting& setting) {
    if (setting.section.empty()) {
      for (const auto& section : schema().fields)
        if (find_field(*section.type, setting.key)) {
          problems.push_back(setting.origin + ": " + setting.key + " belongs below the heading [" +
                             std::string(section.name) + "]");
          return;
        }
      problems.push_back(setting.origin + ": " + setting.key +
                         " stands outside of a section such as [server]");
      return;
    }
    problems.push_back(setting.origin + ": there is no section " + setting.section +
                       did_you_mean(setting.section, names_of(schema())));
  }

  void unknown_key(const Setting& setting, const TypeInfo& section) {
    const auto name = full_name(setting.section, setting.key);
    std::string hint;
    if (const auto key = nearest(setting.key, names_of(section)); !key.empty()) {
      hint = "; did you mean " + full_name(setting.section, key) + "?";
    } else {
      for (const auto& other : schema().fields)  // the right key in the wrong section
        if (find_field(*other.type, setting.key))
          hint = "; did you mean " + full_name(other.name, setting.key) + "?";
    }
    problems.push_back(setting.origin + ": there is no setting " + name + hint);
  }
};

// ---- environment -----------------------------------------------------------------------------------

struct Variable {
  std::string name, section, key;
};

// PARLEY_<SECTION>_<KEY>, and PARLEY_<KEY> for section server.
const std::vector<Variable>& variables() {
  static const std::vector<Variable> all = [] {
    std::vector<Variable> made;
    for (const auto& section : schema().fields)
      for (const auto& key : section.type->fields) {
        made.push_back({"PARLEY_" + upper(section.name) + "_" + upper(key.name), std::string(section.name),
                        std::string(key.name)});
        if (section.name == "server")
          made.push_back({"PARLEY_" + upper(key.name), std::string(section.name), std::string(key.name)});
      }
    return made;
  }();
  return all;
}

constexpr std::string_view config_variable = "PARLEY_CONFIG";

Settings settings_of_environment(const Sources& sources, Problems& problems) {
  Settings settings;
  for (const auto& [name, value] : sources.environment) {
    if (!name.starts_with("PARLEY_") || name == config_variable) continue;
    const auto known = std::ranges::find(variables(), name, &Variable::name);
    if (known == variables().end()) {
      std::vector<std::string> names{std::string(config_variable)};
      for (const auto& variable : variables()) names.push_back(variable.name);
      problems.push_back(name + ": there is no setting of that name" + did_you_mean(name, names));
      continue;
    }
    settings.push_back({known->section, known->key, Form::text, {value}, name});
  }
  return settings;
}

// ---- files -----------------------------------------------------------------------------------------

std::optional<std::string> read_file(const std::string& path, std::string& reason) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(max_file + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad() || (in.fail() && !in.eof())) {
    reason = std::generic_category().message(errno ? errno : EIO);
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_file) {
    reason = "it is larger than 1 MiB";
    return std::nullopt;
  }
  return text;
}

Settings settings_of_text(std::string_view text, const std::string& name, Problems& problems) {
  auto parsed = parse_toml(text, name);
  if (parsed) return std::move(*parsed);
  problems.insert(problems.end(), parsed.error().begin(), parsed.error().end());
  return {};
}

Settings settings_of_config_file(const Sources& sources, Problems& problems) {
  std::string path = sources.config_file.value_or(""), origin = "--config";
  if (!sources.config_file) {
    const auto variable =
        std::ranges::find(sources.environment, config_variable, &std::pair<std::string, std::string>::first);
    if (variable == sources.environment.end()) return {};
    path = variable->second, origin = config_variable;
  }
  std::string reason;
  const auto text = read_file(path, reason);
  if (!text) {
    problems.push_back(origin + ": the configuration file " + path + " cannot be read: " + reason);
    return {};
  }
  return settings_of_text(*text, path, problems);
}

Settings settings_of_profile(const std::string& profile, const std::string& origin, Problems& problems) {
  Settings settings;
  const auto builtin = std::ranges::find(builtin_profiles(), profile, &EmbeddedFile::name);
  if (builtin != builtin_profiles().end()) {
    settings = settings_of_text(builtin->text, "profile " + profile, problems);
  } else if (profile.contains('/') || profile.ends_with(".toml")) {
    std::string reason;
    const auto text = read_file(profile, reason);
    if (!text) {
      problems.push_back(origin + ": the profile " + profile + " cannot be read: " + reason);
      return {};
    }
    settings = settings_of_text(*text, profile, problems);
  } else {
    std::vector<std::string> names;
    std::string list;
    for (const auto& known : builtin_profiles()) {
      names.emplace_back(known.name);
      list += (list.empty() ? "" : ", ") + names.back();
    }
    const auto hint = did_you_mean(profile, names);
    problems.push_back(origin + ": there is no profile " + profile +
                       (hint.empty() ? "; there are: " + list : hint));
  }
  for (const auto& setting : settings)
    if (setting.section == "server" && setting.key == "profile")
      problems.push_back(setting.origin + ": a profile cannot choose another profile");
  return settings;
}

}  // namespace

std::expected<Loaded, Problems> load_config(const Sources& sources) {
  Builder builder;
  const auto file = settings_of_config_file(sources, builder.problems);
  const auto environment = settings_of_environment(sources, builder.problems);

  // The profile lies below all that may choose it.
  std::string profile = builder.loaded.config.server.profile, chosen_by = "default";
  for (const auto* layer : {&file, &environment, &sources.flags})
    for (const auto& setting : *layer)
      if (setting.section == "server" && setting.key == "profile" && !setting.values.empty())
        profile = setting.values.front(), chosen_by = setting.origin;

  builder.apply_all(settings_of_profile(profile, chosen_by, builder.problems));
  builder.apply_all(file);
  builder.apply_all(environment);
  builder.apply_all(sources.flags);
  builder.finish();
  if (!builder.problems.empty()) return std::unexpected(std::move(builder.problems));
  return std::move(builder.loaded);
}

std::expected<Setting, std::string> parse_assignment(const std::string& text) {
  const auto equals = text.find('=');
  const auto dot = text.find('.');
  if (equals == std::string::npos || dot > equals || dot == 0 || dot + 1 == equals)
    return std::unexpected("--set " + text + ": write it as section.key=value, such as net.max_body=16MiB");
  const std::string section = text.substr(0, dot), key = text.substr(dot + 1, equals - dot - 1);
  return Setting{section, key, Form::text, {text.substr(equals + 1)}, "--set " + section + "." + key};
}

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  for (const auto& section : schema().fields)
    for (const auto& key : section.type->fields) names.push_back(full_name(section.name, key.name));
  return names;
}

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace parley::app
