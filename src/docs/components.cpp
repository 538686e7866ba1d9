#include "components.hpp"

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

}  // namespace parley::docs
