#include "in_process.hpp"

namespace {

struct InMemory : parley::test::UsersInProcess {
  InMemory() : UsersInProcess(":memory:") {}
};

struct InFile : parley::test::TemporaryDirectory, parley::test::UsersInProcess {
  InFile() : UsersInProcess(file("users.db")) {}
};

// Every read by id goes to the database.
struct Uncached : parley::test::UsersInProcess {
  Uncached() : UsersInProcess(":memory:", {.refused_email_domains = {}, .cached_users = 0}) {}
};

}  // namespace

#define USER_PLACEMENTS InMemory, InFile, Uncached
#include "contract/users/user_contract.hpp"
