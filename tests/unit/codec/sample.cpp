#include "sample.hpp"

namespace parley {

using namespace test;

template <>
const TypeInfo& describe<Status>() {
  static constexpr EnumItem items[] = {{"ACTIVE", 1}, {"SUSPENDED", 2}};
  static const TypeInfo type = enumeration<Status>("Status", items, "Whether the user may sign in.");
  return type;
}

template <>
const TypeInfo& describe<Item>() {
  static constexpr Row rows[] = {
      field<&Item::sku>("sku", length(1, 40)),
      field<&Item::quantity>("quantity", range(1, 999)),
      field<&Item::note>("note", length(0, 20)),
  };
  static const TypeInfo type = object<Item>("Item", rows, "What is ordered.");
  return type;
}

template <>
const TypeInfo& describe<User>() {
  static constexpr Row rows[] = {
      field<&User::id>("id", length(1, 64), doc("Chosen by the server.")),
      field<&User::name>("name", trimmed(), length(2, 50), example("\"Alice\"")),
      field<&User::email>("email", email(), length(3, 254)),
      field<&User::phone>("phone", pattern("^\\+?[1-9]\\d{1,14}$", "a phone number in E.164 form"), since(2)),
      field<&User::active>("active", may_be_absent()),
      field<&User::created_at>("created_at", may_be_absent()),
      field<&User::items>("items", items(0, 3), may_be_absent()),
      field<&User::status>("status", may_be_absent(), doc("Of the account.")),
      field<&User::data>("data", items(0, 50), may_be_absent()),
      field<&User::login_count>("login_count", range(0, 1'000), may_be_absent()),
      field<&User::score>("score", number_range(0, 100), may_be_absent()),
      field<&User::age>("age", range(0, 120)),
      field<&User::wait>("wait", range(0, 60'000), may_be_absent()),
      field<&User::marks>("marks", may_be_absent()),
      field<&User::grid>("grid", may_be_absent()),
      field<&User::gift>("gift"),
  };
  static const TypeInfo type = object<User>("User", rows, "A person.");
  return type;
}

template <>
const TypeInfo& describe<Note>() {
  static constexpr Row rows[] = {
      field<&Note::id>("id", may_be_absent()),
      field<&Note::content>("content", alias("text"), may_be_absent()),
      field<&Note::extra>("extra"),
      field<&Note::seq>("seq", may_be_absent()),
  };
  static const TypeInfo type = object<Note>("Note", rows);
  return type;
}

template <>
const TypeInfo& describe<Notes>() {
  static constexpr Row rows[] = {field<&Notes::notes>("notes")};
  static const TypeInfo type = object<Notes>("Notes", rows);
  return type;
}

template <>
const TypeInfo& describe<Scalars>() {
  static constexpr Row rows[] = {
      field<&Scalars::boolean>("boolean", may_be_absent()),
      field<&Scalars::i32>("i32", may_be_absent()),
      field<&Scalars::i64>("i64", may_be_absent()),
      field<&Scalars::f64>("f64", may_be_absent()),
      field<&Scalars::string>("string", may_be_absent()),
      field<&Scalars::time>("time", may_be_absent()),
      field<&Scalars::duration>("duration", may_be_absent()),
      field<&Scalars::status>("status", may_be_absent()),
      field<&Scalars::maybe>("maybe"),
      field<&Scalars::twice>("twice"),
      field<&Scalars::list>("list", may_be_absent()),
      field<&Scalars::map>("map", may_be_absent()),
      field<&Scalars::limited>("limited", range(1, 9), may_be_absent()),
      field<&Scalars::few>("few", items(0, 2), may_be_absent()),
  };
  static const TypeInfo type = object<Scalars>("Scalars", rows);
  return type;
}

template <>
const TypeInfo& describe<Address>() {
  static constexpr Row rows[] = {
      field<&Address::text>("text", shorthand(), trimmed(), length(1, 20)),
      field<&Address::street>("street", length(1, 40)),
      field<&Address::city>("city", length(1, 40)),
  };
  static const TypeInfo type = object<Address>("Address", rows, "Where to.");
  return type;
}

template <>
const TypeInfo& describe<Parcel>() {
  static constexpr Row rows[] = {
      field<&Parcel::price>("price", money_range(Money{0}, Money{100'000'000})),
      field<&Parcel::fee>("fee", money_range(Money{-50}, Money{50})),
      field<&Parcel::anything>("anything", may_be_absent()),
      field<&Parcel::to>("to"),
      field<&Parcel::others>("others", may_be_absent()),
  };
  static const TypeInfo type = object<Parcel>("Parcel", rows);
  return type;
}

template <>
const TypeInfo& describe<Account>() {
  static constexpr Row rows[] = {
      field<&Account::id>("id"),
      field<&Account::phone>("phone", since(2)),
      field<&Account::tenant>("tenant", since(4)),
      field<&Account::since>("since", may_be_absent()),
  };
  static const TypeInfo type = object<Account>("Account", rows);
  return type;
}

}  // namespace parley
