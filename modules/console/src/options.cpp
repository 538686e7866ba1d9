// Configuration section [console].
#include <parley/console/console.hpp>

template <>
const parley::TypeInfo& parley::describe<parley::console::Options>() {
  using console::Options;
  static constexpr Row rows[] = {
      field<&Options::interval>("interval", range(100, 60'000), may_be_absent(),
                                doc("How often the page at / gets new figures."), example(R"("1s")")),
      field<&Options::max_streams>("max_streams", range(0, 100'000), may_be_absent(),
                                   doc("Pages that may follow the figures at once."), example("1000")),
  };
  static const TypeInfo type = object<Options>("ConsoleOptions", rows, "The page at /.");
  return type;
}
