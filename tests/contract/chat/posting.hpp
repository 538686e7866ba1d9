// The contract of post().
#pragma once

#include "contract/calls_over.hpp"
#include "placement.hpp"

#include <set>

namespace parley::chat::contract {

inline void posting_contract(const Factory& make) {
  Options options;
  options.max_rooms = 3;
  auto placement = make(options);
  Placement& p = *placement;

  SECTION("a post is answered with its place in the log, and read as it was posted") {
    PostMessage request = text("Hello, Wörld \"<b>\"", "Alice");
    request.type = "greeting";
    request.extra.json = R"("colour":"red","n":[1,2,{"deep":null}])";
    const Timestamp before = p.context().now();
    const Posted answer = posted(p, request);
    CHECK(answer.room == default_room);
    CHECK(answer.seq == 1);
    CHECK(answer.timestamp >= before);
    CHECK_FALSE(answer.id.empty());

    const auto log = read_all(p);
    REQUIRE(log.size() == 1);
    const Message expected{answer.id,        default_room, 1, "greeting", request.content, "Alice",
                           answer.timestamp, request.extra};
    CHECK(log[0] == expected);
  }

  SECTION("a room counts on its own") {
    CHECK(posted(p, text("a", "Alice", "one")).seq == 1);
    CHECK(posted(p, text("b", "Alice", "two")).seq == 1);
    CHECK(posted(p, text("c", "Alice", "one")).seq == 2);
    CHECK(contents(read_all(p, "s0", 100, "one")) == std::vector<std::string>{"a", "c"});
    CHECK(contents(read_all(p, "s0", 100, "two")) == std::vector<std::string>{"b"});
  }

  SECTION("what the server says of a message is not the sender's to say") {
    PostMessage request = text("x");
    request.extra.json =
        R"("timestamp":"1999-01-01T00:00:00Z","a":1, "seq":77,"id":{"x":"}"} ,"\u0072oom":"r","b":"\"")";
    const Posted answer = posted(p, request);
    const auto log = read_all(p);
    REQUIRE(log.size() == 1);
    CHECK(log[0].extra.json == R"("a":1,"b":"\"")");
    CHECK(log[0].seq == 1);
    CHECK(log[0].id == answer.id);
  }

  SECTION("many at once get every position once, each sender's in order") {
    constexpr int senders = 16, each = 50;
    std::vector<PostMessage> requests;
    for (int i = 1; i <= each; ++i)
      for (int s = 0; s < senders; ++s)
        requests.push_back(text(std::to_string(i), "user" + std::to_string(s)));
    const auto answers = post_all(p, requests);
    std::set<std::int64_t> positions;
    std::set<std::string> ids;
    for (auto& answer : answers) {
      positions.insert(answer.seq.value());
      ids.insert(answer.id);
    }
    CHECK(positions.size() == senders * each);
    CHECK(*positions.begin() == 1);
    CHECK(*positions.rbegin() == senders * each);
    CHECK(ids.size() == senders * each);

    const auto log = read_all(p);
    REQUIRE(log.size() == senders * each);
    CHECK(first_hole(log) == 0);
    std::map<std::string, int> latest;
    for (auto& message : log) CHECK(++latest[message.user] == std::stoi(message.content));
    for (std::size_t i = 1; i < log.size(); ++i) CHECK(log[i].timestamp >= log[i - 1].timestamp);
  }

  SECTION("more rooms than the limit are refused, and the rooms there are go on") {
    for (const char* room : {"one", "two", "three"}) REQUIRE(post(p, text("x", "Alice", room)));
    const auto refused = post(p, text("x", "Alice", "four"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::resource_exhausted);
    CHECK(refused.error().message.find('3') != std::string::npos);
    CHECK(posted(p, text("y", "Alice", "two")).seq == 2);
  }

  SECTION("every field at fault is named with its limit") {
    auto problem = [&](PostMessage request, const char* field) {
      const auto answer = post(p, std::move(request));
      if (answer) return std::string("(accepted)");
      CHECK(answer.error().code == Code::invalid_argument);
      return problem_of(answer.error(), field);
    };
    CHECK(problem(text("x", "Alice", std::string(65, 'r')), "room").find("64") != std::string::npos);
    CHECK(problem(text("x", "Alice", "a room"), "room").find("letters") != std::string::npos);
    CHECK(problem(text("x", "Alice", ""), "room").find("empty") != std::string::npos);
    CHECK(problem(text("x", ""), "user").find("empty") != std::string::npos);
    CHECK(problem(text("x", std::string(65, 'u')), "user").find("64") != std::string::npos);
    PostMessage request = text("x");
    request.type = std::string(33, 't');
    CHECK(problem(request, "type").find("32") != std::string::npos);
    request.type = "";
    CHECK(problem(request, "type").find("empty") != std::string::npos);
    CHECK(problem(text(std::string(32'769, 'c')), "content").find("32768") != std::string::npos);
    CHECK(problem(text(std::string("a\0b", 3)), "content").find("U+0000") != std::string::npos);
    CHECK(problem(delayed_text("x", -1), "delay").find("0") != std::string::npos);
    CHECK(problem(delayed_text("x", 3'600'001), "delay").find("3600000") != std::string::npos);
    request = text("x");
    request.extra.json = R"("a":)";
    CHECK(problem(request, "extra").find("JSON") != std::string::npos);
    request.extra.json = "\"a\":\"" + std::string(200'000, 'e') + "\"";
    CHECK(problem(request, "extra").find("196608") != std::string::npos);
    CHECK(read_all(p).empty());
  }

  SECTION("a call that is over posts nothing") {
    for (const auto& [code, context] : parley::test::calls_over(p.context())) {
      for (auto request : {text("x"), delayed_text("x", 10)}) {
        const auto answer = call(p, p.port().post(context, std::move(request)));
        CHECK((answer ? Code::ok : answer.error().code) == code);
      }
    }
    CHECK(posted(p, text("first")).seq == 1);
    p.advance(std::chrono::milliseconds(20));
    CHECK(contents(read_all(p)) == std::vector<std::string>{"first"});
  }

  SECTION("the largest message passes, and nothing") {
    std::string largest;
    for (int i = 0; i < 32'768; ++i) largest += "ü";
    REQUIRE(post(p, text(largest)));
    REQUIRE(post(p, text("")));
    CHECK(contents(read_all(p)) == std::vector<std::string>{largest, ""});
  }
}

}  // namespace parley::chat::contract
