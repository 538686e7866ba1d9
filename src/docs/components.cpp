#include "components.hpp"

#include <algorithm>

namespace parley::docs {

codec::SchemaSet& Schemas::set(const View& view) {
  const auto found = sets_.find(view.prefix);
  if (found != sets_.end()) return *found->second;
  const std::string prefix(view.prefix);
  auto made = std::make_unique<codec::SchemaSet>(view.style, "#/components/schemas/" + prefix);
  return *sets_.emplace(prefix, std::move(made)).first->second;
}

Json Schemas::of(const TypeInfo& type, const View& view) {
  return parse(set(view).of(type), type.name);
}

Json Schemas::of(const FieldInfo& field, const View& view) {
  return parse(set(view).of(field), field.name);
}

Json Schemas::of(const Content& content) {
  if (!content.schema.empty()) return parse(content.schema, content.media_type);
  if (!content.type) return {{"type", "string"}};
  if (!content.also) return of(*content.type, content.view);
  return {{"allOf", Json::array({of(*content.type, content.view), of(*content.also, {})})}};
}

Json Schemas::all() const {
  Json out = Json::object();
  for (const auto& [prefix, set] : sets_) {
    const Json definitions = parse(set->definitions(), prefix);
    for (const auto& [name, schema] : definitions.items()) out[prefix + name] = schema;
  }
  return out;
}

Json example_of(const Content& content) {
  if (!content.example.empty())
    return is_json(content.media_type) ? parse(content.example, content.media_type) : Json(content.example);
  if (!content.type) return nullptr;
  Json example = example_of(*content.type, content.view.style);
  if (content.also) example.update(example_of(*content.also, {}));
  return example;
}

bool is_json(std::string_view media_type) {
  const auto type = media_type.substr(0, media_type.find(';'));
  return type == "application/json" || type.ends_with("+json");
}

void Tags::remember(const Tag& tag) {
  const auto known = std::ranges::find(tags_, tag.name, &std::pair<std::string, std::string>::first);
  const auto about = tag.about.empty() ? "The module " + std::string(tag.name) + '.' : std::string(tag.about);
  if (known == tags_.end())
    tags_.emplace_back(tag.name, about);
  else if (!tag.about.empty())
    known->second = about;
}

Json Tags::all() const {
  Json tags = Json::array();
  for (const auto& [name, about] : tags_) tags.push_back({{"name", name}, {"description", about}});
  return tags;
}

Json info_of(const About& about) {
  return {{"title", about.title},
          {"version", about.version},
          {"description", about.text},
          {"contact", {{"name", "The Parley authors"}}},
          {"license", {{"name", "MIT"}}}};
}

std::string with_permission(std::string_view details, std::string_view permission) {
  std::string text(details);
  if (permission.empty()) return text;
  if (!text.empty()) text += "\n\n";
  return text.append("Needs the permission `").append(permission).append("`.");
}

}  // namespace parley::docs
