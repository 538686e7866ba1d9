// What the services say of themselves, for the edges of sockets and streams, which are made from no row.
#pragma once

#include <parley/docs/route.hpp>
#include <parley/operation.hpp>

#include <span>
#include <string_view>

namespace parley::rest {

// The row of that name. One that the port does not have ends the program: the first test finds it.
template <class Port>
const Operation& row_of(std::string_view name) {
  for (const auto& row : operations<Port>())
    if (row.name == name) return row;
  std::terminate();
}

// The port's group of the descriptions.
template <class Port>
docs::Tag tag_of(std::span<const BoundService> services) {
  for (const auto& service : services)
    if (service.operations.data() == operations<Port>().data()) return {service.module, service.about};
  return {};
}

}  // namespace parley::rest
