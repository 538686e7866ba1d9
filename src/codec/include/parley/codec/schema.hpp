// JSON Schema 2020-12 of described types.
#pragma once

#include <parley/codec/json.hpp>

#include <memory>
#include <string>

namespace parley::codec {

// Collects the schemas of all named types that are reached, for `components/schemas` of an OpenAPI 3.1 or
// OpenRPC document. Throws std::logic_error for two types of one name and for an example that is no JSON.
//
// The schemas tell what is written, and of what is read the recommended form: an optional field is one that
// may be left out; only optional<optional<T>> and an optional element of an array may be null.
class SchemaSet {
 public:
  explicit SchemaSet(JsonStyle style = {}, std::string reference_prefix = "#/components/schemas/");
  ~SchemaSet();
  SchemaSet(const SchemaSet&) = delete;
  // The schema of a value of `type`, as JSON text: a $ref for objects and enumerations.
  std::string of(const TypeInfo& type);
  // The schema of one field with its rules, as JSON text.
  std::string of(const FieldInfo& field);
  // {"User":{...},...}, everything reached so far.
  std::string definitions() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::codec
