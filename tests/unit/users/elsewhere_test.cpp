// The port's contract, in a process of its own: this project's, or somebody else's.
#include "elsewhere.hpp"

#include <parley/users/placed.hpp>

namespace {

struct Elsewhere : parley::test::Elsewhere<parley::users::UserService> {
  Elsewhere()
      : parley::test::Elsewhere<parley::users::UserService>("users", "PARLEY_TEST_USERS",
                                                            &parley::users::make_placed) {}
};

}  // namespace

#define USER_TAGS "[.elsewhere][contract][users]"
#define USER_PLACEMENTS Elsewhere
#include "contract/users/user_contract.hpp"
