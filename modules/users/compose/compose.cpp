#include "service.hpp"

#include <parley/users/compose.hpp>

namespace parley {

namespace users {

std::unique_ptr<UserModule> make_user_service(Dependencies dependencies, Options options) {
  return std::make_unique<Service>(UserStore(std::move(dependencies.database)), dependencies.metrics,
                                   dependencies.random, options);
}

}  // namespace users

template <>
const TypeInfo& describe<users::Options>() {
  using users::Options;
  static constexpr Row rows[] = {
      field<&Options::refused_email_domains>(
          "refused_email_domains", items(0, 10'000), may_be_absent(),
          doc("E-mail domains that are refused, with the domains below them."),
          example(R"(["mailinator.com"])")),
      field<&Options::cached_users>("cached_users", range(0, 10'000'000), may_be_absent(),
                                    doc("Users kept in memory for reading by id; 0: none.")),
  };
  static const TypeInfo type = object<Options>("UserOptions", rows, "The users module.");
  return type;
}

}  // namespace parley
