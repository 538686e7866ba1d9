// The users database, version by version. A migration that has shipped is never changed.
#include <parley/users/compose.hpp>

namespace {

// Times are microseconds since 1970. `search` is the name and the e-mail in lower case, one line each.
// users_created serves the pages of a list; users_inactive makes the active ones cheap to count.
constexpr parley::db::Migration all[] = {
    {1, "users", R"sql(
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  age INTEGER,
  city TEXT,
  country TEXT,
  phone TEXT,
  avatar TEXT,
  active INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  search TEXT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);
CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX users_inactive ON users (id) WHERE active = 0;
)sql"},
};

}  // namespace

std::span<const parley::db::Migration> parley::users::migrations() {
  return all;
}
