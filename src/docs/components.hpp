// What the paths or channels of a document refer to.
#pragma once

#include "examples.hpp"

#include <parley/codec/schema.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace parley::docs {

// `components/schemas`: every described type that is reached, once per view.
class Schemas {
 public:
  // A $ref for objects and enumerations.
  Json of(const TypeInfo& type, const View& view);
  Json of(const FieldInfo& field, const View& view);
  Json of(const Content& content);
  Json all() const;

 private:
  codec::SchemaSet& set(const View& view);

  std::map<std::string, std::unique_ptr<codec::SchemaSet>, std::less<>> sets_;  // by prefix
};

// The example of a body or payload; null for one that has none.
Json example_of(const Content& content);

bool is_json(std::string_view media_type);

}  // namespace parley::docs
