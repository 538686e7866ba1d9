#include "catch.hpp"
#include "sample.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/protobuf.hpp>

#include <cmath>
#include <cstring>
#include <stdexcept>

using namespace parley;
using namespace parley::test;
using codec::from_protobuf;
using codec::ProtobufLimits;
using codec::to_protobuf;

namespace {

// The lecture's message, as modules/users has it.
struct CreateUser {
  std::string name;
  std::string email;
  std::optional<std::string> phone;
  bool operator==(const CreateUser&) const = default;
};

struct Node {
  std::vector<Node> children;
  std::optional<std::optional<std::int32_t>> value;
  bool operator==(const Node&) const = default;
};

// What the samples do not have.
struct Rest {
  std::optional<std::vector<std::int32_t>> list;
  std::optional<std::map<std::string, std::string>> map;
  std::map<std::string, std::optional<double>> maybe;
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, Item> items;
  std::vector<Timestamp> times;
  std::vector<double> numbers;
  std::vector<Status> statuses;
  std::vector<Money> prices;
  std::int32_t required = 7;
  std::string unnumbered = "kept";
  std::optional<Money> price;
  bool operator==(const Rest&) const = default;
};

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}
std::string delimited(std::uint32_t number, std::string_view text) {
  REQUIRE(number < 16);
  REQUIRE(text.size() < 128);
  return bytes({static_cast<int>(number << 3 | 2), static_cast<int>(text.size())}) + std::string(text);
}

template <class T>
std::string problems(std::string_view text, const ProtobufLimits& limits = {}) {
  const auto value = from_protobuf<T>(text, limits);
  if (value) return {};
  CHECK(value.error().code == Code::invalid_argument);
  std::string lines;
  for (const auto& [field, problem] : value.error().fields) lines.append(field + ' ' + problem + '\n');
  return lines;
}

template <class T>
T read(std::string_view text) {
  auto value = from_protobuf<T>(text);
  if (!value) FAIL(value.error().message);
  return *std::move(value);
}
template <class T>
T back(const T& value) {
  return read<T>(to_protobuf(value));
}

std::string scalar_bytes(auto Scalars::*member, auto value) {
  Scalars scalars;
  scalars.limited = 1;
  scalars.*member = std::move(value);
  return to_protobuf(scalars);
}

