#include "store.hpp"

#include "fold.hpp"

namespace parley::users {
namespace {

#define USER_COLUMNS "id, name, email, age, city, country, phone, avatar, active, created_at, updated_at"

// The driver knows a statement by the address of its text.
constexpr const char* insert_user =
    "INSERT INTO users (" USER_COLUMNS ", search) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr const char* select_user = "SELECT " USER_COLUMNS " FROM users WHERE id = $1";
constexpr const char* update_user =
    "UPDATE users SET name = $2, email = $3, age = $4, city = $5, country = $6, phone = $7, avatar = $8, "
    "active = $9, updated_at = $10, search = $11 WHERE id = $1";
constexpr const char* delete_user = "DELETE FROM users WHERE id = $1";
constexpr const char* count_users = "SELECT count(*) FROM users";
constexpr const char* count_inactive = "SELECT count(*) FROM users WHERE active = 0";
constexpr const char* count_matches = R"(SELECT count(*) FROM users WHERE search LIKE $1 ESCAPE '\')";
// The inner query skips earlier pages in the index alone; only the rows of the page itself are fetched.
constexpr const char* select_page =
    "SELECT " USER_COLUMNS
    " FROM users WHERE id IN "
    "(SELECT id FROM users ORDER BY created_at, id LIMIT $1 OFFSET $2) ORDER BY created_at, id";
constexpr const char* select_matches =
    "SELECT " USER_COLUMNS
    R"( FROM users WHERE search LIKE $1 ESCAPE '\' ORDER BY created_at, id LIMIT $2 OFFSET $3)";
// Streams go on where they were, however far that is, at the cost of a look into the index.
constexpr const char* select_behind =
    "SELECT " USER_COLUMNS " FROM users WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3";
constexpr const char* select_matches_behind =
    "SELECT " USER_COLUMNS
    R"( FROM users WHERE (created_at, id) > ($1, $2) AND search LIKE $3 ESCAPE '\' ORDER BY created_at, id LIMIT $4)";

#undef USER_COLUMNS

User to_user(const db::Row& row) {
  User user;
  user.id = row.string(0);
  user.name = row.string(1);
  user.email = row.string(2);
  if (!row.is_null(3)) user.age = static_cast<std::int32_t>(row.integer(3));
  user.city = row.optional_string(4);
  user.country = row.optional_string(5);
  user.phone = row.optional_string(6);
  user.avatar = row.optional_string(7);
  user.active = row.integer(8) != 0;
  user.created_at = row.timestamp(9);
  user.updated_at = row.timestamp(10);
  return user;
}

std::string search_text(const User& user) {
  return fold_case(user.name) + '\n' + fold_case(user.email);
}

// `q` anywhere in the text, its own wildcards taken literally.
std::string like_pattern(std::string_view q) {
  std::string pattern = "%";
  for (const char c : fold_case(q)) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern += '%';
}

Result<std::optional<User>> read_user(db::Session& session, const std::string& id) {
  std::optional<User> user;
  auto rows = session.query(
      select_user, [&](const db::Row& row) { user = to_user(row); }, id);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return user;
}

// Of a statement that answers one number.
Result<std::int64_t> read_number(db::Session& session, const char* sql) {
  std::int64_t number = 0;
  auto rows = session.query(sql, [&](const db::Row& row) { number = row.integer(0); });
  if (!rows) return rows;
  return number;
}

}  // namespace

Task<Result<void>> UserStore::insert(CallContext context, User user) {
  auto search = search_text(user);
  auto work = [user = std::move(user), search = std::move(search)](db::Session& session) -> Result<void> {
    auto rows =
        session.execute(insert_user, user.id, user.name, user.email, user.age, user.city, user.country,
                        user.phone, user.avatar, user.active, user.created_at, user.updated_at, search);
    if (!rows) return std::unexpected(std::move(rows.error()));
    return {};
  };
  auto written = co_await database_->write(std::move(context), std::move(work));
  co_return written;
}

Task<Result<std::optional<User>>> UserStore::find(CallContext context, std::string id) {
  auto work = [id = std::move(id)](db::Session& session) { return read_user(session, id); };
  auto user = co_await database_->read(std::move(context), std::move(work));
  co_return user;
}

Task<Result<UserStore::Changed>> UserStore::modify(CallContext context, std::string id, Change change) {
  auto work = [id = std::move(id), change = std::move(change)](db::Session& session) -> Result<Changed> {
    auto found = read_user(session, id);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return fail(Code::not_found, "there is no such user");
    Changed changed{**found, **found};
    change(changed.after);
    const auto& user = changed.after;
    auto rows =
        session.execute(update_user, user.id, user.name, user.email, user.age, user.city, user.country,
                        user.phone, user.avatar, user.active, user.updated_at, search_text(user));
    if (!rows) return std::unexpected(std::move(rows.error()));
    return changed;
  };
  auto changed = co_await database_->write(std::move(context), std::move(work));
  co_return changed;
}

Task<Result<User>> UserStore::remove(CallContext context, std::string id) {
  auto work = [id = std::move(id)](db::Session& session) -> Result<User> {
    auto found = read_user(session, id);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return fail(Code::not_found, "there is no such user");
    auto rows = session.execute(delete_user, id);
    if (!rows) return std::unexpected(std::move(rows.error()));
    return std::move(**found);
  };
  auto removed = co_await database_->write(std::move(context), std::move(work));
  co_return removed;
}

Task<Result<UserPage>> UserStore::list(CallContext context, ListUsers request) {
  auto work = [request = std::move(request)](db::Session& session) -> Result<UserPage> {
    UserPage page;
    page.page = request.page;
    page.page_size = request.page_size;
    const bool all = request.q.empty();
    const auto pattern = all ? std::string() : like_pattern(request.q);
    auto total = [&](const db::Row& row) { page.total = row.integer(0); };
    auto counted = all ? session.query(count_users, total) : session.query(count_matches, total, pattern);
    if (!counted) return std::unexpected(std::move(counted.error()));

    const std::int64_t offset = (static_cast<std::int64_t>(request.page) - 1) * request.page_size;
    if (offset >= page.total) return page;
    auto add = [&](const db::Row& row) { page.users.push_back(to_user(row)); };
    auto rows = all ? session.query(select_page, add, request.page_size, offset)
                    : session.query(select_matches, add, pattern, request.page_size, offset);
    if (!rows) return std::unexpected(std::move(rows.error()));
    return page;
  };
  auto page = co_await database_->read(std::move(context), std::move(work));
  co_return page;
}

Task<Result<std::vector<User>>> UserStore::list_behind(CallContext context, const std::string& q,
                                                       const User* last, std::int32_t limit) {
  auto work = [pattern = q.empty() ? std::string() : like_pattern(q),
               time = last ? last->created_at : Timestamp::min(), id = last ? last->id : std::string(),
               limit](db::Session& session) -> Result<std::vector<User>> {
    std::vector<User> users;
    auto add = [&](const db::Row& row) { users.push_back(to_user(row)); };
    auto rows = pattern.empty() ? session.query(select_behind, add, time, id, limit)
                                : session.query(select_matches_behind, add, time, id, pattern, limit);
    if (!rows) return std::unexpected(std::move(rows.error()));
    return users;
  };
  return database_->read(std::move(context), std::move(work));
}

Task<Result<std::int64_t>> UserStore::count_active(CallContext context) {
  auto work = [](db::Session& session) -> Result<std::int64_t> {
    auto users = read_number(session, count_users);
    if (!users) return users;
    auto inactive = read_number(session, count_inactive);
    if (!inactive) return inactive;
    return *users - *inactive;
  };
  auto active = co_await database_->read(std::move(context), std::move(work));
  co_return active;
}

}  // namespace parley::users
