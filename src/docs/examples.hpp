// Values that show a described type, made from its table.
#pragma once

#include <parley/docs/route.hpp>

#include <nlohmann/json.hpp>

namespace parley::docs {

using Json = nlohmann::ordered_json;  // members in the order of the declaration

// JSON that the documents quote. Throws std::logic_error, naming `what`, for text that is none.
Json parse(std::string_view text, std::string_view what);

// Of an object those members that have an example or must be present; of a field its example, or a plain
// value that its rules allow.
Json example_of(const TypeInfo& type, const codec::JsonStyle& style);
Json example_of(const FieldInfo& field, const codec::JsonStyle& style);

// A field that `view` shows under its own name.
bool shown(const FieldInfo& field, const View& view);

}  // namespace parley::docs
