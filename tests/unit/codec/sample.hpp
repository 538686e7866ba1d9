// Types with every kind of field, for the tests of the codec.
#pragma once

#include <parley/describe.hpp>

namespace parley::test {

enum class Status : std::int32_t { active = 1, suspended = 2 };

struct Item {
  std::string sku;
  std::int32_t quantity = 1;
  std::optional<std::string> note;
  bool operator==(const Item&) const = default;
};

struct User {
  std::string id;
  std::string name;
  std::string email;
  std::optional<std::string> phone;
  bool active = true;
  Timestamp created_at;
  std::vector<Item> items;
  Status status = Status::active;
  std::map<std::string, std::string> data;
  std::int64_t login_count = 0;
  double score = 0;
  std::optional<std::optional<std::int32_t>> age;
  std::chrono::milliseconds wait{0};
  std::vector<std::optional<std::int32_t>> marks;
  std::vector<std::vector<std::int64_t>> grid;
  std::optional<Item> gift;
  bool operator==(const User&) const = default;
};

// Keeps what it does not know.
struct Note {
  std::string id;
  std::string content;
  ExtraMembers extra;
  std::int32_t seq = 0;
  bool operator==(const Note&) const = default;
};

struct Notes {
  std::vector<Note> notes;
  bool operator==(const Notes&) const = default;
};

// One scalar of each kind, none of them required.
struct Scalars {
  bool boolean = false;
  std::int32_t i32 = 0;
  std::int64_t i64 = 0;
  double f64 = 0;
  std::string string;
  Timestamp time;
  std::chrono::milliseconds duration{0};
  Status status = Status::active;
  std::optional<std::int32_t> maybe;
  std::optional<std::optional<std::string>> twice;
  std::vector<std::int64_t> list;
  std::map<std::string, std::int64_t> map;
  std::int32_t limited = 5;
  std::vector<std::string> few;
  bool operator==(const Scalars&) const = default;
};

// Written as bare text, or as an object.
struct Address {
  std::optional<std::string> text;
  std::string street;
  std::optional<std::string> city;
  bool operator==(const Address&) const = default;
};

struct Parcel {
  Money price;
  std::optional<Money> fee;
  Money anything;
  Address to;
  std::vector<Address> others;
  bool operator==(const Parcel&) const = default;
};

// Grows with the API's versions.
struct Account {
  std::string id;
  std::optional<std::string> phone;
  std::string tenant;
  Timestamp since;
  bool operator==(const Account&) const = default;
};

}  // namespace parley::test

namespace parley {
template <>
const TypeInfo& describe<test::Status>();
template <>
const TypeInfo& describe<test::Item>();
template <>
const TypeInfo& describe<test::User>();
template <>
const TypeInfo& describe<test::Note>();
template <>
const TypeInfo& describe<test::Notes>();
template <>
const TypeInfo& describe<test::Scalars>();
template <>
const TypeInfo& describe<test::Address>();
template <>
const TypeInfo& describe<test::Parcel>();
template <>
const TypeInfo& describe<test::Account>();
}  // namespace parley
