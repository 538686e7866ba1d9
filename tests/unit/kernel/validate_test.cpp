#include "catch.hpp"
#include "described_sample.hpp"

#include <parley/validate.hpp>

#include <cmath>

using namespace parley;
using test::Colour, test::Line, test::Order, test::Settings;

namespace {

Order good() {
  Order order;
  order.name = "Alice";
  return order;
}

// All problems as lines "field problem".
std::string problems_of(Order& order, std::vector<FieldProblem> problems = {}, std::string_view path = {}) {
  conform(describe<Order>(), &order, problems, path);
  std::string text;
  for (const auto& [field, problem] : problems) text.append(field + ' ' + problem + '\n');
  return text;
}
template <class Change>
std::string after(Change change) {
  Order order = good();
  change(order);
  return problems_of(order);
}

}  // namespace

TEST_CASE("a good value conforms", "[validate]") {
  Order order = good();
  order.phone = "+4915112345678";
  order.age = 120;
  order.price = 99.5;
  order.total = -5;
  CHECK(conform(order));
}

TEST_CASE("lengths count code points after trimming", "[validate]") {
  Order order = good();
  order.name = " \t\u00a0\u3000 J\u00f6rg \u2009\r\n\ufeff";
  CHECK(problems_of(order).empty());
  CHECK(order.name == "J\u00f6rg");

  CHECK(after([](Order& o) { o.name = "ab"; }).empty());
  CHECK(after([](Order& o) { o.name = "abcde"; }).empty());
  CHECK(after([](Order& o) { o.name = "\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600"; }).empty());
  CHECK(after([](Order& o) { o.name = "a"; }) == "name must have between 2 and 5 characters, has 1\n");
  CHECK(after([](Order& o) { o.name = "  a  "; }) == "name must have between 2 and 5 characters, has 1\n");
  CHECK(after([](Order& o) { o.name = "abcdef"; }) == "name must have between 2 and 5 characters, has 6\n");
  CHECK(after([](Order& o) { o.name = " \u2003\u2003 "; }) ==
        "name must have between 2 and 5 characters, has 0\n");
  CHECK(after([](Order& o) { o.lines[0].sku = ""; }) == "lines[0].sku must not be empty\n");
}

TEST_CASE("text is well-formed UTF-8", "[validate]") {
  CHECK(after([](Order& o) { o.name = "ab\xff"; }) == "name must be well-formed UTF-8\n");
  CHECK(after([](Order& o) { o.spare["\xff"].sku = "x"; }) == "spare must have names in well-formed UTF-8\n");
}

TEST_CASE("e-mail addresses", "[validate]") {
  const auto accepts = [](std::string address) {
    return after([&](Order& o) { o.email = address; }).empty();
  };
  for (const char* address : {"a@b.example", "first.last+tag@sub.example.com", "x_y-z!#$%&'*+/=?^`{|}~@1.2",
                              "a@b-c.example", ".a.@b.example"}) {
    CAPTURE(address);
    CHECK(accepts(address));
  }
  for (const char* address : {"abc", "@b.example", "a@", "a@b", "a@b.", "a@.b", "a@b..c", "a@-b.example",
                              "a@b-.example", "a b@c.example", "a@b@c.example", "a@b_c.example",
                              "\"a\"@b.example", "j\u00f6rg@b.example", "a@b.example\n."}) {
    CAPTURE(address);
    CHECK_FALSE(accepts(address));
  }
  CHECK(after([](Order& o) { o.email = "nobody"; }) == "email must be an e-mail address\n");

  // 63 is the longest label of a domain (RFC 1034 section 3.5).
  struct Address {
    std::string text;
  };
  static constexpr Row rows[] = {field<&Address::text>("text", email())};
  const auto type = object<Address>("Address", rows);
  for (const std::size_t label : {63, 64}) {
    Address address{"a@" + std::string(label, 'x') + ".de"};
    std::vector<FieldProblem> problems;
    conform(type, &address, problems);
    CHECK(problems.empty() == (label == 63));
  }

  Order order = good();
  order.email = "  Alice@Example.COM ";
  CHECK(problems_of(order).empty());
  CHECK(order.email == "alice@example.com");
}

