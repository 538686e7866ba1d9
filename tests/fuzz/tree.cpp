#include "tree.hpp"

#include "fuzz.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/json_check.hpp>
#include <parley/utf8.hpp>
#include <parley/validate.hpp>

namespace parley {

using fuzz::Leaf;
using fuzz::Tree;

template <>
const TypeInfo& describe<Leaf>() {
  static constexpr Row rows[] = {
      field<&Leaf::twice>("twice", number(1), number_range(-1e300, 1e300)),
      field<&Leaf::list>("list", number(2), items(0, 5), never_null()),
      field<&Leaf::maps>("maps", number(3), items(0, 4), may_be_absent()),
      field<&Leaf::extra>("extra", number(4)),
  };
  static const TypeInfo type = object<Leaf>("Leaf", rows);
  return type;
}

template <>
const TypeInfo& describe<Tree>() {
  static constexpr Row rows[] = {
      field<&Tree::label>("label", number(1), alias("name"), trimmed(), lower_case(), length(0, 12)),
      field<&Tree::leaves>("leaves", number(2), items(0, 4), may_be_absent()),
      field<&Tree::named>("named", number(3), may_be_absent()),
      field<&Tree::best>("best", number(4), since(2)),
      field<&Tree::grid>("grid", number(5), may_be_absent()),
      field<&Tree::at>("at", number(6), may_be_absent()),
      field<&Tree::price>("price", number(7), money_range(Money{-1'000'000}, Money{1'000'000'000}),
                          may_be_absent()),
      field<&Tree::prices>("prices", number(8), may_be_absent()),
      field<&Tree::extra>("extra", number(9)),
  };
  static const TypeInfo type = object<Tree>("Tree", rows);
  return type;
}

}  // namespace parley

namespace parley::fuzz {

void check_refusal(const Error& error) {
  require(error.code == Code::invalid_argument, "bad text is an invalid argument");
  require(!error.fields.empty() && error.fields.size() <= max_problems, "there are problems, not too many");
  for (const auto& [field, problem] : error.fields) {
    require(!problem.empty() && is_utf8(problem) && is_utf8(field), "a problem is readable", problem);
    require(problem.size() < 2000 && field.size() < 4000, "a problem is short", problem);
  }
  const auto document = codec::problem_json(error, "0af7651916cd43dd8448eb211c80319c", "/x");
  require(codec::is_json(document), "a problem document is JSON", document);
}

}  // namespace parley::fuzz
