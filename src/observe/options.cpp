#include <parley/observe/observe.hpp>

template <>
const parley::TypeInfo& parley::describe<parley::observe::LogOptions>() {
  using parley::observe::LogOptions;
  static constexpr Row rows[] = {
      field<&LogOptions::level>(
          "level", may_be_absent(),
          pattern("trace|debug|info|warn|error|off", "one of trace, debug, info, warn, error, off"),
          doc("The least severe lines that are written.")),
      field<&LogOptions::format>("format", may_be_absent(), pattern("text|json", "text or json"),
                                 doc("text for people, json for machines: one object per line.")),
      field<&LogOptions::access>("access", may_be_absent(), doc("One line per answered request.")),
      field<&LogOptions::queue>(
          "queue", may_be_absent(), range(64, 1 << 20),
          doc("Lines waiting for the writing thread; past that the oldest are dropped.")),
  };
  static const TypeInfo type = object<LogOptions>("LogOptions", rows);
  return type;
}