TEST_CASE("patterns match the whole value and speak through their hint", "[validate]") {
  CHECK(after([](Order& o) { o.phone = "12"; }).empty());
  CHECK(after([](Order& o) { o.phone = "+491511234567890"; }).empty());
  for (const char* phone : {"", "1", "0123", "+0123", "12a", "a12", "12\n", "1234567890123456"}) {
    CAPTURE(phone);
    CHECK(after([&](Order& o) { o.phone = phone; }) == "phone must be a phone number in E.164 form\n");
  }
  Order order = good();
  order.code = "ABC";
  CHECK(problems_of(order).empty());
  CHECK(order.code == "abc");
  CHECK(after([](Order& o) { o.code = "a1"; }) == "code must match |[a-z]+\n");
}

TEST_CASE("numbers keep their limits, told exactly", "[validate]") {
  CHECK(after([](Order& o) { o.total = 1'000'000'000'000; }).empty());
  CHECK(after([](Order& o) { o.total = 1'000'000'000'001; }) ==
        "total must be between -5 and 1000000000000, is 1000000000001\n");
  CHECK(after([](Order& o) { o.total = -6; }) == "total must be between -5 and 1000000000000, is -6\n");
  CHECK(after([](Order& o) { o.lines[0].quantity = 0; }) ==
        "lines[0].quantity must be between 1 and 999, is 0\n");
  CHECK(after([](Order& o) { o.lines[0].quantity = 999; }).empty());
  CHECK(after([](Order& o) { o.price = -0.25; }) == "price must be between 0 and 99.5, is -0.25\n");
  CHECK(after([](Order& o) { o.price = 100000; }) == "price must be between 0 and 99.5, is 100000\n");
  CHECK(after([](Order& o) { o.price = std::nan(""); }) == "price must be a finite number\n");
  CHECK(after([](Order& o) { o.price = HUGE_VAL; }) == "price must be a finite number\n");
  CHECK(after([](Order& o) { o.age = 121; }) == "age must be between 0 and 120, is 121\n");
  CHECK(after([](Order& o) { o.age.emplace(); }).empty());
  CHECK(after([](Order& o) { o.wait = std::chrono::milliseconds(999); }) ==
        "wait must be between 1s and 1h, is 999ms\n");
  CHECK(after([](Order& o) { o.size = (1 << 20) + 1024; }) ==
        "size must be between 0 and 1MiB, is 1025KiB\n");
}

TEST_CASE("arrays, maps and enumerations", "[validate]") {
  CHECK(after([](Order& o) { o.lines.clear(); }) == "lines must not be empty\n");
  CHECK(after([](Order& o) { o.lines.assign(3, Line{"A", 1}); }).empty());
  CHECK(after([](Order& o) {
          o.lines.assign(4, Line{"A", 1});
        }) == "lines must have between 1 and 3 entries, has 4\n");
  CHECK(after([](Order& o) {
          o.spare = {{"a", {"A", 1}}, {"b", {"A", 0}}};
        }) == "spare.b.quantity must be between 1 and 999, is 0\n");
  CHECK(after([](Order& o) {
          o.spare = {{"a", {"A", 1}}, {"b", {"A", 1}}, {"c", {"A", 1}}};
        }) == "spare must have at most 2 entries, has 3\n");
  CHECK(after([](Order& o) { o.colour = static_cast<Colour>(3); }) == "colour must be one of red, green\n");

  // A name that a client chose is cut, between characters.
  const auto text = after([](Order& o) { o.spare[std::string(63, 'x') + "\u20ac\u20ac"].sku = ""; });
  CHECK(text == "spare." + std::string(63, 'x') + "....sku must not be empty\n");
}

