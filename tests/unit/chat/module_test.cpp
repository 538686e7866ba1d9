// What the module does beyond its port's contract: what it costs, what it removes, how it starts and stops.
#include "contract/chat/history.hpp"
#include "contract/chat/mentioning.hpp"
#include "in_process.hpp"

namespace {

using namespace parley;
using namespace parley::chat;
using namespace parley::chat::contract;
using chat::test::InProcess;
using std::chrono::milliseconds;

// Reads until the log of the default room holds `count` messages.
std::vector<Message> await_length(InProcess& p, std::size_t count) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    auto log = read_all(p, "s0", 1000);
    if (log.size() == count) return log;
  }
  FAIL("the log does not get " << count << " messages long");
  return {};
}

}  // namespace

TEST_CASE("chat: a follower that keeps up never reads the database") {
  InProcess p(Options{}, InProcess::Storage::memory);
  post_many(p, 10);
  Following follower(p);
  const auto reads = p.statistics().reads;
  const auto commits = p.statistics().commits;
  for (int round = 0; round < 5; ++round) {
    post_many(p, 100);
    follower.await(static_cast<std::size_t>(round + 1) * 100);
  }
  CHECK(p.statistics().reads == reads);
  // What is committed together comes together.
  CHECK(follower.updates().size() <= p.statistics().commits - commits + 5);
  CHECK(follower.updates().size() < 300);
}

TEST_CASE("chat: old messages are removed, positions are not given again, and the gap is told") {
  Options options;
  options.keep_messages = 10;
  options.prune_interval = milliseconds(1000);
  InProcess p(options, InProcess::Storage::file);
  Following slow(Following::Held{}, p, 0);
  for (int round = 0; round < 4; ++round) post_many(p, 400);
  post_many(p, 5, "few", "other");
  slow.await(1);
  const auto known = slow.messages().back().seq;
  p.advance(milliseconds(1000));
  const auto kept = await_length(p, 10);
  CHECK(kept.front().seq == 1591);
  CHECK(kept.back().seq == 1600);
  CHECK(read_all(p, "s0", 100, "other").size() == 5);

  CHECK(page(p, "s0").gap);
  CHECK(page(p, "s1589").gap);
  CHECK_FALSE(page(p, "s1590").gap);
  CHECK_FALSE(page(p, "s1600").gap);
  CHECK_FALSE(page(p, "").gap);
  CHECK(page(p, "0").gap);

  Following from_start(p, 0);
  CHECK(from_start.await(10) == kept);
  REQUIRE(from_start.updates().front().gap);
  CHECK(from_start.updates().front().gap->from == 1);
  CHECK(from_start.updates().front().gap->to == 1590);
  Following from_kept(p, 1590);
  CHECK(from_kept.await(10) == kept);
  CHECK_FALSE(from_kept.updates().front().gap);
  // One that took its time is told what it has missed, or had it in memory.
  slow.release();
  p.run_until([&] { return slow.messages().back().seq == 1600; });
  std::int64_t position = known;
  for (std::size_t i = 1; i < slow.updates().size(); ++i) {
    const RoomUpdate& update = slow.updates()[i];
    if (update.gap) {
      CHECK(update.gap->from == position + 1);
      position = update.gap->to;
    }
    for (auto& message : update.messages) CHECK(message.seq == ++position);
  }
  CHECK(position == 1600);
}

TEST_CASE("chat: history that was removed is said when a reader goes back to it") {
  Options options;
  options.keep_messages = 10;
  options.prune_interval = milliseconds(1000);
  InProcess p(options, InProcess::Storage::memory);
  post_many(p, 40);
  p.advance(milliseconds(1000));
  await_length(p, 10);  // 31 to 40
  const MessagePage newest = page(p, "", 4);
  CHECK(newest.previous == "s37");
  const MessagePage older = page_before(p, "s37", 6);
  CHECK(older.messages.front().seq == 31);
  CHECK_FALSE(older.gap);
  CHECK_FALSE(older.more);
  REQUIRE(older.previous == "s31");
  const MessagePage gone = page_before(p, "s31", 6);
  CHECK(gone.messages.empty());
  CHECK(gone.gap);
  CHECK_FALSE(gone.previous);
  CHECK(page(p, gone.next, 1).messages.front().seq == 31);
  const MessagePage partly = page_before(p, "s37", 7);
  CHECK(partly.messages.size() == 6);
  CHECK(partly.gap);
  CHECK_FALSE(partly.previous);
  CHECK(page_before(p, "s5", 7).gap);
}

