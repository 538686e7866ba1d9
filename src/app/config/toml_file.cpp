// The one file that knows toml++.
#include "config/setting.hpp"

// One of its assertions does not hold for a heading such as [=x], behind which it finds the error by itself.
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include <charconv>

namespace parley::app {
namespace {

Form form_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return Form::string;
    case toml::node_type::integer:
      return Form::integer;
    case toml::node_type::floating_point:
      return Form::real;
    case toml::node_type::boolean:
      return Form::boolean;
    case toml::node_type::array:
      return Form::list;
    case toml::node_type::table:
      return Form::table;
    default:
      return Form::other;
  }
}

std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* real = node.as_floating_point()) {
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), real->get()).ptr;
    return {digits, end};
  }
  return {};
}

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  std::string origin(const toml::node& node) const {
    return name_ + ":" + std::to_string(node.source().begin.line);
  }

  void read(std::string_view section, std::string_view key, const toml::node& node) {
    Setting setting{std::string(section), std::string(key), form_of(node), {}, origin(node)};
    if (const auto* elements = node.as_array()) {
      for (const auto& element : *elements) {
        if (!element.is_string()) {
          problems.push_back(origin(element) + ": " + setting.section + "." + setting.key +
                             " is a list of strings, and this element is none");
          return;
        }
        setting.values.push_back(text_of(element));
      }
    } else {
      setting.values.push_back(text_of(node));
    }
    add(node, std::move(setting));
  }

  void add(const toml::node& node, Setting setting) {
    lines_.emplace_back(node.source().begin.line, std::move(setting));
  }

  // A table's members come in the order of their names; people look for problems from the top.
  Settings take() {
    std::ranges::stable_sort(lines_, {}, &std::pair<std::size_t, Setting>::first);
    Settings settings;
    for (auto& [line, setting] : lines_) settings.push_back(std::move(setting));
    return settings;
  }

  Problems problems;

 private:
  const std::string& name_;
  std::vector<std::pair<std::size_t, Setting>> lines_;
};

}  // namespace

std::expected<Settings, Problems> parse_toml(std::string_view text, const std::string& name) {
  try {
    const toml::table document = toml::parse(text);
    Reader reader(name);
    for (const auto& [section, content] : document) {
      if (const auto* table = content.as_table()) {
        // An empty section has nothing to say, but its name must be right all the same.
        if (table->empty())
          reader.add(content, {std::string(section.str()), "", Form::table, {}, reader.origin(content)});
        for (const auto& [key, value] : *table) reader.read(section.str(), key.str(), value);
      } else if (content.is_array_of_tables()) {
        reader.problems.push_back(reader.origin(content) + ": write [" + std::string(section.str()) +
                                  "] with single brackets");
      } else {
        reader.read("", section.str(), content);
      }
    }
    if (!reader.problems.empty()) return std::unexpected(std::move(reader.problems));
    return reader.take();
  } catch (const toml::parse_error& error) {
    return std::unexpected(Problems{name + ":" + std::to_string(error.source().begin.line) +
                                    ": this line is not TOML: " + std::string(error.description())});
  }
}

}  // namespace parley::app