TEST_CASE("all problems are told in the order of declaration, up to the limit", "[validate]") {
  CHECK(after([](Order& o) {
          o.name = "";
          o.email = "x";
          o.lines = {Line{"A", 1}, Line{"", 1000}};
        }) ==
        "name must have between 2 and 5 characters, has 0\n"
        "email must have between 3 and 40 characters, has 1\n"
        "lines[1].sku must not be empty\n"
        "lines[1].quantity must be between 1 and 999, is 1000\n");

  Order order = good();
  order.lines.assign(50, Line{"", 0});
  std::vector<FieldProblem> problems;
  conform(describe<Order>(), &order, problems);
  CHECK(problems.size() == max_problems);
  const auto result = conform(order);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::invalid_argument);
  CHECK(result.error().fields.size() == max_problems);
}

TEST_CASE("what has a problem already is left alone with all below it", "[validate]") {
  Order order = good();
  order.name = "";
  order.lines = {Line{"", 1}, Line{"", 1}};
  CHECK(problems_of(order, {{"name", "is required"}, {"lines[0]", "must be an object"}}) ==
        "name is required\n"
        "lines[0] must be an object\n"
        "lines[1].sku must not be empty\n");
  CHECK(problems_of(order, {{"", "must be an object"}}) == " must be an object\n");
  CHECK(problems_of(order, {{"orders[3].lines", "must be an array"}}, "orders[3]") ==
        "orders[3].lines must be an array\n"
        "orders[3].name must have between 2 and 5 characters, has 0\n");
}

// ---- set_from_text ---------------------------------------------------------------------------------

namespace {

// The problem that setting gives; "unknown" for no such field.
std::string set(Settings& settings, std::string_view name, std::string_view text) {
  std::vector<FieldProblem> problems;
  if (!set_from_text(describe<Settings>(), &settings, name, text, problems)) return "unknown";
  return problems.empty() ? "" : problems.front().field + ' ' + problems.front().problem;
}
std::string set(std::string_view name, std::string_view text) {
  Settings settings;
  return set(settings, name, text);
}

}  // namespace

TEST_CASE("fields are set from text", "[validate][text]") {
  Settings s;
  CHECK(set(s, "on", "true").empty());
  CHECK(s.on);
  CHECK(set(s, "on", "false").empty());
  CHECK_FALSE(s.on);
  CHECK(set(s, "small", "-2147483648").empty());
  CHECK(s.small == std::numeric_limits<std::int32_t>::min());
  CHECK(set(s, "large", "9223372036854775807").empty());
  CHECK(s.large == std::numeric_limits<std::int64_t>::max());
  CHECK(set(s, "ratio", "-1.5e3").empty());
  CHECK(s.ratio == -1500);
  CHECK(set(s, "ratio", ".5").empty());
  CHECK(set(s, "txt", "h\u00e9llo").empty());
  CHECK(s.text == "h\u00e9llo");
  CHECK(set(s, "text", "").empty());
  CHECK(s.text.empty());
  CHECK(set(s, "when", "2026-01-31T12:00:00+01:00").empty());
  CHECK(to_rfc3339(s.when) == "2026-01-31T11:00:00Z");
  CHECK(set(s, "colour", "green").empty());
  CHECK(s.colour == Colour::green);
  CHECK(set(s, "maybe", "7").empty());
  CHECK(s.maybe == 7);
  CHECK(set(s, "twice", "x").empty());
  CHECK(s.twice.value() == "x");
}

