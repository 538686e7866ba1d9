#include <parley/operation.hpp>

namespace parley {

template <>
const TypeInfo& describe<Empty>() {
  static const TypeInfo type = make_object("Empty", {}, "Nothing.");
  return type;
}

}  // namespace parley
