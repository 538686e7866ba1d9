// The contract of the users port: everyone in one stream. See user_contract.hpp.
#pragma once

#include "contract/users/caller.hpp"
#include "receiver.hpp"

namespace {

using namespace parley;
using namespace parley::users;
using namespace parley::users::contract;
using parley::test::Receiver;

// Of 8 KB, so that of a crowd of 150 a network holds some on their way, and never all: what happens while
// they are taken happens before the last is sent.
const std::string heavy = "https://e.com/" + repeated("😀", 2000);

// So many users whose names begin with the word; their names, oldest first.
template <class Placement>
std::vector<std::string> crowd(Caller<Placement>& users, const std::string& word, int count,
                               const std::optional<std::string>& avatar = std::nullopt) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) {
    auto request = someone();
    request.name = word + " " + std::to_string(i);
    request.avatar = avatar;
    all.push_back(users.created(request).name);
  }
  return all;
}

std::vector<std::string> names(const Receiver<User>& receiver) {
  std::vector<std::string> all;
  for (auto& user : receiver.taken) all.push_back(user.name);
  return all;
}

TEMPLATE_TEST_CASE("a stream holds everyone once, oldest first, however many", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  Receiver<User> nobody;
  REQUIRE(users.stream(word, nobody));
  CHECK(nobody.taken.empty());

  const auto expected = crowd(users, word, 250);
  Receiver<User> some, all;
  REQUIRE(users.stream(word, some));
  CHECK(names(some) == expected);
  CHECK(some.taken.front() == users.value(users.get(some.taken.front().id)));
  REQUIRE(users.stream("", all));
  CHECK(all.taken.size() >= expected.size());
  Receiver<User> other;
  REQUIRE(users.stream(unique_word(), other));
  CHECK(other.taken.empty());
}

TEMPLATE_TEST_CASE("a stream goes on where it was, whoever has come and gone", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  auto expected = crowd(users, word, 150, heavy);
  Receiver<User> receiver;
  receiver.before = [&]() -> Task<void> {
    if (receiver.taken.size() != 10) co_return;
    DeleteUser first{receiver.taken.front().id};
    auto deleting = users.service().delete_user(users.placement().context(), std::move(first));
    const auto deleted = co_await std::move(deleting);
    auto last = someone();
    last.name = word + " last";
    auto creating = users.service().create_user(users.placement().context(), std::move(last));
    const auto created = co_await std::move(creating);
    CHECK(deleted);
    CHECK(created);
  };
  REQUIRE(users.stream(word, receiver));
  expected.push_back(word + " last");
  CHECK(names(receiver) == expected);
}

TEMPLATE_TEST_CASE("a stream ends when its receiver goes", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  const auto expected = crowd(users, word, 3);
  Receiver<User> receiver;
  receiver.leaves_after = 2;
  CHECK(code_of(users.stream(word, receiver)) == Code::cancelled);
  CHECK(names(receiver) == std::vector(expected.begin(), expected.begin() + 2));
}

TEMPLATE_TEST_CASE("a stream ends when its call is cancelled or its time is over", USER_TAGS,
                   USER_PLACEMENTS) {
  Caller<TestType> users;
  const auto word = unique_word();
  crowd(users, word, 150, heavy);
  auto context = users.placement().context();
  context.cancellation = std::make_shared<Cancellation>();
  Receiver<User> receiver;
  receiver.before = [&]() -> Task<void> {
    context.cancellation->cancel();
    co_return;
  };
  CHECK(code_of(users.stream(word, receiver, context)) == Code::cancelled);
  CHECK(receiver.taken.size() == 1);

  auto late = users.placement().context();
  late.deadline = late.clock->steady() + std::chrono::milliseconds(1);
  Receiver<User> slow;
  slow.before = [&]() -> Task<void> {
    users.placement().context();  // its clock moves on
    co_return;
  };
  CHECK(code_of(users.stream(word, slow, late)) == Code::deadline_exceeded);
  CHECK(slow.taken.size() < 150);
}

TEMPLATE_TEST_CASE("what a stream looks for has its limits", USER_TAGS, USER_PLACEMENTS) {
  Caller<TestType> users;
  Receiver<User> receiver;
  CHECK(blames(users.stream(std::string(255, 'x'), receiver), "q"));
  CHECK(blames(users.stream("a\nb", receiver), "q"));
}

}  // namespace
