// What failing, slow and reordered storage does to a room's log and its followers: nothing that shows.
#include "in_process.hpp"
#include "unreliable_database.hpp"

#include <set>

namespace {

using namespace parley;
using namespace parley::chat;
using namespace parley::chat::contract;
using chat::test::InProcess;
using chat::test::UnreliableDatabase;
using std::chrono::milliseconds;

struct Unreliable {
  UnreliableDatabase* database = nullptr;
  InProcess chat;
  explicit Unreliable(const Options& options = {})
      : chat(options, InProcess::Storage::memory, [this](std::unique_ptr<db::Database> inner) {
          auto wrapped = std::make_unique<UnreliableDatabase>(std::move(inner));
          database = wrapped.get();
          return wrapped;
        }) {}
};

Task<void> post_into(ChatService& port, CallContext context, PostMessage request,
                     std::vector<Result<Posted>>& out) {
  auto answer = co_await port.post(std::move(context), std::move(request));
  out.push_back(std::move(answer));
}

}  // namespace

TEST_CASE("chat: posts whose commit fails leave no hole, and their neighbours stay") {
  Unreliable with;
  InProcess& p = with.chat;
  Following follower(p, 0);
  int turn = 0;
  with.database->write_fails = [&] { return ++turn % 3 == 0; };
  std::vector<Result<Posted>> answers;
  TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
  for (int i = 1; i <= 300; ++i)
    group.spawn(post_into(p.port(), p.context(), text(std::to_string(i)), answers));
  p.run_until([&] { return group.size() == 0; });

  std::set<std::int64_t> positions;
  int refused = 0;
  for (auto& answer : answers) {
    if (answer) {
      positions.insert(answer->seq.value());
    } else {
      CHECK(answer.error().code == Code::unavailable);
      ++refused;
    }
  }
  CHECK(refused == 100);
  CHECK(with.database->failures == 100);
  CHECK(positions.size() == 200);
  CHECK(*positions.rbegin() == 200);
  with.database->write_fails = {};
  const auto log = read_all(p);
  CHECK(log.size() == 200);
  CHECK(first_hole(log) == 0);
  std::vector<std::string> expected;
  for (int i = 1; i <= 300; ++i)
    if (i % 3 != 0) expected.push_back(std::to_string(i));
  CHECK(contents(log) == expected);
  CHECK(follower.await(200) == log);
}

TEST_CASE("chat: a room whose first post fails does not count") {
  Options options;
  options.max_rooms = 1;
  Unreliable with(options);
  InProcess& p = with.chat;
  with.database->write_fails = [] { return true; };
  REQUIRE_FALSE(post(p, text("x", "Alice", "one")));
  CHECK(p.metrics.value("chat_rooms") == 0);
  with.database->write_fails = {};
  CHECK(posted(p, text("x", "Alice", "two")).seq == 1);
  CHECK(p.metrics.value("chat_rooms") == 1);
  CHECK(post(p, text("x", "Alice", "one")).error().code == Code::resource_exhausted);
}