TEST_CASE("chat: old mentions are removed, and so are those of removed messages; both are a gap") {
  Options options;
  options.keep_messages = 5;
  options.keep_mentions = 8;
  options.prune_interval = milliseconds(1000);
  InProcess p(options, InProcess::Storage::memory);
  for (int i = 1; i <= 12; ++i) posted(p, text("@u" + std::to_string(i)));
  posted(p, text("@elsewhere", "Alice", "attic"));
  p.advance(milliseconds(1000));
  await_length(p, 5);  // 8 to 12
  auto feed = mentions(p, 0);
  const auto got = await_mentions(p, *feed, 6);
  REQUIRE(got.size() == 6);
  CHECK(got.front().seq == 8);
  CHECK(got.front().user == "u8");
  CHECK(got.back().user == "elsewhere");
  REQUIRE(feed->updates()[0].gap);
  CHECK(*feed->updates()[0].gap == LogGap{1, 7});
  CHECK(p.statistics().failed_commits == 0);
}

TEST_CASE("chat: positions go on after a restart when all but the newest message is removed") {
  Options options;
  options.keep_messages = 1;
  options.prune_interval = milliseconds(1000);
  InProcess p(options, InProcess::Storage::file);
  post_many(p, 20);
  p.advance(milliseconds(1000));
  await_length(p, 1);
  REQUIRE(p.restart());
  CHECK(posted(p, text("next")).seq == 21);
  p.advance(milliseconds(1000));
  await_length(p, 1);
  CHECK(posted(p, text("last")).seq == 22);
}

TEST_CASE("chat: a clock that is set back does not turn a room's times around") {
  InProcess p(Options{}, InProcess::Storage::memory);
  const Posted first = posted(p, text("1"));
  p.advance(milliseconds(-5000));
  const Posted second = posted(p, text("2"));
  CHECK(second.timestamp == first.timestamp);
  posted(p, delayed_text("3", 10));
  p.advance(milliseconds(10));
  Following follower(p, 0);
  const auto log = follower.await(3);
  CHECK(log[2].timestamp == first.timestamp);
  p.advance(milliseconds(6000));
  CHECK(posted(p, text("4")).timestamp > first.timestamp);
}

