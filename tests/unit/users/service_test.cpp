// What this implementation adds to the contract: cache, metrics, events, refused domains, durability.
#include "in_process.hpp"

using namespace parley;
using namespace parley::users;
using namespace parley::test;

namespace {

Result<User> create(UsersInProcess& users, std::string email) {
  CreateUser request;
  request.name = "Some One";
  request.email = std::move(email);
  return users.run(users.service().create_user(users.context(), std::move(request)));
}

Result<User> get(UsersInProcess& users, std::string id) {
  GetUser request{std::move(id)};
  return users.run(users.service().get_user(users.context(), std::move(request)));
}

Result<User> rename(UsersInProcess& users, std::string id, std::string name) {
  PatchUser request;
  request.id = std::move(id);
  request.name = std::move(name);
  return users.run(users.service().patch_user(users.context(), std::move(request)));
}

Result<User> activate(UsersInProcess& users, std::string id, bool active) {
  PatchUser request;
  request.id = std::move(id);
  request.active = active;
  return users.run(users.service().patch_user(users.context(), std::move(request)));
}

Result<void> remove(UsersInProcess& users, std::string id) {
  DeleteUser request{std::move(id)};
  return users.run(users.service().delete_user(users.context(), std::move(request)));
}

}  // namespace

TEST_CASE("a user that is in memory is read without the database") {
  UsersInProcess users(":memory:");
  const auto user = create(users, "a@example.com");
  REQUIRE(user);
  const auto reads = users.database().statistics().reads;
  REQUIRE(rename(users, user->id, "Renamed"));

  // Answered inline: the task completes although nothing drives the loop.
  std::optional<Result<User>> answer;
  const auto ask = [](UserService& service, CallContext context, std::string id,
                      std::optional<Result<User>>& out) -> Task<void> {
    GetUser request{std::move(id)};
    out = co_await service.get_user(std::move(context), std::move(request));
  };
  TaskGroup group([](std::exception_ptr) {});
  group.spawn(ask(users.service(), users.context(), user->id, answer));
  REQUIRE(answer);
  REQUIRE(*answer);
  CHECK((*answer)->name == "Renamed");
  CHECK(users.database().statistics().reads == reads);
  CHECK(get(users, "018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37").error().code == Code::not_found);
  CHECK(users.database().statistics().reads == reads + 1);
  CHECK(get(users, "no-uuid").error().code == Code::not_found);
  CHECK(users.database().statistics().reads == reads + 1);
}

TEST_CASE("an id is read in either case") {
  UsersInProcess users(":memory:");
  const auto user = create(users, "a@example.com");
  REQUIRE(user);
  std::string id = user->id;
  for (char& c : id) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - ('a' - 'A')) : c;
  CHECK(get(users, id) == *user);
}

TEST_CASE("a read that overlaps a write leaves no old state in memory") {
  TemporaryDirectory directory;
  const auto path = directory.file("users.db");
  for (int round = 0; round < 25; ++round) {
    std::string id;
    {
      UsersInProcess users(path);
      auto created = create(users, "a" + std::to_string(round) + "@example.com");
      REQUIRE(created);
      id = created->id;
    }
    UsersInProcess users(path);  // with nothing in memory
    const auto read = [](UserService& service, CallContext context, std::string wanted) -> Task<void> {
      GetUser request{std::move(wanted)};
      auto user = co_await service.get_user(std::move(context), std::move(request));
      CHECK(user);
    };
    const auto write = [](UserService& service, CallContext context, std::string wanted) -> Task<void> {
      PatchUser request;
      request.id = std::move(wanted);
      request.name = "Renamed";
      auto user = co_await service.patch_user(std::move(context), std::move(request));
      CHECK(user);
    };
    TaskGroup group([](std::exception_ptr) { FAIL("a call threw"); });
    group.spawn(read(users.service(), users.context(), id));
    group.spawn(write(users.service(), users.context(), id));
    group.spawn(read(users.service(), users.context(), id));
    users.time().run_until([&] { return group.size() == 0; });
    const auto now = get(users, id);
    REQUIRE(now);
    CHECK(now->name == "Renamed");
  }
}

