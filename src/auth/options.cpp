#include <parley/auth/token.hpp>

template <>
const parley::TypeInfo& parley::describe<parley::auth::Options>() {
  using parley::auth::Options;
  static constexpr Row rows[] = {
      field<&Options::lifetime>(
          "lifetime", may_be_absent(), range(auth::min_lifetime.count(), auth::max_lifetime.count()),
          doc("How long a token is valid that `parley token` makes, 1 second to 24 hours.")),
  };
  static const TypeInfo type = object<Options>("TokenOptions", rows);
  return type;
}
