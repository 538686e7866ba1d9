// The contract of the users port: validating, listing, searching. See user_contract.hpp.
#pragma once

#include "contract/users/caller.hpp"

namespace {

using namespace parley;
using namespace parley::users;
using namespace parley::users::contract;

TEMPLATE_TEST_CASE("a validation tells whether a user may act", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto user = users.created(someone());
  auto validation = users.value(users.validate(user.id));
  CHECK(validation.is_valid);
  CHECK(validation.reason.empty());
  PatchUser patch;
  patch.id = user.id;
  patch.active = false;
  users.value(users.patch(patch));
  validation = users.value(users.validate(user.id));
  CHECK_FALSE(validation.is_valid);
  CHECK_FALSE(validation.reason.empty());
}

TEMPLATE_TEST_CASE("a profile has what others may see", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  auto request = someone();
  request.city = "New York";
  request.country = "USA";
  request.avatar = "https://example.com/a.png";
  const auto user = users.created(request);
  const auto profile = users.value(users.profile(user.id));
  CHECK(profile.id == user.id);
  CHECK(profile.name == user.name);
  CHECK(profile.avatar == user.avatar);
  CHECK(profile.city == user.city);
  CHECK(profile.country == user.country);
  CHECK(profile.active);
  CHECK(profile.member_since == user.created_at);
  for (const auto& id : strange_ids) CHECK(code_of(users.profile(id)) == code_of(users.get(id)));
}

TEMPLATE_TEST_CASE("pages hold everyone once, oldest first", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  std::vector<std::string> expected;
  for (int i = 0; i < 7; ++i) {
    auto request = someone();
    request.name = word + " " + std::to_string(i);
    expected.push_back(users.created(request).name);
  }
  std::vector<std::string> seen;
  for (std::int32_t number = 1; number <= 3; ++number) {
    const auto page = users.value(users.list(word, number, 3));
    CHECK(page.total == 7);
    CHECK(page.page == number);
    CHECK(page.page_size == 3);
    CHECK(page.users.size() == (number == 3 ? 1 : 3));
    for (auto& name : names(page)) seen.push_back(name);
  }
  CHECK(seen == expected);
  const auto beyond = users.value(users.list(word, 4, 3));
  CHECK(beyond.users.empty());
  CHECK(beyond.total == 7);

  const auto all = users.value(users.list(""));
  CHECK(all.total >= 7);
  CHECK(all.page == 1);
  CHECK(all.page_size == 20);
  const auto last = static_cast<std::int32_t>((all.total + 6) / 7);
  CHECK_FALSE(users.value(users.list("", last, 7)).users.empty());
}

TEMPLATE_TEST_CASE("a search looks into names and e-mails, without case", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  auto request = someone(word);
  request.name = "Жанна Ångström";
  users.created(request);
  CHECK(users.value(users.list(word)).total == 1);
  auto shouted = word;
  for (char& c : shouted) c -= 'a' - 'A';
  CHECK(users.value(users.list(shouted)).total == 1);
  CHECK(users.value(users.list(word + "@EXAMPLE")).total == 1);
  CHECK(users.value(users.list("  " + word + " ")).total == 1);
  CHECK(users.value(users.list("жАННА åNGSTRÖM")).total >= 1);
  CHECK(users.value(users.list(unique_word())).total == 0);
  // One line of the name and the e-mail must match, not both together.
  CHECK(users.value(users.list("Ångström" + word)).total == 0);
}

TEMPLATE_TEST_CASE("a search follows what was changed", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto before = unique_word();
  const auto after = unique_word();
  const auto user = users.created(someone(before));
  PatchUser patch;
  patch.id = user.id;
  patch.name = "Some " + after;
  patch.email = after + "@example.com";
  users.value(users.patch(patch));
  CHECK(users.value(users.list(before)).total == 0);
  CHECK(names(users.value(users.list(after))) == std::vector{"Some " + after});
}

TEMPLATE_TEST_CASE("wildcards in a search stand for themselves", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  for (const auto* name : {"100%", "1000", "a_b", "acb", "a\\b"}) {
    auto request = someone();
    request.name = word + name;
    users.created(request);
  }
  CHECK(names(users.value(users.list(word + "100%"))) == std::vector{word + "100%"});
  CHECK(names(users.value(users.list(word + "a_b"))) == std::vector{word + "a_b"});
  CHECK(names(users.value(users.list(word + "a\\b"))) == std::vector{word + "a\\b"});
  CHECK(users.value(users.list(word + "%b")).total == 0);
  CHECK(users.value(users.list("'" + word)).total == 0);
}

TEMPLATE_TEST_CASE("a page outside its limits is refused by name", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  // Not to be told from one that is left out, says proto3; our own reader tells them apart.
  if (users.foreign())
    CHECK(users.value(users.list("", 0)).page == 1);
  else
    CHECK(blames(users.list("", 0), "page"));
  CHECK(blames(users.list("", -1), "page"));
  if (users.foreign())
    CHECK(users.value(users.list("", 1, 0)).page_size == 20);
  else
    CHECK(blames(users.list("", 1, 0), "page_size"));
  CHECK(blames(users.list("", 1, 101), "page_size"));
  CHECK(blames(users.list(std::string(255, 'x')), "q"));
  CHECK(users.list("", 1, 100));
  CHECK(users.list("", 100'000'000, 100));
}

}  // namespace