TEST_CASE("chat: what fell due while the server was down is delivered at its start, in due order") {
  InProcess p(Options{}, InProcess::Storage::file);
  posted(p, delayed_text("b", 2000));
  posted(p, delayed_text("a", 1000, "fresh"));
  posted(p, delayed_text("c", 3000));
  posted(p, delayed_text("d", 60'000));
  const auto start = p.time.now();
  p.stop();
  p.advance(milliseconds(10'000));
  p.start();
  Following follower(p, 0);
  Following other(p, 0, "fresh");
  CHECK(contents(follower.await(2)) == std::vector<std::string>{"b", "c"});
  CHECK(contents(other.await(1)) == std::vector<std::string>{"a"});
  CHECK(follower.messages()[0].timestamp >= start + milliseconds(10'000));
  CHECK(p.metrics.value("chat_delayed") == 1);
  p.advance(milliseconds(50'000));
  CHECK(contents(follower.await(3)).back() == "d");
  REQUIRE(p.restart());
  CHECK(contents(read_all(p)) == std::vector<std::string>{"b", "c", "d"});
}

TEST_CASE("chat: many messages that are due at once all come") {
  InProcess p(Options{}, InProcess::Storage::memory);
  std::vector<PostMessage> requests;
  for (int i = 1; i <= 300; ++i) requests.push_back(delayed_text(std::to_string(i), 500));
  post_all(p, requests);
  CHECK(p.metrics.value("chat_delayed") == 300);
  Following follower(p);
  p.advance(milliseconds(500));
  const auto got = follower.await(300);
  REQUIRE(got.size() == 300);
  for (int i = 0; i < 300; ++i) CHECK(got[i].content == std::to_string(i + 1));
  CHECK(p.metrics.value("chat_delayed") == 0);
}

TEST_CASE("chat: a wall clock that jumps ahead is noticed within a minute") {
  InProcess p(Options{}, InProcess::Storage::memory);
  posted(p, delayed_text("x", 600'000));
  const auto timers = p.time.timers();
  p.advance(milliseconds(60'000));
  CHECK(p.time.timers() >= timers);  // it looked, and waits again
  CHECK(read_all(p).empty());
  p.advance(milliseconds(540'000));
  Following follower(p, 0);
  CHECK(follower.await(1).size() == 1);
}

TEST_CASE("chat: the limit of rooms counts those there were") {
  Options options;
  options.max_rooms = 2;
  InProcess p(options, InProcess::Storage::file);
  posted(p, text("x", "Alice", "one"));
  posted(p, delayed_text("x", 1000, "two"));
  REQUIRE(p.restart());
  CHECK(post(p, text("x", "Alice", "three")).error().code == Code::resource_exhausted);
  REQUIRE(post(p, text("x", "Alice", "two")));
}

TEST_CASE("chat: stopping ends the followers, answers what is queued, and refuses the rest") {
  InProcess p(Options{}, InProcess::Storage::file);
  post_many(p, 3);
  auto waiting = std::make_unique<Following>(p);
  auto reading = std::make_unique<Following>(p, 0);
  auto sending = std::make_unique<Following>(Following::Held{}, p, 0);
  sending->await(1);
  CHECK(p.metrics.value("chat_followers") == 3);

  std::vector<Result<Posted>> answers;
  auto one = [](ChatService& port, CallContext context, std::vector<Result<Posted>>& out) -> Task<void> {
    auto answer = co_await port.post(std::move(context), text("late"));
    out.push_back(std::move(answer));
  };
  TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
  for (int i = 0; i < 50; ++i) group.spawn(one(p.port(), p.context(), answers));
  p.module().stop();
  p.module().stop();
  CHECK(waiting->ended());
  p.run_until([&] { return group.size() == 0; });
  for (auto& answer : answers) CHECK(answer.has_value());
  CHECK(answers.size() == 50);
  CHECK(waiting->await_end() == Code::unavailable);
  CHECK(reading->await_end() == Code::unavailable);
  sending->release();
  CHECK(sending->await_end() == Code::unavailable);
  CHECK(p.metrics.value("chat_followers") == 0);
  CHECK(post(p, text("x")).error().code == Code::unavailable);
  CHECK(read(p, ReadMessages{}).error().code == Code::unavailable);
  Following refused(p);
  CHECK(refused.await_end() == Code::unavailable);
  waiting.reset();
  reading.reset();
  sending.reset();
  REQUIRE(p.restart());
  CHECK(read_all(p).size() == 53);
}

TEST_CASE("chat: what is measured") {
  InProcess p(Options{}, InProcess::Storage::memory);
  CHECK(p.metrics.value("chat_rooms") == 0);
  post_many(p, 3);
  posted(p, text("x", "Alice", "other"));
  posted(p, delayed_text("x", 100, "third"));
  CHECK(p.metrics.value("chat_messages_total") == 4);
  CHECK(p.metrics.value("chat_rooms") == 3);
  CHECK(p.metrics.value("chat_delayed") == 1);
  {
    Following one(p), two(p, std::nullopt, "nowhere");
    CHECK(p.metrics.value("chat_followers") == 2);
    CHECK(p.metrics.value("chat_rooms") == 3);
    p.advance(milliseconds(100));
    Following third(p, 0, "third");
    third.await(1);
  }
  CHECK(p.metrics.value("chat_followers") == 0);
  CHECK(p.metrics.value("chat_delayed") == 0);
  CHECK(p.metrics.value("chat_messages_total") == 5);
}

TEST_CASE("chat: the port's rows") {
  const auto rows = operations<ChatService>();
  REQUIRE(rows.size() >= 3);
  CHECK(rows[0].name == "PostMessage");
  CHECK(rows[0].path == "/api/messages");
  CHECK(rows[0].status == 201);
  CHECK(rows[0].permission == "chat:write");
  CHECK(rows[1].verb == Verb::get);
  CHECK(rows[1].idempotent);
  CHECK(rows[2].shape == Shape::server_stream);
  for (const Operation& row : rows) {
    CHECK_FALSE(row.summary.empty());
    CHECK_FALSE(row.request().fields.empty());
    CHECK(row.answer().fields.empty() == (row.status == 204));
  }
  for (const FieldInfo& field : rows[0].request().fields)
    if (field.name == "content") CHECK(std::string_view(field.rules.alias) == "text");
  CHECK(describe<Options>().fields.size() == 9);
}
