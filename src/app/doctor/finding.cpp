#include "doctor/finding.hpp"

template <>
const parley::TypeInfo& parley::describe<parley::app::Mark>() {
  using parley::app::Mark;
  static constexpr EnumItem items[] = {{"ok", static_cast<int>(Mark::ok)},
                                       {"note", static_cast<int>(Mark::note)},
                                       {"wrong", static_cast<int>(Mark::wrong)}};
  static const TypeInfo type = enumeration<Mark>("Mark", items);
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::app::Finding>() {
  using parley::app::Finding;
  static constexpr Row rows[] = {
      field<&Finding::check>("check", doc("What was looked at.")),
      field<&Finding::mark>("mark"),
      field<&Finding::text>("text", doc("What was found.")),
      field<&Finding::mend>("mend", doc("The command that mends it.")),
  };
  static const TypeInfo type = object<Finding>("Finding", rows);
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::app::Diagnosis>() {
  using parley::app::Diagnosis;
  static constexpr Row rows[] = {
      field<&Diagnosis::ok>("ok", doc("No finding is wrong.")),
      field<&Diagnosis::findings>("findings"),
  };
  static const TypeInfo type = object<Diagnosis>("Diagnosis", rows);
  return type;
}
