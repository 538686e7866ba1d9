// Rules of amounts, and objects that stand as bare text.
#include "catch.hpp"
#include "described_sample.hpp"

#include <parley/validate.hpp>

#include <stdexcept>

using namespace parley;
using test::Place, test::Settings;

namespace {

struct Paid {
  std::string text;
  Money price;
};

template <class T>
std::string problems_of(T value) {
  std::vector<FieldProblem> problems;
  conform(describe<T>(), &value, problems, "at");
  std::string text;
  for (const auto& [field, problem] : problems) text.append(field + ' ' + problem + '\n');
  return text;
}
Settings priced(std::int64_t hundredths) {
  Settings settings;
  settings.price = Money{hundredths};
  settings.line.sku = "A";
  settings.place.street = "Main";
  return settings;
}
std::string set(Settings& settings, std::string_view name, std::string_view text) {
  std::vector<FieldProblem> problems;
  CHECK(set_from_text(describe<Settings>(), &settings, name, text, problems));
  return problems.empty() ? std::string() : problems[0].field + ' ' + problems[0].problem;
}

}  // namespace

TEST_CASE("limits of money are told as amounts", "[validate]") {
  CHECK(problems_of(priced(1)).empty());
  CHECK(problems_of(priced(10'000)).empty());
  CHECK(problems_of(priced(0)) == "at.price must be between 0.01 and 100.00, is 0.00\n");
  CHECK(problems_of(priced(10'001)) == "at.price must be between 0.01 and 100.00, is 100.01\n");
  CHECK(expectation(describe<Money>()) == "must be a number with at most two decimals");
}

TEST_CASE("money from plain text", "[text]") {
  Settings settings;
  CHECK(set(settings, "price", "19.99").empty());
  CHECK(settings.price == Money{1999});
  for (const char* text : {"", "19.999", "1,50", "x", "1e99"}) {
    CAPTURE(text);
    CHECK(set(settings, "price", text) ==
          "price must be a number with at most two decimals between 0.01 and 100.00");
  }
  CHECK(settings.price == Money{1999});
}

TEST_CASE("an object in its text form", "[validate]") {
  CHECK(problems_of(Place{"Home", ""}).empty());
  CHECK(problems_of(Place{"  H  ", ""}) == "at must have between 2 and 9 characters, has 1\n");
  CHECK(problems_of(Place{std::nullopt, "Main"}).empty());
  CHECK(
      problems_of(Place{"H", "much too long"}) ==
      "at.text must have between 2 and 9 characters, has 1\nat.street must have between 1 and 9 characters, "
      "has 13\n");
  CHECK(problems_of(Place{}) == "at.street must not be empty\n");

  const auto& type = describe<Place>();
  CHECK(type.text_field == 0);
  const Place text{"Home", ""}, both{"Home", "Main"}, none;
  REQUIRE(text_form(type, &text));
  CHECK(*text_form(type, &text) == "Home");
  CHECK_FALSE(text_form(type, &both));
  CHECK_FALSE(text_form(type, &none));
  CHECK_FALSE(text_form(describe<test::Line>(), &text));

  Settings settings;
  CHECK(set(settings, "place", "Home").empty());
  CHECK(settings.place.text == "Home");
  CHECK(set(settings, "place", "\xff") == "place must be well-formed UTF-8");
  CHECK(set(settings, "line", "Home") == "line cannot be given as plain text");
}

TEST_CASE("a shorthand is one field, beside such as can be left empty", "[describe]") {
  static constexpr Row beside[] = {field<&Paid::text>("text", shorthand()), field<&Paid::price>("price")};
  CHECK_THROWS_AS(object<Paid>("Paid", beside), std::logic_error);
  static constexpr Row twice[] = {field<&Place::text>("text", shorthand()),
                                  field<&Place::street>("street", shorthand())};
  CHECK_THROWS_AS(object<Place>("Twice", twice), std::logic_error);
}
