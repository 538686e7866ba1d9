// The page as HTML, and its figures.
#include "page.hpp"

#include "assets.hpp"
#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/codec/json.hpp>

using namespace parley;
using namespace parley::console;
using namespace std::chrono_literals;

namespace {

struct Nothing {};
struct Port {
  virtual ~Port() = default;
  virtual Task<Result<void>> create(CallContext, Nothing) = 0;
  virtual Task<Result<void>> inject(CallContext, Nothing) = 0;
  virtual Task<Result<void>> follow(CallContext, Nothing, Sink<Nothing>) = 0;
  virtual Task<Result<void>> feed(CallContext, Nothing, Sink<Nothing>) = 0;
};

}  // namespace

template <>
const TypeInfo& parley::describe<Nothing>() {
  static const TypeInfo type = object<Nothing>("Nothing", std::span<const Row>{});
  return type;
}

namespace {

constexpr Operation rows[] = {
    operation<&Port::create>("CreateThing", http(Verb::post, "/api/{version}/things"),
                             summary("Makes <b>one</b> & no more.")),
    operation<&Port::inject>("InjectFault", rpc("fault"), permission("admin:faults"), summary("Breaks.")),
    operation<&Port::follow>("FollowThings", http(Verb::get, "/api/{version}/things/stream"),
                             summary("All.")),
    operation<&Port::feed>("FeedThings", summary("For other modules.")),
};

std::vector<BoundService> services() {
  return {{"things", rows, nullptr, "Things of a test."}};
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("a new row shows up on the page, one that HTTP does not reach does not") {
  const auto all = services();
  const auto html = operations_html(all);
  CHECK(has(html, "<caption>things</caption>"));
  CHECK(has(html, "<span class=\"verb\">POST</span> /api/v1/things</code>"));
  CHECK(has(html, "<code>createThing</code>"));
  CHECK(has(html, "Makes &lt;b&gt;one&lt;/b&gt; &amp; no more."));
  CHECK(has(html, "<code>fault</code>"));
  CHECK(has(html, "administrator"));
  CHECK(has(html, "/api/v1/things/stream"));
  CHECK_FALSE(has(html, "followThings"));
  CHECK_FALSE(has(html, "FeedThings"));
}

TEST_CASE("a service without anything for HTTP has no table") {
  const std::vector<BoundService> all = {{"feeds", std::span(rows).subspan(3), nullptr}};
  CHECK(operations_html(all).empty());
}

TEST_CASE("the page names the server as the client does, escaped, and is whole") {
  test::ManualTime time;
  const Figures figures({{"users", "users", [] { return 1234.0; }}}, time);
  const auto all = services();
  const Page page(all, "1.2.3");
  const auto html = page.render("a&b'c:80", 50051, figures);
  CHECK(has(html, "a&amp;b&#39;c:80/api/v1/users"));
  CHECK_FALSE(has(html, "a&b"));
  CHECK(has(html, "grpcurl -plaintext a&amp;b&#39;c:50051 list"));
  CHECK(has(page.render("[::1]", 50051, figures), "grpcurl -plaintext [::1]:50051 list"));
  CHECK(has(page.render("[::1]:80", 50051, figures), "grpcurl -plaintext [::1]:50051 list"));
  CHECK(has(page.render("lab.example", 1, figures), "grpcurl -plaintext lab.example:1 list"));
  CHECK_FALSE(has(html, "{{"));
  CHECK(has(html, "1.2.3"));
  CHECK(has(html, "<dt>users</dt><dd data-key=\"users\">1,234</dd>"));
  for (const auto& asset : assets())
    if (asset.file.ends_with(".css") || asset.file.ends_with(".js")) CHECK(has(html, asset.path));
}

TEST_CASE("the assets are small and of this server alone") {
  std::size_t size = 0;
  for (const auto& asset : assets()) {
    size += asset.text.size();
    CHECK_FALSE(asset.text.empty());
    const std::string text(asset.text);
    CHECK_FALSE(has(text, "https://"));
    CHECK_FALSE(has(text, " style=\""));
    CHECK_FALSE(has(text, " onclick="));
  }
  CHECK(assets().size() == 4);
  CHECK(size < 60 * 1024);
}

TEST_CASE("figures are read when asked for; a rate is what has come since the reading before") {
  test::ManualTime time;
  double total = 100, users = 1;
  Figures figures(
      {{"requests_per_second", "requests a second", [&] { return total; }, Figure::Shown::per_second},
       {"users", "users", [&] { return users; }}},
      time);
  const auto rate = [](const Stats& stats) { return stats.figures.at("requests_per_second"); };
  CHECK(rate(figures.read()) == 0);
  CHECK(rate(figures.follow()) == 0);  // nothing to compare with
  total = 130;
  users = 2;
  time.advance(2s);
  CHECK(rate(figures.follow()) == 15);
  CHECK(figures.read().figures.at("users") == 2);
  total = 131;
  time.advance(3s);
  CHECK(rate(figures.read()) == 15);  // only follow() measures
  CHECK(rate(figures.follow()) == Approx(0.3));
  time.advance(20s);
  CHECK(rate(figures.read()) == 0);  // long ago
  CHECK(rate(figures.follow()) == 0);
  CHECK(codec::to_json(figures.read()) ==
        R"({"at":"2023-11-14T22:13:45Z","figures":{"requests_per_second":0,"users":2}})");
}

TEST_CASE("figures are written as people read them") {
  using Shown = Figure::Shown;
  CHECK(to_text(Shown::count, 0) == "0");
  CHECK(to_text(Shown::count, 999) == "999");
  CHECK(to_text(Shown::count, 1000) == "1,000");
  CHECK(to_text(Shown::count, 1234567) == "1,234,567");
  CHECK(to_text(Shown::per_second, 1234.5) == "1,234.5");
  CHECK(to_text(Shown::seconds, 0) == "0s");
  CHECK(to_text(Shown::seconds, 65) == "1m 5s");
  CHECK(to_text(Shown::seconds, 3600) == "1h 0m");
  CHECK(to_text(Shown::seconds, 90061) == "1d 1h");
}
