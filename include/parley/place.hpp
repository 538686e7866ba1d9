// Where a walk over a value is, for the paths of its problems.
#pragma once

#include <parley/validate.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace parley {

// Links through the walk's own frames, so that text is only made for a problem. What it refers to lives as
// long as the frame.
struct Place {
  static constexpr std::size_t no_index = std::numeric_limits<std::size_t>::max();

  const Place* parent = nullptr;
  std::string_view name = {};  // of a member; the prefix where there is no parent
  std::size_t index = no_index;

  std::string path() const {
    if (!parent) return std::string(name);
    std::string text = parent->path();
    if (index == no_index)
      append_member(text, name);
    else
      append_index(text, index);
    return text;
  }
};

}  // namespace parley
