#pragma once

#include <parley/metrics.hpp>

#include <map>
#include <string>

namespace parley::observe {

inline std::map<std::string, std::string> copy_of(Metrics::Labels labels) {
  std::map<std::string, std::string> copied;
  for (const auto& [label, value] : labels) copied.emplace(label, value);
  return copied;
}

}  // namespace parley::observe
