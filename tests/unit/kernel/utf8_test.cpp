#include "catch.hpp"

#include <parley/utf8.hpp>

using namespace parley;

TEST_CASE("code points are counted", "[utf8]") {
  CHECK(code_points("") == 0);
  CHECK(code_points("abc") == 3);
  CHECK(code_points("exactly8") == 8);
  CHECK(code_points("more than eight") == 15);
  CHECK(code_points("\u00e9") == 1);
  CHECK(code_points("a\u00e9\u20ac\U0001F600") == 4);
  CHECK(code_points("12345678\u20ac12345678\u20ac") == 18);
  CHECK(code_points(std::string_view("a\0b", 3)) == 3);
  CHECK(code_points("\U0010FFFF") == 1);
  CHECK(code_points("\xED\x9F\xBF") == 1);  // U+D7FF, the last before the surrogates
  CHECK(code_points("\xEE\x80\x80") == 1);  // U+E000, the first behind them
}

TEST_CASE("ill-formed text is told", "[utf8]") {
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE2\x82", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF", "\xFE", "abcdefgh\xFF", "a\xE2\x82z"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("one replacement stands for as much as began a character", "[utf8]") {
  // Unicode 3.9, table 3-8.
  CHECK(utf8_step("\xE1\x80\xE2").length == 2);
  CHECK(utf8_step("\xF0\x91\x92\xF1").length == 3);
  CHECK(utf8_step("\xC0\xAF").length == 1);
  CHECK(utf8_step("\xED\xA0\x80").length == 1);
  CHECK(utf8_step("\xF4\x91\x92\x93").length == 1);
  CHECK(utf8_step("\xE2\x82\xAC!").length == 3);
  CHECK(utf8_step("\xE2\x82\xAC!").well_formed);
}
