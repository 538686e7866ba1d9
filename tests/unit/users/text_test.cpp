// Letters without case, and refused e-mail domains.
#include "catch.hpp"
#include "email_policy.hpp"
#include "fold.hpp"

using namespace parley::users;

TEST_CASE("case is folded in every script, and nothing else is changed") {
  CHECK(fold_case("") == "");
  CHECK(fold_case("John O'NEIL 42") == "john o'neil 42");
  CHECK(fold_case("ЖАННА Ёлкина") == "жанна ёлкина");
  CHECK(fold_case("ÅNGSTRÖM ΣΙΓΜΑ") == "ångström σιγμα");
  CHECK(fold_case("日本 😀 𐐀") == "日本 😀 𐐨");
  CHECK(fold_case("A\xFF\xC3"
                  "B\xE2\x82") ==
        "a\xFF\xC3"
        "b\xE2\x82");
  CHECK(fold_case(std::string("A\0B", 3)) == std::string("a\0b", 3));
}

TEST_CASE("a refused domain stands for those below it") {
  const EmailPolicy policy({"Mailinator.com", "@spam.example", ".dot.example", "", "@"});
  CHECK(policy.refused("a@mailinator.com") == "mailinator.com");
  CHECK(policy.refused("a@eu.mailinator.com") == "mailinator.com");
  CHECK(policy.refused("a@spam.example") == "spam.example");
  CHECK(policy.refused("a@x.dot.example") == "dot.example");
  CHECK(policy.refused("a@notmailinator.com") == "");
  CHECK(policy.refused("mailinator.com@example.com") == "");
  CHECK(policy.refused("a@mailinator.com.example.org") == "");
  CHECK(EmailPolicy({}).refused("a@mailinator.com") == "");
}
