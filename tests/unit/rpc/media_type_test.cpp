#include "catch.hpp"

#include <parley/rpc/media_type.hpp>

using parley::calls::may_be_json;

TEST_CASE("a body counts as JSON when its type says so, or says nothing of worth") {
  for (const char* type :
       {"application/json", "Application/JSON", "application/json; charset=utf-8", "application/json \t;x=y",
        "application/problem+json", "application/vnd.api+JSON", "text/plain", "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded", "", ";charset=utf-8"}) {
    INFO(type);
    CHECK(may_be_json(type));
  }
  CHECK(may_be_json(std::nullopt));
}

TEST_CASE("a body of another type is none of JSON") {
  for (const char* type : {"application/xml", "text/html", "application/json5", "json", "multipart/form-data",
                           "application/jsonp", "image/png; name=a+json"}) {
    INFO(type);
    CHECK_FALSE(may_be_json(type));
  }
}