TEST_CASE("chat: a delayed message is tried again, ever less often, until it can be stored") {
  Unreliable with;
  InProcess& p = with.chat;
  Following follower(p);
  posted(p, delayed_text("later", 1000));
  CHECK(p.metrics.value("chat_delayed") == 1);
  with.database->write_fails = [] { return true; };
  p.advance(milliseconds(1000));
  // The answer of a failed try arms the next one.
  const auto settle = [&](int failures) {
    p.run_until([&] { return with.database->failures == failures && with.database->pending() == 0; });
  };
  settle(1);
  milliseconds pause(100);
  for (int attempt = 2; attempt <= 9; ++attempt) {
    p.advance(pause - milliseconds(1));
    settle(attempt - 1);
    p.advance(milliseconds(1));
    settle(attempt);
    pause = std::min(pause * 2, milliseconds(5000));
  }
  CHECK(follower.count() == 0);
  with.database->write_fails = {};
  p.advance(milliseconds(5000));
  CHECK(contents(follower.await(1)) == std::vector<std::string>{"later"});
  p.advance(milliseconds(60'000));
  CHECK(contents(read_all(p)) == std::vector<std::string>{"later"});
  CHECK(p.metrics.value("chat_delayed") == 0);

  // The back-off starts anew for the next one.
  posted(p, delayed_text("again", 10));
  p.advance(milliseconds(10));
  CHECK(follower.await(2).size() == 2);
}

TEST_CASE("chat: a delayed message that cannot be stored is refused and not counted") {
  Options options;
  options.max_delayed = 1;
  Unreliable with(options);
  InProcess& p = with.chat;
  with.database->write_fails = [] { return true; };
  CHECK(post(p, delayed_text("x", 1000)).error().code == Code::unavailable);
  with.database->write_fails = {};
  CHECK(p.metrics.value("chat_delayed") == 0);
  REQUIRE(post(p, delayed_text("x", 1000)));
  CHECK(post(p, delayed_text("x", 1000)).error().code == Code::resource_exhausted);
}

TEST_CASE("chat: failing reads end a follower that catches up, and do not touch one that is live") {
  Unreliable with;
  InProcess& p = with.chat;
  post_many(p, 5);
  Following live(p);
  with.database->read_fails = [] { return true; };
  Following behind(p, 0);
  CHECK(behind.await_end() == Code::unavailable);
  CHECK(read(p, ReadMessages{}).error().code == Code::unavailable);
  post_many(p, 5, "new");
  CHECK(live.await(5).size() == 5);
  CHECK_FALSE(live.ended());
}

TEST_CASE("chat: what a follower read ahead of its publication does not come again") {
  Unreliable with;
  InProcess& p = with.chat;
  posted(p, text("1"));
  with.database->hold_writes = true;
  std::vector<Result<Posted>> answers;
  TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
  for (const char* content : {"2", "3", "4"})
    group.spawn(post_into(p.port(), p.context(), text(content), answers));
  p.run_until([&] { return with.database->held() == 3; });

  Following from_start(p, 0);  // reads 2, 3 and 4 too
  Following from_three(p, 3);  // a position that is on disk, but not published
  Following from_four(p, 4);   // the log's end
  Following live(p);           // from 1 on, as far as is published
  CHECK(from_start.await(4).size() == 4);
  CHECK(from_three.await(1).size() == 1);
  CHECK(live.count() == 0);

  SECTION("published in order") {
    for (int i = 0; i < 3; ++i) with.database->release(0);
  }
  SECTION("published out of order") {
    with.database->release(2);
    p.time.drain();
    with.database->release(0);
    p.time.drain();
    with.database->release(0);
  }
  CHECK(contents(live.await(3)) == std::vector<std::string>{"2", "3", "4"});
  with.database->hold_writes = false;
  Following fresh(p);
  posted(p, text("5"));
  CHECK(contents(fresh.await(1)) == std::vector<std::string>{"5"});
  CHECK(contents(from_start.await(5)) == std::vector<std::string>{"1", "2", "3", "4", "5"});
  CHECK(contents(from_three.await(2)) == std::vector<std::string>{"4", "5"});
  CHECK(contents(from_four.await(1)) == std::vector<std::string>{"5"});
  CHECK(contents(live.await(4)) == std::vector<std::string>{"2", "3", "4", "5"});
  for (auto* follower : {&from_start, &from_three, &from_four, &live})
    for (auto& update : follower->updates()) CHECK_FALSE(update.gap);
  CHECK(answers.size() == 3);
  CHECK(p.metrics.value("chat_messages_total") == 5);
}

TEST_CASE("chat: what is posted while a follower finds the log's end still reaches it") {
  Unreliable with;
  InProcess& p = with.chat;
  with.database->hold_writes = true;
  std::vector<Result<Posted>> answers;
  TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
  group.spawn(post_into(p.port(), p.context(), text("1"), answers));
  p.run_until([&] { return with.database->held() == 1; });
  with.database->hold_reads = true;
  Following follower(p, 1);  // unpublished: it asks the log
  p.run_until([&] { return with.database->held() == 2; });
  with.database->hold_writes = false;
  with.database->release(0);
  posted(p, text("2"));
  with.database->hold_reads = false;
  with.database->release(0);
  CHECK(contents(follower.await(1)) == std::vector<std::string>{"2"});
}

TEST_CASE("chat: a follower that is cancelled while it reads ends with the answer") {
  Unreliable with;
  InProcess& p = with.chat;
  post_many(p, 5);
  with.database->hold_reads = true;
  Following follower(p, 0);
  p.run_until([&] { return with.database->held() == 1; });
  follower.cancel();
  CHECK_FALSE(follower.ended());
  with.database->release(0);
  CHECK(follower.await_end() == Code::cancelled);
  CHECK(follower.updates().empty());
}
