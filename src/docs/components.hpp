// What the paths or channels of a document refer to.
#pragma once

#include "examples.hpp"

#include <parley/codec/schema.hpp>
#include <parley/docs/documents.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

// The tags of a document. Edges know services by name; one that says more of it than the others is heard.
class Tags {
 public:
  void remember(const Tag& tag);
  Json all() const;

 private:
  std::vector<std::pair<std::string, std::string>> tags_;  // name and text, as they came
};

// `info`: what both documents say of the server.
Json info_of(const About& about);
// `details`, and the permission that is needed, if any.
std::string with_permission(std::string_view details, std::string_view permission);

// The example of a body or payload; null for one that has none.
Json example_of(const Content& content);

bool is_json(std::string_view media_type);

}  // namespace parley::docs
