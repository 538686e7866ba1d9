#include "catch.hpp"

#include <parley/net/http.hpp>
#include <parley/net/websocket.hpp>

#include <stdexcept>

using namespace parley;
using namespace parley::net;

namespace {

Handler nothing() {
  return [](Request&, Response&) -> Task<void> { co_return; };
}

struct Routed {
  std::string pattern, allow;
  std::vector<std::pair<std::string, std::string>> parameters;
};

Routed find(const Router& router, Method method, std::string_view path) {
  Request request;
  request.method = method;
  request.path = path;
  const auto match = router.find(request);
  Routed routed{match.route ? match.route->pattern : "", match.allow, {}};
  for (const auto& parameter : request.parameters)
    routed.parameters.emplace_back(parameter.name, parameter.value);
  return routed;
}

}  // namespace

TEST_CASE("a route is found by its literal segments") {
  Router router;
  router.add(Method::get, "/", nothing());
  router.add(Method::get, "/a", nothing());
  router.add(Method::get, "/a/b", nothing());
  CHECK(find(router, Method::get, "/").pattern == "/");
  CHECK(find(router, Method::get, "/a").pattern == "/a");
  CHECK(find(router, Method::get, "/a/b").pattern == "/a/b");
  CHECK(find(router, Method::get, "/a/").pattern.empty());
  CHECK(find(router, Method::get, "/b").pattern.empty());
  CHECK(find(router, Method::get, "//a").pattern.empty());
  CHECK(find(router, Method::get, "*").pattern.empty());
  CHECK(find(router, Method::get, "").pattern.empty());
  CHECK(find(router, Method::get, "/%61/b").pattern == "/a/b");
}

TEST_CASE("parameters take a segment of their type, decoded") {
  Router router;
  router.add(Method::get, "/users/{id:int}", nothing());
  router.add(Method::get, "/things/{id:uuid}/parts/{part}", nothing());
  router.add(Method::get, "/files/{path:rest}", nothing());

  CHECK(find(router, Method::get, "/users/42").parameters == decltype(Routed::parameters){{"id", "42"}});
  CHECK(find(router, Method::get, "/users/x42").pattern.empty());
  CHECK(find(router, Method::get, "/users/").pattern.empty());
  CHECK(find(router, Method::get, "/users/12345678901234567890").pattern.empty());
  CHECK(find(router, Method::get, "/things/0190a6c2-7b1c-7000-8000-00000000000a/parts/caf%C3%A9%20%2F")
            .parameters ==
        decltype(Routed::parameters){{"id", "0190a6c2-7b1c-7000-8000-00000000000a"}, {"part", "café /"}});
  CHECK(find(router, Method::get, "/things/0190a6c2-7b1c-7000-8000-00000000000/parts/a").pattern.empty());
  CHECK(find(router, Method::get, "/files/a/b/c").parameters ==
        decltype(Routed::parameters){{"path", "a/b/c"}});
  CHECK(find(router, Method::get, "/files/").parameters == decltype(Routed::parameters){{"path", ""}});
  CHECK(find(router, Method::get, "/files").pattern.empty());
  CHECK(find(router, Method::get, "/things/0190a6c2-7b1c-7000-8000-00000000000a/parts/%zz").pattern.empty());
}

TEST_CASE("literals win over parameters, narrow types over wide, and a dead end is left again") {
  Router router;
  router.add(Method::get, "/users/{id}", nothing());
  router.add(Method::get, "/users/{id:int}", nothing());
  router.add(Method::get, "/users/me", nothing());
  router.add(Method::get, "/users/{id}/orders", nothing());
  router.add(Method::del, "/users/{id}", nothing());
  CHECK(find(router, Method::get, "/users/me").pattern == "/users/me");
  CHECK(find(router, Method::get, "/users/7").pattern == "/users/{id:int}");
  CHECK(find(router, Method::get, "/users/bob").pattern == "/users/{id}");
  CHECK(find(router, Method::get, "/users/me/orders").pattern == "/users/{id}/orders");
  CHECK(find(router, Method::del, "/users/me").pattern == "/users/{id}");
}

TEST_CASE("a known path with another method says which it takes") {
  Router router;
  router.add(Method::post, "/a", nothing());
  router.add(Method::get, "/a", nothing());
  router.add(Method::options, "/b", nothing());
  router.add_websocket("/c", [](Request&, WebSocketOptions&, Response&) { return nullptr; });
  CHECK(find(router, Method::head, "/a").pattern == "/a");
  CHECK(find(router, Method::del, "/a").allow == "GET, HEAD, POST, OPTIONS");
  CHECK(find(router, Method::options, "/a").allow == "GET, HEAD, POST, OPTIONS");
  CHECK(find(router, Method::options, "/b").pattern == "/b");
  CHECK(find(router, Method::get, "/b").allow == "OPTIONS");
  CHECK(find(router, Method::head, "/c").allow == "GET, OPTIONS");
  CHECK(find(router, Method::other, "/a").allow == "GET, HEAD, POST, OPTIONS");
  CHECK(find(router, Method::get, "/none").allow.empty());
}

TEST_CASE("a WebSocket may stand beside a handler of the same pattern") {
  Router router;
  const auto& socket =
      router.add_websocket("/rpc", [](Request&, WebSocketOptions&, Response&) { return nullptr; });
  const auto& route = router.add(Method::get, "/rpc", nothing());
  CHECK(&socket == &route);
  CHECK(route.handler);
  CHECK(route.websocket);
}

TEST_CASE("a bad pattern is a programming error") {
  Router router;
  router.add(Method::get, "/a/{id}", nothing());
  CHECK_THROWS_AS(router.add(Method::get, "/a/{id}", nothing()), std::logic_error);
  CHECK_THROWS_AS(router.add(Method::get, "/a/{other}", nothing()), std::logic_error);
  for (const char* bad : {"", "a", "/{}", "/{a", "/a}", "/x{a}", "/{a}x", "/{a:float}", "/{:int}",
                          "/{a:rest}/b", "/{a}/{a}", "/{{a}}"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(router.add(Method::post, bad, nothing()), std::logic_error);
  }
  CHECK_THROWS_AS(router.add(Method::get, "/b", {}), std::logic_error);
  CHECK_NOTHROW(router.add(Method::put, "/a/{other}", nothing()));
}
