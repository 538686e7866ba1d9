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
      field<&Item::sku>("sku", number(1), length(1, 40)),
      field<&Item::quantity>("quantity", number(2), range(1, 999)),
      field<&Item::note>("note", number(3), length(0, 20)),
  };
  static const TypeInfo type = object<Item>("Item", rows, "What is ordered.");
  return type;
}

template <>
const TypeInfo& describe<User>() {
  static constexpr Row rows[] = {
      field<&User::id>("id", number(1), length(1, 64), doc("Chosen by the server.")),
      field<&User::name>("name", number(2), trimmed(), length(2, 50), example("\"Alice\"")),
      field<&User::email>("email", number(3), email(), length(3, 254)),
      field<&User::phone>("phone", number(4), pattern("^\\+?[1-9]\\d{1,14}$", "a phone number in E.164 form"),
                          since(2)),
      field<&User::active>("active", number(5), may_be_absent()),
      field<&User::created_at>("created_at", number(6), may_be_absent()),
      field<&User::items>("items", number(7), items(0, 3), may_be_absent()),
      field<&User::status>("status", number(8), may_be_absent(), doc("Of the account.")),
      field<&User::data>("data", number(9), items(0, 50), may_be_absent()),
      field<&User::login_count>("login_count", number(10), range(0, 1'000), may_be_absent()),
      field<&User::score>("score", number(11), number_range(0, 100), may_be_absent()),
      field<&User::age>("age", number(12), range(0, 120)),
      field<&User::wait>("wait", number(13), range(0, 60'000), may_be_absent()),
      field<&User::marks>("marks", number(14), may_be_absent()),
      field<&User::grid>("grid", number(15), may_be_absent()),
      field<&User::gift>("gift", number(16)),
  };
  static const TypeInfo type = object<User>("User", rows, "A person.");
  return type;
}

template <>
const TypeInfo& describe<Note>() {
  static constexpr Row rows[] = {
      field<&Note::id>("id", number(1), may_be_absent()),
      field<&Note::content>("content", number(2), alias("text"), may_be_absent()),
      field<&Note::extra>("extra", number(3)),
      field<&Note::seq>("seq", number(4), may_be_absent()),
  };
  static const TypeInfo type = object<Note>("Note", rows);
  return type;
}

template <>
const TypeInfo& describe<Notes>() {
  static constexpr Row rows[] = {field<&Notes::notes>("notes", number(1))};
  static const TypeInfo type = object<Notes>("Notes", rows);
  return type;
}

template <>
const TypeInfo& describe<Scalars>() {
  static constexpr Row rows[] = {
      field<&Scalars::boolean>("boolean", number(1), may_be_absent()),
      field<&Scalars::i32>("i32", number(2), may_be_absent()),
      field<&Scalars::i64>("i64", number(3), may_be_absent()),
      field<&Scalars::f64>("f64", number(4), may_be_absent()),
      field<&Scalars::string>("string", number(5), may_be_absent()),
      field<&Scalars::time>("time", number(6), may_be_absent()),
      field<&Scalars::duration>("duration", number(7), may_be_absent()),
      field<&Scalars::status>("status", number(8), may_be_absent()),
      field<&Scalars::maybe>("maybe", number(9)),
      field<&Scalars::twice>("twice", number(10)),
      field<&Scalars::list>("list", number(11), may_be_absent()),
      field<&Scalars::map>("map", number(12), may_be_absent()),
      field<&Scalars::limited>("limited", number(13), range(1, 9), may_be_absent()),
      field<&Scalars::few>("few", number(14), items(0, 2), may_be_absent()),
  };
  static const TypeInfo type = object<Scalars>("Scalars", rows);
  return type;
}

template <>
const TypeInfo& describe<Address>() {
  static constexpr Row rows[] = {
      field<&Address::text>("text", number(1), shorthand(), trimmed(), length(1, 20)),
      field<&Address::street>("street", number(2), length(1, 40)),
      field<&Address::city>("city", number(3), length(1, 40)),
  };
  static const TypeInfo type = object<Address>("Address", rows, "Where to.");
  return type;
}

template <>
const TypeInfo& describe<Parcel>() {
  static constexpr Row rows[] = {
      field<&Parcel::price>("price", number(1), money_range(Money{0}, Money{100'000'000})),
      field<&Parcel::fee>("fee", number(2), money_range(Money{-50}, Money{50})),
      field<&Parcel::anything>("anything", number(3), may_be_absent()),
      field<&Parcel::to>("to", number(4), structured(14)),
      field<&Parcel::others>("others", number(5), may_be_absent()),
  };
  static const TypeInfo type = object<Parcel>("Parcel", rows);
  return type;
}

template <>
const TypeInfo& describe<Account>() {
  static constexpr Row rows[] = {
      field<&Account::id>("id", number(1)),
      field<&Account::phone>("phone", number(2), since(2)),
      field<&Account::tenant>("tenant", number(3), since(4)),
      field<&Account::since>("since", number(4), may_be_absent()),
  };
  static const TypeInfo type = object<Account>("Account", rows);
  return type;
}

}  // namespace parley
