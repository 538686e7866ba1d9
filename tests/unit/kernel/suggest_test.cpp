#include "catch.hpp"

#include <parley/suggest.hpp>

#include <string>
#include <vector>

using namespace parley;

TEST_CASE("distance counts edits and swaps") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("port", "prot") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("only what is near enough is offered") {
  const std::vector<std::string> known{"port", "host", "ws_port"};
  CHECK(nearest("prot", known) == "port");
  CHECK(nearest("PORT", known) == "port");
  CHECK(nearest("wsport", known) == "ws_port");
  CHECK(nearest("zz", known).empty());
  CHECK(nearest("completely", known).empty());
  CHECK(nearest(std::string(5000, 'p'), known).empty());
  CHECK(did_you_mean("prot", known) == "; did you mean port?");
  CHECK(did_you_mean("completely", known).empty());
}