User full_user() {
  User user;
  user.id = "7";
  user.name = "J\u00f6rg \"x\" \U0001F600";
  user.email = "j@b.example";
  user.phone = "+4915112345";
  user.active = false;
  user.created_at = Timestamp(std::chrono::microseconds(1'700'000'000'123'456));
  user.items = {Item{"A-1", 2, "fragile\n"}, Item{"B", 999, ""}, Item{"C", 1, {}}};
  user.status = Status::suspended;
  user.data = {{"", "1"}, {"a\"b", ""}, {"long", std::string(300, 'x')}};
  user.login_count = 1000;
  user.score = 99.99;
  user.age.emplace();
  user.wait = std::chrono::milliseconds(60'000);
  user.marks = {1, std::nullopt, -1, 0};
  user.grid = {
      {}, {1, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}, {}};
  user.gift = Item{"G", 1, {}};
  return user;
}

}  // namespace

template <>
const TypeInfo& parley::describe<CreateUser>() {
  static constexpr Row rows[] = {
      field<&CreateUser::name>("name", number(1)),
      field<&CreateUser::email>("email", number(2)),
      field<&CreateUser::phone>("phone", number(3)),
  };
  static const TypeInfo type = object<CreateUser>("CreateUserRequest", rows);
  return type;
}

// A type within itself, which describe() has no way to say.
template <>
const TypeInfo& parley::describe<Node>() {
  using Children = std::vector<Node>;
  static TypeInfo type, children;
  static constexpr Row value = field<&Node::value>("value", number(2));
  static const bool made = [] {
    children.kind = Kind::list;
    children.element = &type;
    children.stride = sizeof(Node);
    children.get = [](const void* p) -> const void* { return static_cast<const Children*>(p)->data(); };
    children.size = [](const void* p) { return static_cast<const Children*>(p)->size(); };
    children.emplace = [](void* p) -> void* { return &static_cast<Children*>(p)->emplace_back(); };
    children.clear = [](void* p) { static_cast<Children*>(p)->clear(); };
    type.kind = Kind::object;
    type.name = "Node";
    Rules rules;
    rules.number = 1;
    type.fields.push_back({"children", {}, detail::offset_of<&Node::children>(), &children, rules});
    type.fields.push_back({"value", {}, value.offset(), &value.type(), value.rules});
    return true;
  }();
  static_cast<void>(made);
  return type;
}

template <>
const TypeInfo& parley::describe<Rest>() {
  static constexpr Row rows[] = {
      field<&Rest::list>("list", number(1)),        field<&Rest::map>("map", number(2)),
      field<&Rest::maybe>("maybe", number(3)),      field<&Rest::lists>("lists", number(4)),
      field<&Rest::items>("items", number(5)),      field<&Rest::times>("times", number(6)),
      field<&Rest::numbers>("numbers", number(7)),  field<&Rest::statuses>("statuses", number(8)),
      field<&Rest::prices>("prices", number(2000)), field<&Rest::required>("required", number(10)),
      field<&Rest::unnumbered>("unnumbered"),       field<&Rest::price>("price", number(11)),
  };
  static const TypeInfo type = object<Rest>("Rest", rows);
  return type;
}

TEST_CASE("the lecture's request, byte by byte", "[protobuf]") {
  const CreateUser request{"Bob", "b@c.d", "+1"};
  const auto expected = bytes({0x0A, 3, 'B', 'o', 'b', 0x12, 5, 'b', '@', 'c', '.', 'd', 0x1A, 2, '+', '1'});
  CHECK(to_protobuf(request) == expected);
  CHECK(read<CreateUser>(expected) == request);
  CHECK(to_protobuf(CreateUser{"Bob", "", {}}) == bytes({0x0A, 3, 'B', 'o', 'b'}));
  CHECK(to_protobuf(CreateUser{"", "", ""}) == bytes({0x1A, 0}));
  CHECK(read<CreateUser>(bytes({0x1A, 0})) == CreateUser{"", "", ""});
  CHECK(read<CreateUser>("") == CreateUser{});

  std::string out = "before";
  codec::write_protobuf(describe<CreateUser>(), &request, out);
  CHECK(out == "before" + expected);
}

TEST_CASE("the examples of the encoding's documentation", "[protobuf]") {
  // message Test1 { int32 a = 1; } of 150; a string "testing" in field 2; Test3 { Test1 c = 3; }
  struct Case {
    std::int32_t value;
    std::string bytes;
  };
  for (const auto& [value, expected] : {
           Case{150, bytes({0x12, 0x02, 0x96, 0x01})},
           Case{-2, bytes({0x12, 0x0A, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01})},
       }) {
    std::string inner = expected.substr(2);
    Node node;
    node.value = value;
    CHECK(to_protobuf(node) == bytes({0x12, static_cast<int>(inner.size() + 1), 0x08}) + inner);
    CHECK(back(node) == node);
  }
  Rest rest;
  rest.required = 150;
  CHECK(to_protobuf(rest) == bytes({0x50, 0x96, 0x01}));

  // repeated int32 f = 6 [packed=true] of 3, 270, 86942, here inside the message of an optional list
  rest.list = {3, 270, 86942};
  rest.required = 0;
  const auto packed = bytes({0x0A, 0x08, 0x0A, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05});
  CHECK(to_protobuf(rest) == packed);
  CHECK(read<Rest>(packed).list == rest.list);
  const auto unpacked = bytes({0x0A, 0x09, 0x08, 0x03, 0x08, 0x8E, 0x02, 0x08, 0x9E, 0xA7, 0x05});
  CHECK(read<Rest>(unpacked).list == rest.list);
  // Both together, and in several pieces.
  CHECK(read<Rest>(packed + bytes({0x0A, 0x02, 0x08, 0x01})).list == std::vector{3, 270, 86942, 1});
}

TEST_CASE("what was written as protobuf reads back the same", "[protobuf]") {
  auto user = full_user();
  CHECK(back(user) == user);
  user.age = 0;
  user.phone = {};
  user.gift = {};
  CHECK(back(user) == user);
  user.age = std::nullopt;
  CHECK(back(user) == user);

  // Its default is true and it may be absent: the zero is written.
  CHECK(!back(user).active);

  Rest rest;
  CHECK(back(rest) == rest);
  rest.required = 0;
  CHECK(back(rest) == rest);
  rest.list.emplace();
  rest.map.emplace();
  rest.price = Money{0};
  CHECK(back(rest) == rest);
  rest.list = {0, -1};
  rest.map = {{"a", "b"}, {"", ""}};
  rest.maybe = {{"a", std::nullopt}, {"b", 0.0}, {"c", -0.0}};
  rest.lists = {{"a", {}}, {"b", {"", "x"}}};
  rest.items = {{"i", Item{"s", 3, {}}}};
  rest.times = {Timestamp{}, Timestamp(std::chrono::microseconds(-1))};
  rest.numbers = {0, -0.0, 1e308, 5e-324};
  rest.statuses = {Status::suspended, Status::active};
  rest.prices = {Money{0}, Money{-1}, Money{999}};
  CHECK(back(rest) == rest);
  CHECK(std::signbit(back(rest).numbers[1]));
}

TEST_CASE("scalars at their limits", "[protobuf]") {
  const auto round = [](auto member, auto value) {
    CHECK(read<Scalars>(scalar_bytes(member, value)).*member == value);
  };
  for (const bool value : {false, true}) round(&Scalars::boolean, value);
  for (const auto value :
       {0, 1, -1, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()})
    round(&Scalars::i32, value);
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{127}, std::int64_t{128}, std::int64_t{-1},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    round(&Scalars::i64, value);
    round(&Scalars::duration, std::chrono::milliseconds(value));
  }
  for (const double value : {0.0, 1.5, -1e308, 5e-324}) round(&Scalars::f64, value);
  for (const std::size_t size : {0u, 1u, 127u, 128u, 16383u, 16384u, 100'000u})
    round(&Scalars::string, std::string(size, 'x'));
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-1'000'000}, std::int64_t{999'999},
        std::int64_t{-62'167'219'200'000'000}, std::int64_t{253'402'300'799'999'999}})
    round(&Scalars::time, Timestamp(std::chrono::microseconds(value)));
  CHECK(problems<Scalars>(bytes({0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F})) == "");
}

TEST_CASE("a time has its nanoseconds above its second", "[protobuf]") {
  const auto time = [](std::string_view inner) { return delimited(6, inner); };
  CHECK(scalar_bytes(&Scalars::time, Timestamp(std::chrono::microseconds(-1)))
            .find(time(bytes({0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x10, 0x98,
                              0x8C, 0xEB, 0xDC, 0x03}))) != std::string::npos);
  CHECK(read<Scalars>(time(bytes({0x10, 0xE7, 0x07}))).time == Timestamp{});  // 999 ns
  CHECK(problems<Scalars>(time(bytes({0x10, 0x80, 0x94, 0xEB, 0xDC, 0x03})))
            .starts_with("time must be a time"));
  CHECK(problems<Scalars>(time(bytes({0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01})))
            .starts_with("time must be a time"));
  // Two messages are one.
  CHECK(read<Scalars>(time(bytes({0x08, 5})) + time(bytes({0x10, 0xD0, 0x0F}))).time ==
        Timestamp(std::chrono::microseconds(5'000'002)));
}

TEST_CASE("amounts are exact hundredths", "[protobuf][money]") {
  const auto amount = [](double value) {
    std::string text(8, '\0');
    std::memcpy(text.data(), &value, 8);
    return bytes({0x59}) + text;
  };
  for (const std::int64_t value : {0LL, 1LL, -1LL, 5LL, 1999LL, -5997LL, 123'456'789LL,
                                   3'518'437'208'883'199LL, -3'518'437'208'883'199LL}) {
    Rest rest;
    rest.price = Money{value};
    CHECK(back(rest).price == rest.price);
  }
  for (std::int64_t value = 1; value < 2'000'000'000'000'000; value = value * 7 / 5 + 1) {
    Rest rest;
    rest.price = Money{value};
    CHECK(back(rest).price == rest.price);
  }
  CHECK(read<Rest>(amount(0.1 + 0.2)).price == Money{30});
  CHECK(read<Rest>(amount(-0.0)).price == Money{0});
  for (const double bad : {0.001, 1.005, 19.999, 0.1 + 1e-9, 1e300, -1e300, 3.6e13,
                           std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    CHECK(
        problems<Rest>(amount(bad)).starts_with("price must be a number with at most two decimals between"));
}

TEST_CASE("what is required and absent is zero and meets the rules", "[protobuf]") {
  CHECK(problems<Item>("") ==
        "sku must not be empty\n"
        "quantity must be between 1 and 999, is 0\n");
  CHECK(problems<User>(delimited(1, "7") + delimited(2, "Bob") + delimited(3, "b@c.example") +
                       delimited(7, "")) ==
        "items[0].sku must not be empty\n"
        "items[0].quantity must be between 1 and 999, is 0\n");
  const auto user = read<User>(delimited(1, "7") + delimited(2, " Bob ") + delimited(3, "B@c.example"));
  CHECK(user.active);
  CHECK(user.status == Status::active);
  CHECK(user.name == "Bob");
  CHECK(user.email == "b@c.example");
  CHECK(read<Rest>("").required == 0);
  CHECK(read<Rest>("").unnumbered == "kept");
}

TEST_CASE("an enumeration's unknown number names the field", "[protobuf]") {
  CHECK(problems<Scalars>(bytes({0x40, 9})) == "status must be one of ACTIVE, SUSPENDED\n");
  CHECK(problems<Rest>(bytes({0x42, 2, 1, 0})) == "statuses[1] must be one of ACTIVE, SUSPENDED\n");
}

TEST_CASE("text must be UTF-8", "[protobuf]") {
  CHECK(problems<Scalars>(delimited(5, "\xFF")) == "string must be well-formed UTF-8\n");
  CHECK(problems<Scalars>(delimited(5, "\xED\xA0\x80")) == "string must be well-formed UTF-8\n");
  CHECK(problems<Scalars>(delimited(14, "a") + delimited(14, "\x80")) ==
        "few[1] must be well-formed UTF-8\n");
  CHECK(problems<Scalars>(delimited(12, delimited(1, "\xFF"))) ==
        "map has a key that is not UTF-8 at byte 5\n");
}

TEST_CASE("unknown fields of every wire type are skipped", "[protobuf]") {
  const auto request = to_protobuf(CreateUser{"Bob", "b@c.d", {}});
  const auto group = bytes({0x7B, 0x08, 0x01, 0x7B, 0x7C, 0x12, 0x01, 'x', 0x7C});
  for (const auto& unknown : {bytes({0x78, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}),
                              bytes({0x79, 1, 2, 3, 4, 5, 6, 7, 8}), delimited(15, "unknown"), group,
                              bytes({0x7D, 1, 2, 3, 4}), bytes({0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 0x01}),
                              // A known field in another wire type is one that is not known.
                              bytes({0x08, 0x01}), bytes({0x0D, 1, 2, 3, 4})}) {
    CHECK(read<CreateUser>(unknown + request) == CreateUser{"Bob", "b@c.d", {}});
    CHECK(read<CreateUser>(request + unknown) == CreateUser{"Bob", "b@c.d", {}});
  }
}

TEST_CASE("the last scalar wins, messages merge", "[protobuf]") {
  CHECK(read<CreateUser>(delimited(1, "first") + delimited(1, "last")).name == "last");
  const auto base = delimited(1, "7") + delimited(2, "Bob") + delimited(3, "b@c.example");
  // gift is field 16: a tag of two bytes.
  const auto of_gift = [](const std::string& inner) {
    return bytes({0x82, 0x01, static_cast<int>(inner.size())}) + inner;
  };
  const auto user = read<User>(base + of_gift(delimited(1, "s")) + of_gift(bytes({0x10, 2})));
  CHECK(user.gift == Item{"s", 2, {}});
  // In a map the last entry wins as a whole.
  CHECK(read<Rest>(delimited(2, delimited(1, delimited(1, "k") + delimited(2, "a")) +
                                    delimited(1, delimited(1, "k"))))
            .map.value() == std::map<std::string, std::string>{{"k", ""}});
  CHECK(read<Rest>(delimited(2, delimited(1, delimited(2, "v") + delimited(1, "k")))).map.value() ==
        std::map<std::string, std::string>{{"k", "v"}});
  const auto entry = delimited(5, delimited(1, "k") + delimited(2, delimited(1, "s") + bytes({0x10, 2})));
  CHECK(problems<Rest>(entry + entry) == "items.k is given twice\n");
}

TEST_CASE("extra members are JSON", "[protobuf]") {
  Note note;
  note.extra.json = R"("colour":"red","n":[1,2])";
  CHECK(back(note) == note);
  CHECK(read<Note>(delimited(3, R"( "a" : [ 1 ] )")).extra.json == R"("a":[1])");
  CHECK(read<Note>(delimited(3, "")).extra.json.empty());
  for (const char* bad : {"x", "}{", "\"a\":1},\"b\":{", "\"a\":1}", "[]", "\"a\":1,", "\"\xFF\":1"})
    CHECK(problems<Note>(delimited(3, bad)) ==
          "extra must be the members of a JSON object, without its braces\n");
}

TEST_CASE("an object that may be text is a string for who knows no more", "[protobuf]") {
  Parcel parcel;
  parcel.price = Money{100};
  parcel.to.text = "1 Main St";
  const auto price = to_protobuf(parcel).substr(0, 9);
  // The text alone, as the lecture's clients read and write it; elements of a list have no second number.
  const auto anything = to_protobuf(parcel).substr(9, 9);
  CHECK(to_protobuf(parcel) == price + anything + delimited(4, "1 Main St"));
  CHECK(back(parcel) == parcel);

  parcel.to = Address{{}, "Main St", "New York"};
  const auto message = delimited(14, delimited(2, "Main St") + delimited(3, "New York"));
  const auto text = delimited(4, "Main St, New York");
  CHECK(to_protobuf(parcel) == price + anything + text + message);
  CHECK(back(parcel) == parcel);
  CHECK(read<Parcel>(price + message + text).to == parcel.to);
  CHECK(read<Parcel>(price + message).to == parcel.to);
  CHECK(read<Parcel>(price + text).to == Address{"Main St, New York", "", {}});

  parcel.to = Address{"both", "Main St", {}};
  parcel.others = {Address{"text", "", {}}, Address{{}, "Main St", {}}};
  CHECK(back(parcel) == parcel);
}

TEST_CASE("a table's protobuf numbers must make sense", "[protobuf]") {
  const auto refused = [](std::span<const Row> rows) {
    try {
      static_cast<void>(object<Parcel>("Bad", rows));
    } catch (const std::logic_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  static constexpr Row twice[] = {field<&Parcel::price>("price", number(2)),
                                  field<&Parcel::to>("to", number(1), structured(2))};
  CHECK(refused(twice) == "the description of Bad.to has a protobuf number that is given twice");
  static constexpr Row same[] = {field<&Parcel::to>("to", number(1), structured(1))};
  static constexpr Row alone[] = {field<&Parcel::to>("to", structured(2))};
  struct Box {
    Item item;
  };
  static constexpr Row no_text[] = {field<&Box::item>("to", number(1), structured(2))};
  for (const std::span<const Row> rows :
       {std::span<const Row>(same), std::span<const Row>(alone), std::span<const Row>(no_text)})
    CHECK(refused(rows) ==
          "the description of Bad.to has a second protobuf number, but no text to be under the first one");
}

TEST_CASE("protobuf hides fields of later versions", "[protobuf]") {
  const Account account{"a", "+1", "t", {}};
  CHECK(to_protobuf(account, {.version = 1}) == delimited(1, "a") + delimited(4, ""));
  CHECK(read<Account>(to_protobuf(account)) == account);
  ProtobufLimits limits;
  limits.style.version = 2;
  const auto seen = from_protobuf<Account>(to_protobuf(account), limits);
  REQUIRE(seen);
  CHECK(*seen == Account{"a", "+1", "", {}});
}

TEST_CASE("messages may be nested so deeply and no more", "[protobuf]") {
  const auto nested = [](std::size_t levels) {
    Node node;
    for (std::size_t i = 1; i < levels; ++i) {
      Node outer;
      outer.children.push_back(std::move(node));
      node = std::move(outer);
    }
    return to_protobuf(node);
  };
  CHECK(problems<Node>(nested(64)) == "");
  CHECK(problems<Node>(nested(65)).find("is nested more than 64 levels deep at byte ") != std::string::npos);
  CHECK(problems<Node>(nested(300)).find("is nested more than 64 levels deep") != std::string::npos);
  const std::string open(1'000'000, '\x7B');
  CHECK(problems<Node>(open) == " is nested more than 64 levels deep at byte 65\n");
}

TEST_CASE("lists and maps may have so many elements and no more", "[protobuf]") {
  ProtobufLimits limits;
  limits.max_elements = 4;
  const auto list = [](std::size_t count) {
    return bytes({0x5A, static_cast<int>(count)}) + std::string(count, '\1');
  };
  CHECK(problems<Scalars>(list(4), limits) == "");
  CHECK(problems<Scalars>(list(5), limits) ==
        "list holds more than 4 elements of lists and maps at byte 7\n");
  CHECK(problems<Scalars>(list(3) + list(2), limits).starts_with("list holds more than 4 elements"));
  const auto entry = delimited(12, delimited(1, "k"));
  CHECK(problems<Scalars>(list(4) + entry, limits).starts_with("map holds more than 4 elements"));
  CHECK(problems<Scalars>(entry + entry + entry + entry, limits) == "");
}

TEST_CASE("malformed bytes are told with their place", "[protobuf]") {
  CHECK(problems<CreateUser>(bytes({0x0A})) == "name is cut short at byte 2\n");
  CHECK(problems<CreateUser>(bytes({0x0A, 5, 'B'})) == "name has a length beyond its end at byte 2\n");
  CHECK(problems<CreateUser>(bytes({0x80})) == " is cut short at byte 2\n");
  CHECK(problems<CreateUser>(bytes({0x00, 0x00})) == " has a field number that cannot be at byte 1\n");
  CHECK(problems<CreateUser>(bytes({0x80, 0x80, 0x80, 0x80, 0x10})) ==
        " has a field number that cannot be at byte 1\n");
  CHECK(problems<CreateUser>(bytes({0x0E})) == " has a wire type that cannot be at byte 1\n");
  CHECK(problems<CreateUser>(bytes({0x0F})) == " has a wire type that cannot be at byte 1\n");
  CHECK(problems<CreateUser>(bytes({0x0C})) == "name ends a group that has not begun at byte 2\n");
  CHECK(problems<CreateUser>(bytes({0x7B, 0x74})) == " ends a group that has not begun at byte 3\n");
  CHECK(problems<Scalars>(bytes({0x18}) + std::string(11, '\xFF')) ==
        "i64 has a number of more than ten bytes at byte 2\n");
  CHECK(problems<User>(delimited(7, bytes({0x0A, 9}))) ==
        "items[0].sku has a length beyond its end at byte 4\n");
  const auto error = from_protobuf<CreateUser>(bytes({0x80})).error();
  CHECK(error.message == "The message is cut short at byte 2");
}

TEST_CASE("a message cut anywhere neither crashes nor hangs", "[protobuf]") {
  const auto whole = to_protobuf(full_user());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    static_cast<void>(from_protobuf<User>({exact.data(), exact.size()}));
  }
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      auto changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      if (const auto user = from_protobuf<User>(changed); user) {
        auto copy = *user;
        CHECK(conform(copy));
        CHECK(copy == *user);
      }
    }
}