TEST_CASE("users outlive a restart, and the active ones are counted at its start") {
  TemporaryDirectory directory;
  const auto path = directory.file("users.db");
  std::vector<User> written;
  {
    UsersInProcess users(path);
    CHECK(users.metrics()["active_users_total"].value == 0);
    for (int i = 0; i < 5; ++i) {
      auto user = create(users, std::to_string(i) + "@example.com");
      REQUIRE(user);
      written.push_back(*user);
    }
    auto inactive = activate(users, written[1].id, false);
    REQUIRE(inactive);
    written[1] = *inactive;
    REQUIRE(remove(users, written[4].id));
    CHECK(users.metrics()["active_users_total"].value == 3);
  }
  UsersInProcess users(path);
  CHECK(users.metrics()["active_users_total"].value == 3);
  for (int i = 0; i < 4; ++i) CHECK(get(users, written[i].id) == written[i]);
  CHECK(get(users, written[4].id).error().code == Code::not_found);
  CHECK(create(users, "0@example.com").error().code == Code::already_exists);
}

TEST_CASE("creations are counted and timed by outcome") {
  UsersInProcess users(":memory:");
  REQUIRE(create(users, "a@example.com"));
  REQUIRE(create(users, "b@example.com"));
  REQUIRE_FALSE(create(users, "a@example.com"));
  REQUIRE_FALSE(create(users, "nobody"));
  users.database().stop();
  CHECK(create(users, "c@example.com").error().code == Code::unavailable);
  CHECK(users.metrics()["user_creations_total success"].value == 2);
  CHECK(users.metrics()["user_creations_total error"].value == 3);
  CHECK(users.metrics()["user_creation_duration_seconds success"].observations.size() == 2);
  CHECK(users.metrics()["user_creation_duration_seconds error"].observations.size() == 3);
  CHECK(users.metrics()["active_users_total"].value == 2);
}

TEST_CASE("the gauge follows who is active") {
  UsersInProcess users(":memory:");
  const auto active = [&] { return users.metrics()["active_users_total"].value; };
  const auto user = create(users, "a@example.com");
  REQUIRE(user);
  CHECK(active() == 1);
  REQUIRE(activate(users, user->id, false));
  CHECK(active() == 0);
  REQUIRE(activate(users, user->id, false));
  CHECK(active() == 0);
  REQUIRE(activate(users, user->id, true));
  CHECK(active() == 1);
  REQUIRE(activate(users, user->id, false));
  REQUIRE(remove(users, user->id));
  CHECK(active() == 0);
  CHECK_FALSE(remove(users, user->id));
  CHECK(active() == 0);
}

TEST_CASE("without its database the module answers from memory and says so otherwise") {
  UsersInProcess users(":memory:");
  const auto user = create(users, "a@example.com");
  REQUIRE(user);
  users.database().stop();
  CHECK(get(users, user->id) == *user);
  CHECK(get(users, "018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37").error().code == Code::unavailable);
  CHECK(rename(users, user->id, "Renamed").error().code == Code::unavailable);
  CHECK(remove(users, user->id).error().code == Code::unavailable);
  CHECK(get(users, user->id) == *user);
  ValidateUser validate{"018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37"};
  const auto validation = users.run(users.service().validate_user(users.context(), validate));
  REQUIRE_FALSE(validation);
  CHECK(validation.error().code == Code::unavailable);
}

TEST_CASE("e-mails of refused domains are refused, at creation and at every change") {
  UsersInProcess users(":memory:", {.refused_email_domains = {"mailinator.com"}, .cached_users = 10});
  const auto refused = [](const Result<User>& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::invalid_argument);
    REQUIRE(result.error().fields.size() == 1);
    CHECK(result.error().fields[0].field == "email");
    CHECK(result.error().fields[0].problem.find("mailinator.com") != std::string::npos);
  };
  refused(create(users, "a@Mailinator.com"));
  refused(create(users, "a@eu.mailinator.com"));
  const auto user = create(users, "a@example.com");
  REQUIRE(user);
  PatchUser patch;
  patch.id = user->id;
  patch.email = "a@mailinator.com";
  refused(users.run(users.service().patch_user(users.context(), patch)));
  UpdateUser update;
  update.id = user->id;
  update.name = "Some One";
  update.email = "a@mailinator.com";
  refused(users.run(users.service().update_user(users.context(), update)));
  CHECK(get(users, user->id) == *user);
}

TEST_CASE("a user is dated by the clock of the call and its id sorts by it") {
  UsersInProcess users(":memory:");
  const auto first = create(users, "a@example.com");
  users.time().advance(std::chrono::seconds(5));
  const auto second = create(users, "b@example.com");
  REQUIRE((first && second));
  CHECK(second->created_at - first->created_at == std::chrono::milliseconds(5001));
  CHECK(first->id < second->id);
  const auto renamed = rename(users, first->id, "Renamed");
  REQUIRE(renamed);
  CHECK(renamed->created_at == first->created_at);
  CHECK(renamed->updated_at == users.time().now());
}
