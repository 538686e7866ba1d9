// Configuration section [teaching].
#include <parley/teaching/teaching.hpp>

template <>
const parley::TypeInfo& parley::describe<parley::teaching::Options>() {
  using teaching::Options;
  static constexpr Row rows[] = {
      field<&Options::enabled>("enabled", may_be_absent(),
                               doc("Whether /echo, /status, /delay, /stream and the like are served.")),
      field<&Options::max_delay>("max_delay", range(0, 3'600'000), may_be_absent(),
                                 doc("The longest /delay, which never goes past the deadline of the request.")),
      field<&Options::max_lines>("max_lines", range(1, 1'000'000), may_be_absent(),
                                 doc("The most lines of /stream.")),
      field<&Options::max_bytes>("max_bytes", bytes(), range(1, std::int64_t{1} << 40), may_be_absent(),
                                 doc("The most bytes of /bytes.")),
  };
  static const TypeInfo type = object<Options>("TeachingOptions", rows);
  return type;
}