TEST_CASE("durations and sizes carry their unit", "[validate][text]") {
  Settings s;
  const std::pair<const char*, std::int64_t> durations[] = {
      {"1500ms", 1500}, {"54s", 54'000}, {"10m", 600'000}, {"2h", 7'200'000}, {"1d", 86'400'000}, {"0", 0}};
  for (const auto& [text, value] : durations) {
    CAPTURE(text);
    CHECK(set(s, "wait", text).empty());
    CHECK(s.wait.count() == value);
  }
  for (const char* text : {"", "5", "s", "-5s", "5 s", "5sec", "1.5s", "99999999999999999s"}) {
    CAPTURE(text);
    CHECK(set("wait", text) == "wait must be a duration such as 1500ms, 54s or 10m");
  }
  const std::pair<const char*, std::int64_t> sizes[] = {
      {"65536", 65536}, {"64KiB", 65536}, {"16MiB", 16 << 20}, {"1GiB", 1 << 30}, {"7B", 7}, {"-1", -1}};
  for (const auto& [text, value] : sizes) {
    CAPTURE(text);
    CHECK(set(s, "size", text).empty());
    CHECK(s.size == value);
  }
  for (const char* text : {"", "KiB", "5KB", "5kib", "1.5MiB", "9999999999999GiB"}) {
    CAPTURE(text);
    CHECK(set("size", text) == "size must be a number of bytes such as 65536, 64KiB or 16MiB");
  }
  CHECK(set("large", "64KiB") == "large must be a whole number");
}

TEST_CASE("text that does not fit leaves the field as it was", "[validate][text]") {
  Settings s;
  s.small = 5;
  CHECK(set(s, "small", "x") == "small must be a whole number between -2147483648 and 2147483647");
  CHECK(s.small == 5);
  CHECK(set(s, "maybe", "x") == "maybe must be a whole number between -2147483648 and 2147483647");
  CHECK_FALSE(s.maybe);
  CHECK(set(s, "numbers", "x") == "numbers must be a whole number between -2147483648 and 2147483647");
  CHECK(s.numbers.empty());
  CHECK(set("small", "2147483648") == "small must be a whole number between -2147483648 and 2147483647");
  CHECK(set("limited", "x") == "limited must be a whole number between 1 and 9");
  CHECK(set("limited", "99").empty());  // conform() is for the rules
  CHECK(set("large", "9223372036854775808") == "large must be a whole number");
  for (const char* text : {"", " 1", "1 ", "+1", "0x1", "1.0"}) {
    CAPTURE(text);
    CHECK(set("large", text) == "large must be a whole number");
  }
  for (const char* text : {"", "nan", "inf", "-inf", "infinity", "1e400", "1,5", "0x1p3"}) {
    CAPTURE(text);
    CHECK(set("ratio", text) == "ratio must be a number");
  }
  for (const char* text : {"", "1", "TRUE", "yes"}) CHECK(set("on", text) == "on must be true or false");
  CHECK(set("colour", "blue") == "colour must be one of red, green");
  CHECK(set("when", "yesterday") == "when must be an RFC 3339 time such as 2030-01-31T12:00:00Z");
  CHECK(set("text", "\xff") == "text must be well-formed UTF-8");
}

TEST_CASE("a list takes one element per text", "[validate][text]") {
  Settings s;
  CHECK(set(s, "names", "a").empty());
  CHECK(set(s, "names", "").empty());
  CHECK(s.names == std::vector<std::string>{"a", ""});
  CHECK(set(s, "names", "c") == "names must have at most 2 entries, has more");
  CHECK(s.names.size() == 2);
  CHECK(set(s, "colours", "green").empty());
  CHECK(set(s, "colours", "red").empty());
  CHECK(s.colours == std::vector{Colour::green, Colour::red});
}

TEST_CASE("a list of names may come as one text, a single name may not", "[validate][text]") {
  Settings s;
  CHECK(set(s, "colours", "red,green").empty());
  CHECK(s.colours == std::vector{Colour::red, Colour::green});
  CHECK(set(s, "colours", "red,") == "colours must be one of red, green");
  CHECK(set(s, "colour", "red,green") == "colour must be one of red, green");
  CHECK(set(s, "other_colour", "red,green") == "other_colour must be one of red, green");
  CHECK_FALSE(s.other_colour);
  CHECK(set(s, "other_colour", "green").empty());
  CHECK(s.other_colour == Colour::green);
}

TEST_CASE("not every field can come as text", "[validate][text]") {
  CHECK(set("nothing", "x") == "unknown");
  CHECK(set("extra", "x") == "unknown");
  CHECK(set("line", "x") == "line cannot be given as plain text");
  CHECK(set("table", "x") == "table cannot be given as plain text");
}
