#include "parameters.hpp"

#include <algorithm>
#include <stdexcept>

namespace parley::rest {
namespace {

// Of a TypeInfo, or of one that does not change.
template <class Type>
auto& find(Type& type, std::string_view name) {
  const auto found = std::ranges::find(type.fields, name, &FieldInfo::name);
  if (found == type.fields.end())
    throw std::logic_error(std::string(type.name) + " has no field " + std::string(name));
  return *found;
}

}  // namespace

Result<void> read_parameters(const net::Request& request, const TypeInfo& type, void* value) {
  std::vector<FieldProblem> problems;
  auto query = request.query_parameters();
  if (!query) return std::unexpected(std::move(query.error()));
  for (const auto& [name, text] : *query) {
    const auto field = std::ranges::find(type.fields, name, &FieldInfo::name);
    if (field == type.fields.end() || field->rules.header || text.empty()) continue;
    set_from_text(type, value, name, text, problems);
  }
  for (const auto& field : type.fields) {
    if (!field.rules.header) continue;
    const auto text = request.header(field.rules.header);
    if (text && !text->empty()) set_from_text(type, value, field.name, *text, problems);
  }
  conform(type, value, problems);
  if (problems.empty()) return {};
  for (auto& problem : problems) {
    const auto field = std::ranges::find(type.fields, problem.field, &FieldInfo::name);
    if (field != type.fields.end() && field->rules.header) problem.field = field->rules.header;
  }
  return std::unexpected(invalid_argument(std::move(problems)));
}

void share_rules(TypeInfo& type, std::string_view own, const TypeInfo& other, std::string_view name) {
  auto& field = find(type, own);
  const auto& source = find(other, name);
  const Rules mine = field.rules;
  field.rules = source.rules;
  field.regex = source.regex;
  field.rules.required = mine.required;
  field.rules.alias = mine.alias;
  field.rules.header = mine.header;
  if (mine.doc) field.rules.doc = mine.doc;
  if (mine.example) field.rules.example = mine.example;
}

}  // namespace parley::rest
