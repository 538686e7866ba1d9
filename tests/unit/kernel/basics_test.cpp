#include "catch.hpp"

#include <parley/context.hpp>
#include <parley/ids.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/time.hpp>

#include <set>

using namespace parley;
using namespace std::chrono_literals;

TEST_CASE("RFC 3339 is written in UTC with as many digits as needed") {
  const Timestamp second{1'642'781'234s};
  CHECK(to_rfc3339(second) == "2022-01-21T16:07:14Z");
  CHECK(to_rfc3339(second + 120ms) == "2022-01-21T16:07:14.120Z");
  CHECK(to_rfc3339(second + 7us) == "2022-01-21T16:07:14.000007Z");
  CHECK(to_rfc3339(Timestamp{}) == "1970-01-01T00:00:00Z");
  CHECK(to_http_date(second) == "Fri, 21 Jan 2022 16:07:14 GMT");
}

TEST_CASE("RFC 3339 is read with any offset and nothing else") {
  const Timestamp second{1'642'781'234s};
  CHECK(parse_rfc3339("2022-01-21T16:07:14Z") == second);
  CHECK(parse_rfc3339("2022-01-21t16:07:14z") == second);
  CHECK(parse_rfc3339("2022-01-21T19:07:14+03:00") == second);
  CHECK(parse_rfc3339("2022-01-21T12:37:14.5-03:30") == second + 500ms);
  CHECK(parse_rfc3339("2022-01-21T16:07:14.123456789Z") == second + 123456us);
  CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == parse_rfc3339("2017-01-01T00:00:00Z"));
  // Every time that is read can be written: an offset does not lead out of the years of four digits.
  CHECK(to_rfc3339(*parse_rfc3339("0000-01-01T00:00:00Z")) == "0000-01-01T00:00:00Z");
  CHECK(to_rfc3339(*parse_rfc3339("9999-12-31T23:59:59.999999Z")) == "9999-12-31T23:59:59.999999Z");
  CHECK_FALSE(parse_rfc3339("0000-01-01T00:00:00+00:01"));
  CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
  CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:60Z"));
  for (auto bad : {"", "2022-01-21", "2022-01-21T16:07:14", "2022-01-21 16:07:14Z", "2022-02-30T00:00:00Z",
                   "2022-01-21T24:00:00Z", "2022-01-21T16:60:00Z", "2022-01-21T16:07:14.Z",
                   "2022-01-21T16:07:14+3:00", "2022-01-21T16:07:14Zx", "2022-01-21T16:07:14.1234567890Z",
                   "+022-01-21T16:07:14Z", "2022-01-21T16:07:14+24:00"}) {
    INFO(bad);
    CHECK(!parse_rfc3339(bad));
  }
}

TEST_CASE("time round-trips through its text") {
  auto random = make_random(42);
  for (int i = 0; i < 1000; ++i) {
    const Timestamp time{
        std::chrono::microseconds(static_cast<std::int64_t>(random->next() % 253'402'300'799'000'000))};
    CHECK(parse_rfc3339(to_rfc3339(time)) == time);
  }
}

TEST_CASE("UUIDs have version 7, the right variant, and sort by time") {
  auto random = make_random(1);
  std::set<std::string> seen;
  std::string previous;
  for (int i = 0; i < 1000; ++i) {
    const auto id = make_uuid(Timestamp{1'700'000'000s + i * 1ms}, *random);
    REQUIRE(id.size() == 36);
    CHECK(id[8] == '-');
    CHECK(id[14] == '7');
    CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    CHECK(id > previous);
    previous = id;
    seen.insert(id);
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("traceparent is read as W3C Trace Context says") {
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto trace = Trace::parse(good);
  REQUIRE(trace);
  CHECK(trace->traceparent() == good);
  CHECK(trace->trace_id_hex() == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(Trace::parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"));
  for (auto bad : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                   "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                   "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                   "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                   "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                   "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                   "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    INFO(bad);
    CHECK(!Trace::parse(bad));
  }
}

TEST_CASE("cancellation runs its waiter once, at once when it is too late") {
  Cancellation cancellation;
  int calls = 0;
  cancellation.on_cancel([&] { ++calls; });
  cancellation.cancel();
  cancellation.cancel();
  CHECK(calls == 1);
  cancellation.on_cancel([&] { calls += 10; });
  CHECK(calls == 11);
}

TEST_CASE("every code has a row in the one error table") {
  std::set<std::string_view> names, titles;
  std::set<int> jsonrpc_codes;
  for (std::size_t code = 0; code < code_count; ++code) {
    const auto& row = info(static_cast<Code>(code));
    names.insert(row.name);
    titles.insert(row.title);
    jsonrpc_codes.insert(row.jsonrpc_code);
    CHECK((code == 0 || row.http_status >= 400));
  }
  CHECK(names.size() == code_count);
  CHECK(titles.size() == code_count);
  CHECK(jsonrpc_codes.size() == code_count);
  CHECK(info(Code::unauthenticated).name == "unauthenticated");
  CHECK(info(Code::invalid_argument).http_status == 400);
  CHECK(info(static_cast<Code>(99)).name == "unknown");
  const auto error =
      invalid_argument({{"name", "is required"}, {"age", "must be between 0 and 120, is 200"}});
  CHECK(error.message == "name is required (and 1 more problem)");
}

TEST_CASE("a set of codes has those that were put into it") {
  constexpr auto bits = code_bits(Code::not_found, Code::unauthenticated);
  CHECK(has_code(bits, Code::not_found));
  CHECK(has_code(bits, Code::unauthenticated));
  CHECK_FALSE(has_code(bits, Code::ok));
  CHECK(code_bits() == 0);
}
