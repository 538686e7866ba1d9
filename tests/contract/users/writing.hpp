// The contract of the users port: creating, changing, deleting. See user_contract.hpp.
#pragma once

#include "contract/calls_over.hpp"
#include "contract/users/caller.hpp"

namespace {

using namespace parley;
using namespace parley::users;
using namespace parley::users::contract;

TEMPLATE_TEST_CASE("a created user is answered and can be read", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  auto request = someone();
  request.age = 30;
  request.avatar = "https://example.com/avatars/john.png?size=64";
  const auto user = users.created(request);
  CHECK_FALSE(user.id.empty());
  CHECK(user.name == request.name);
  CHECK(user.email == request.email);
  CHECK(user.age == 30);
  CHECK(user.avatar == request.avatar);
  CHECK_FALSE(user.city);
  CHECK_FALSE(user.country);
  CHECK_FALSE(user.phone);
  CHECK(user.active);
  CHECK(user.created_at > Timestamp());
  CHECK(user.updated_at == user.created_at);
  CHECK(users.value(users.get(user.id)) == user);
  CHECK(users.created(someone()).id != user.id);
}

TEMPLATE_TEST_CASE("the lecture's request is taken as it stands", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  CreateUser request;
  request.name = "John Doe";
  request.email = unique_word() + ".doe@example.com";
  request.age = 30;
  request.city = "New York";
  request.country = "USA";
  request.phone = "+1-555-123-4567";
  const auto user = users.created(request);
  CHECK(user.city == "New York");
  CHECK(user.country == "USA");
  CHECK(user.phone == "+1-555-123-4567");
  CHECK(users.value(users.get(user.id)) == user);
}

TEMPLATE_TEST_CASE("input is stored as it was typed, but for what is normalised", USER_TAGS,
                   USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  CreateUser request;
  request.name = "  <b>Zoë</b> & 'Ж' \"x\"; DROP TABLE users  ";
  request.email = " " + word + ".DOE@Example.COM ";
  request.city = " Saint-Étienne ";
  const auto user = users.created(request);
  CHECK(user.name == "<b>Zoë</b> & 'Ж' \"x\"; DROP TABLE users");
  CHECK(user.email == word + ".doe@example.com");
  CHECK(user.city == "Saint-Étienne");
  CHECK(users.value(users.get(user.id)) == user);
}

TEMPLATE_TEST_CASE("empty text in an optional field counts as left out", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  auto request = someone();
  request.city = request.country = request.phone = request.avatar = "";
  auto user = users.created(request);
  CHECK_FALSE(user.city);
  CHECK_FALSE(user.country);
  CHECK_FALSE(user.phone);
  CHECK_FALSE(user.avatar);
  user.phone = "+7 900 123-45-67";
  user = users.value(users.update(replacing(user)));
  CHECK(user.phone == "+7 900 123-45-67");
  PatchUser patch;
  patch.id = user.id;
  patch.phone = std::optional<std::string>(" ");
  CHECK_FALSE(users.value(users.patch(patch)).phone);
}

TEMPLATE_TEST_CASE("values at their limits are taken", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  auto request = someone();
  SECTION("shortest name, youngest age, shortest phone") {
    request.name = "Жо";
    request.age = 0;
    request.phone = "10";
  }
  SECTION("longest name, oldest age, longest phone and e-mail") {
    request.name = repeated("😀", 50);
    request.age = 120;
    request.phone = "+123456789012345";
    request.city = repeated("ö", 100);
    request.email = unique_word() + std::string(230, 'x') + "@example.com";
    request.avatar = "https://e.com/" + std::string(2034, 'x');
  }
  SECTION("a phone as people write it") {
    request.phone = "+1 (555) 123.45-67";
  }
  const auto user = users.created(request);
  CHECK(user.name == request.name);
  CHECK(user.email == request.email);
  CHECK(user.age == request.age);
  CHECK(user.phone == request.phone);
  CHECK(user.city == request.city);
  CHECK(user.avatar == request.avatar);
}

TEMPLATE_TEST_CASE("a broken rule is invalid_argument and names its field", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto user = users.created(someone());
  for (const auto& [what, field, breach, no_protobuf] : breaches) {
    INFO(what);
    // The status of a message that cannot be read is the library's, and it names no field.
    const auto check = [&, undecodable = users.foreign() && no_protobuf](const Result<User>& result) {
      if (undecodable) {
        CHECK((code_of(result) == Code::invalid_argument || code_of(result) == Code::internal));
        return;
      }
      CHECK(code_of(result) == Code::invalid_argument);
      CHECK(blames(result, field));
    };
    auto request = someone();
    breach(request);
    check(users.create(request));

    UpdateUser update;
    update.id = user.id;
    update.name = request.name;
    update.email = request.email;
    update.age = request.age;
    update.city = request.city;
    update.country = request.country;
    update.phone = request.phone;
    update.avatar = request.avatar;
    check(users.update(update));

    PatchUser patch;
    patch.id = user.id;
    patch.name = request.name;
    patch.email = request.email;
    patch.age = request.age;
    patch.city = request.city;
    patch.country = request.country;
    patch.phone = request.phone;
    patch.avatar = request.avatar;
    check(users.patch(patch));
  }
  CHECK(users.value(users.get(user.id)) == user);
}

TEMPLATE_TEST_CASE("all broken rules of a request are told at once", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  CreateUser request;
  request.name = "x";
  request.email = "nobody";
  request.age = 200;
  request.phone = "abc";
  const auto created = users.create(request);
  for (auto field : {"name", "email", "age", "phone"}) CHECK(blames(created, field));
}

TEMPLATE_TEST_CASE("an e-mail belongs to one user, in whatever case it is written", USER_TAGS,
                   USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto first = users.created(someone());
  const auto second = users.created(someone());
  auto shouted = first.email;
  for (char& c : shouted)
    if (c >= 'a' && c <= 'z') c -= 'a' - 'A';

  SECTION("create") {
    auto request = someone();
    request.email = shouted;
    const auto created = users.create(request);
    CHECK(code_of(created) == Code::already_exists);
    CHECK(blames(created, "email"));
  }
  SECTION("update") {
    auto request = replacing(second);
    request.email = shouted;
    const auto updated = users.update(request);
    CHECK(code_of(updated) == Code::already_exists);
    CHECK(blames(updated, "email"));
    CHECK(users.value(users.get(second.id)) == second);
  }
  SECTION("patch") {
    PatchUser request;
    request.id = second.id;
    request.email = shouted;
    const auto patched = users.patch(request);
    CHECK(code_of(patched) == Code::already_exists);
    CHECK(blames(patched, "email"));
    CHECK(users.value(users.get(second.id)) == second);
  }
  SECTION("one's own is no conflict") {
    auto request = replacing(first);
    request.email = shouted;
    CHECK(users.value(users.update(request)).email == first.email);
  }
  SECTION("given up, it is free") {
    auto request = replacing(first);
    request.email = unique_word() + "@example.org";
    users.value(users.update(request));
    request = replacing(second);
    request.email = first.email;
    CHECK(users.value(users.update(request)).email == first.email);
  }
}

TEMPLATE_TEST_CASE("of many who ask for one e-mail at once, one gets it", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  std::vector<Result<User>> results(20, fail(Code::unknown, "not answered"));
  std::vector<Task<void>> tasks;
  for (auto& result : results)
    tasks.push_back(create_into(users.service(), users.placement().context(), someone(word), result));
  users.run(together(std::move(tasks)));
  CHECK(std::ranges::count(results, Code::ok, &code_of<User>) == 1);
  CHECK(std::ranges::count(results, Code::already_exists, &code_of<User>) == 19);
  CHECK(users.value(users.list(word)).total == 1);
}

TEMPLATE_TEST_CASE("an unknown or malformed id is not_found", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  for (const auto& id : strange_ids) {
    INFO(id.substr(0, 40));
    CHECK(code_of(users.get(id)) == Code::not_found);
    auto someone_else = someone();
    UpdateUser update;
    update.id = id;
    update.name = someone_else.name;
    update.email = someone_else.email;
    CHECK(code_of(users.update(update)) == Code::not_found);
    PatchUser patch;
    patch.id = id;
    patch.age = std::optional<std::int32_t>(30);
    CHECK(code_of(users.patch(patch)) == Code::not_found);
    CHECK(code_of(users.remove(id)) == Code::not_found);
    const auto validation = users.value(users.validate(id));
    CHECK_FALSE(validation.is_valid);
    CHECK_FALSE(validation.reason.empty());
  }
}

TEMPLATE_TEST_CASE("an update replaces; what is left out is cleared", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  auto request = someone();
  request.age = 30;
  request.city = "Kazan";
  request.phone = "+15551234";
  const auto before = users.created(request);
  UpdateUser update;
  update.id = before.id;
  update.name = "Renamed";
  update.email = unique_word() + "@example.org";
  update.country = "Russia";
  const auto after = users.value(users.update(update));
  CHECK(after.id == before.id);
  CHECK(after.name == "Renamed");
  CHECK(after.email == update.email);
  CHECK(after.country == "Russia");
  CHECK_FALSE(after.age);
  CHECK_FALSE(after.city);
  CHECK_FALSE(after.phone);
  CHECK(after.active);
  CHECK(after.created_at == before.created_at);
  CHECK(after.updated_at > before.updated_at);
  CHECK(users.value(users.get(before.id)) == after);

  update.active = false;
  CHECK_FALSE(users.value(users.update(update)).active);
  update.active.reset();
  CHECK_FALSE(users.value(users.update(update)).active);
}

TEMPLATE_TEST_CASE("a patch leaves what is absent and clears what is null", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  auto request = someone();
  request.age = 30;
  request.city = "Kazan";
  request.phone = "+15551234";
  const auto before = users.created(request);
  PatchUser patch;
  patch.id = before.id;
  auto expected = before;
  SECTION("nothing") {}
  SECTION("one field") {
    patch.age = std::optional<std::int32_t>(31);
    expected.age = 31;
  }
  SECTION("null") {
    patch.city = std::optional<std::string>();
    patch.age = std::optional<std::int32_t>();
    expected.city.reset();
    expected.age.reset();
  }
  SECTION("several") {
    patch.name = " New Name ";
    patch.email = "X" + before.email;
    patch.country = std::optional<std::string>("Россия");
    patch.avatar = std::optional<std::string>("http://example.com/a.png");
    patch.active = false;
    expected.name = "New Name";
    expected.email = "x" + before.email;
    expected.country = "Россия";
    expected.avatar = "http://example.com/a.png";
    expected.active = false;
  }
  const auto after = users.value(users.patch(patch));
  CHECK(after.updated_at >= before.updated_at);
  expected.updated_at = after.updated_at;
  CHECK(after == expected);
  CHECK(users.value(users.get(before.id)) == expected);
}

TEMPLATE_TEST_CASE("a deleted user is gone", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  const auto user = users.created(someone(word));
  users.value(users.get(user.id));
  CHECK(users.remove(user.id));
  CHECK(code_of(users.get(user.id)) == Code::not_found);
  CHECK(code_of(users.update(replacing(user))) == Code::not_found);
  CHECK(code_of(users.remove(user.id)) == Code::not_found);
  CHECK(users.value(users.list(word)).total == 0);
  CHECK_FALSE(users.value(users.validate(user.id)).is_valid);
  CHECK(users.created(someone(word)).id != user.id);
}

TEMPLATE_TEST_CASE("a call that is over changes nothing", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  const auto user = users.created(someone(word));
  for (const auto& [code, context] : parley::test::calls_over(users.placement().context())) {
    auto another = someone(word);
    another.email = unique_word() + "@example.com";
    CHECK(code_of(users.run(users.service().create_user(context, std::move(another)))) == code);
    DeleteUser removal{user.id};
    CHECK(code_of(users.run(users.service().delete_user(context, std::move(removal)))) == code);
  }
  CHECK(users.value(users.get(user.id)) == user);
  CHECK(users.value(users.list(word)).total == 1);
}

}  // namespace
