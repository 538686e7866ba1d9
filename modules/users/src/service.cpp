#include "service.hpp"

#include <parley/pages.hpp>
#include <parley/validate.hpp>

namespace parley::users {
namespace {

constexpr std::string_view creations_help = "Users asked to be created, by outcome.";
constexpr std::string_view creation_seconds_help = "Time to create a user, until it is on disk, by outcome.";

// What a stream reads at once.
constexpr std::int32_t streamed_at_once = 100;

std::unexpected<Error> no_such_user() {
  return fail(Code::not_found, "there is no user with this id");
}

// Ids are UUIDs in lower case; anything else names nobody and is not worth a query.
bool is_user_id(std::string_view id) noexcept {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char c = id[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

// What the driver answers, in the words of this port.
Error translated(Error error) {
  if (error.code == Code::already_exists)
    return {Code::already_exists, "another user has this e-mail", {{"email", "is another user's already"}}};
  if (error.code == Code::not_found) return no_such_user().error();
  return error;
}

// Empty text in an optional field counts as left out (types.cpp says why).
void drop_empty(std::optional<std::string>& text) {
  if (text && text->empty()) text.reset();
}
template <class Request>
void drop_empty_fields(Request& request) {
  for (auto field : {&Request::city, &Request::country, &Request::phone, &Request::avatar})
    drop_empty(request.*field);
}

// JSON merge patch: an absent member leaves, null clears; so does empty text.
template <class T>
void patch(std::optional<T>& field, const std::optional<std::optional<T>>& patched) {
  if (patched) field = *patched;
}
void patch(std::optional<std::string>& field, const std::optional<std::optional<std::string>>& patched) {
  if (!patched) return;
  field = *patched;
  drop_empty(field);
}
template <class T>
void patch(T& field, const std::optional<T>& patched) {
  if (patched) field = *patched;
}

}  // namespace

Service::Service(UserStore store, Metrics& metrics, Random& random, const Options& options)
    : store_(std::move(store)),
      cache_(static_cast<std::size_t>(options.cached_users)),
      emails_(options.refused_email_domains),
      random_(random),
      succeeded_{metrics.counter("user_creations_total", creations_help, {{"status", "success"}}),
                 metrics.histogram("user_creation_duration_seconds", creation_seconds_help,
                                   {{"status", "success"}})},
      failed_{
          metrics.counter("user_creations_total", creations_help, {{"status", "error"}}),
          metrics.histogram("user_creation_duration_seconds", creation_seconds_help, {{"status", "error"}})},
      active_users_(metrics.gauge("active_users_total", "Users that exist and are active.")) {}

Task<Result<void>> Service::start() {
  CallContext context;
  auto active = co_await store_.count_active(std::move(context));
  if (!active) co_return std::unexpected(std::move(active.error()));
  count_active(*active - active_);
  co_return Result<void>{};
}

Task<Result<User>> Service::create_user(CallContext context, CreateUser request) {
  const Clock& clock = *context.clock;
  const auto began = clock.steady();
  auto created = co_await insert_user(std::move(context), std::move(request));
  const auto& outcome = created ? succeeded_ : failed_;
  outcome.total.add();
  outcome.seconds.observe(std::chrono::duration<double>(clock.steady() - began).count());
  co_return created;
}

Task<Result<User>> Service::insert_user(CallContext context, CreateUser request) {
  if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
  if (auto allowed = check_email(request.email); !allowed)
    co_return std::unexpected(std::move(allowed.error()));
  drop_empty_fields(request);

  User user;
  user.created_at = user.updated_at = context.now();
  user.id = make_uuid(user.created_at, random_);
  user.name = std::move(request.name);
  user.email = std::move(request.email);
  user.age = request.age;
  user.city = std::move(request.city);
  user.country = std::move(request.country);
  user.phone = std::move(request.phone);
  user.avatar = std::move(request.avatar);

  auto inserted = co_await store_.insert(std::move(context), user);
  if (!inserted) co_return std::unexpected(translated(std::move(inserted.error())));
  count_active(+1);
  cache_.put(user);
  co_return user;
}

Task<Result<User>> Service::get_user(CallContext context, GetUser request) {
  if (auto conforms = conform(request); !conforms) return std::unexpected(std::move(conforms.error()));
  if (const User* user = cache_.find(request.id)) return *user;
  return find_user(std::move(context), std::move(request.id));
}

Task<Result<UserProfile>> Service::get_user_profile(CallContext context, GetUserProfile request) {
  GetUser get{std::move(request.id)};
  auto user = co_await get_user(std::move(context), std::move(get));
  if (!user) co_return std::unexpected(std::move(user.error()));
  UserProfile profile;
  profile.id = std::move(user->id);
  profile.name = std::move(user->name);
  profile.avatar = std::move(user->avatar);
  profile.city = std::move(user->city);
  profile.country = std::move(user->country);
  profile.active = user->active;
  profile.member_since = user->created_at;
  co_return profile;
}

Task<Result<User>> Service::find_user(CallContext context, std::string id) {
  if (!is_user_id(id)) co_return no_such_user();
  UserCache::Fill fill(cache_, id);
  auto found = co_await store_.find(std::move(context), std::move(id));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return no_such_user();
  fill.put(**found);
  co_return std::move(**found);
}

Task<Result<User>> Service::update_user(CallContext context, UpdateUser request) {
  if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
  if (auto allowed = check_email(request.email); !allowed)
    co_return std::unexpected(std::move(allowed.error()));
  drop_empty_fields(request);
  auto id = request.id;
  UserStore::Change replace = [request = std::move(request), now = context.now()](User& user) {
    user.name = request.name;
    user.email = request.email;
    user.age = request.age;
    user.city = request.city;
    user.country = request.country;
    user.phone = request.phone;
    user.avatar = request.avatar;
    user.active = request.active.value_or(user.active);
    user.updated_at = now;
  };
  auto user = co_await change_user(std::move(context), std::move(id), std::move(replace));
  co_return user;
}

Task<Result<User>> Service::patch_user(CallContext context, PatchUser request) {
  if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
  if (request.email) {
    if (auto allowed = check_email(*request.email); !allowed)
      co_return std::unexpected(std::move(allowed.error()));
  }
  auto id = request.id;
  UserStore::Change merge = [request = std::move(request), now = context.now()](User& user) {
    patch(user.name, request.name);
    patch(user.email, request.email);
    patch(user.age, request.age);
    patch(user.city, request.city);
    patch(user.country, request.country);
    patch(user.phone, request.phone);
    patch(user.avatar, request.avatar);
    patch(user.active, request.active);
    user.updated_at = now;
  };
  auto user = co_await change_user(std::move(context), std::move(id), std::move(merge));
  co_return user;
}

Task<Result<User>> Service::change_user(CallContext context, std::string id, UserStore::Change change) {
  if (!is_user_id(id)) co_return no_such_user();
  auto modified = co_await store_.modify(std::move(context), std::move(id), std::move(change));
  if (!modified) co_return std::unexpected(translated(std::move(modified.error())));
  count_active(static_cast<int>(modified->after.active) - static_cast<int>(modified->before.active));
  cache_.put(modified->after);
  co_return std::move(modified->after);
}

Task<Result<void>> Service::delete_user(CallContext context, DeleteUser request) {
  if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
  if (!is_user_id(request.id)) co_return no_such_user();
  auto removed = co_await store_.remove(std::move(context), std::move(request.id));
  if (!removed) co_return std::unexpected(translated(std::move(removed.error())));
  if (removed->active) count_active(-1);
  cache_.erase(removed->id);
  co_return Result<void>{};
}

Task<Result<UserPage>> Service::list_users(CallContext context, ListUsers request) {
  if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
  auto page = co_await store_.list(std::move(context), std::move(request));
  co_return page;
}

Task<Result<void>> Service::stream_users(CallContext context, StreamUsers request, Sink<User> sink) {
  if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
  auto read = [&](const User* last) {
    return store_.list_behind(context, request.q, last, streamed_at_once);
  };
  auto streaming = stream_pages(context, streamed_at_once, read, std::move(sink));
  auto ended = co_await std::move(streaming);
  co_return ended;
}

Task<Result<UserValidation>> Service::validate_user(CallContext context, ValidateUser request) {
  if (auto conforms = conform(request); !conforms) co_return std::unexpected(std::move(conforms.error()));
  GetUser get{std::move(request.user_id)};
  auto user = co_await get_user(std::move(context), std::move(get));
  UserValidation validation;
  if (user) {
    validation.is_valid = user->active;
    if (!user->active) validation.reason = "user is not active";
  } else if (user.error().code == Code::not_found) {
    validation.reason = "user not found";
  } else {
    co_return std::unexpected(std::move(user.error()));
  }
  co_return validation;
}

Result<void> Service::check_email(const std::string& email) const {
  const auto domain = emails_.refused(email);
  if (domain.empty()) return {};
  return invalid_field("email",
                       "must not be of the domain " + std::string(domain) + ", which is not allowed here");
}

void Service::count_active(std::int64_t difference) {
  if (difference == 0) return;
  active_ += difference;
  active_users_.set(static_cast<double>(active_));
}

}  // namespace parley::users
