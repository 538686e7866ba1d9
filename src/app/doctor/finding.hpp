// What the doctor finds, one finding per thing looked at.
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace parley::app {

enum class Mark : std::int32_t { ok = 0, note = 1, wrong = 2 };

struct Finding {
  std::string check;  // what was looked at: "port 8080", "database users"
  Mark mark = Mark::ok;
  std::string text;  // what was found; of a note or a wrong thing, what it means
  std::string mend;  // the command that mends it; empty where there is nothing to do
};

struct Diagnosis {
  bool ok = true;  // no finding is wrong
  std::vector<Finding> findings;
};

}  // namespace parley::app

template <>
const parley::TypeInfo& parley::describe<parley::app::Mark>();
template <>
const parley::TypeInfo& parley::describe<parley::app::Finding>();
template <>
const parley::TypeInfo& parley::describe<parley::app::Diagnosis>();
