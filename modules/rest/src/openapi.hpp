// GET /openapi.json: OpenAPI 3.1, made from the rows and the described types.
#pragma once

#include "versions.hpp"

#include <parley/operation.hpp>

#include <span>
#include <string>
#include <string_view>

namespace parley::rest {

// One document for all versions of the API: the schemas of version v1 are named `v1.User` and so on, those
// of paths without a version `Message` and so on. Takes some milliseconds: made once, when first asked for.
std::string openapi_document(std::span<const BoundService> services, const Versions& versions,
                             std::string_view server_version);

}  // namespace parley::rest
