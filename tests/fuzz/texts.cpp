// Small texts that strangers send: query strings and paths, times, traces, amounts, values of fields. The
// first byte chooses which.
#include "fuzz.hpp"
#include "unit/codec/sample.hpp"

#include <parley/context.hpp>
#include <parley/money.hpp>
#include <parley/net/http.hpp>
#include <parley/time.hpp>
#include <parley/utf8.hpp>
#include <parley/validate.hpp>

#include <string>

using namespace parley;
using fuzz::require;

namespace {

void query(std::string_view text) {
  net::Request request;
  request.query = text;
  const auto all = request.query_parameters();
  static_cast<void>(request.query_parameter("since"));
  if (!all) return;
  for (const auto& [name, value] : *all) {
    require(is_utf8(name) && is_utf8(value) && !value.contains('\0'), "a parameter is text", value);
    const auto first = std::ranges::find(*all, name, [](const auto& pair) { return pair.first; });
    require(request.query_parameter(name) == first->second, "the first of a name is the one that is found",
            name);
  }
}

void path(std::string_view text) {
  const auto plain = net::percent_decode(text, false);
  if (!plain) return;
  require(is_utf8(*plain) && !plain->contains('\0'), "a decoded text is text", *plain);
  require(plain->size() <= text.size(), "decoding makes text shorter");
  std::string encoded;
  for (const char c : *plain) {
    static constexpr char digits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(digits[byte >> 4]);
    encoded.push_back(digits[byte & 15]);
  }
  require(net::percent_decode(encoded, true) == *plain, "what is encoded is decoded", *plain);
}

void router(std::string_view text) {
  // The parser lets no other character into a path.
  if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; })) return;
  static const net::Router router = [] {
    net::Router made;
    const net::Handler none = [](net::Request&, net::Response&) -> Task<void> { co_return; };
    for (const char* pattern : {"/", "/a", "/a/{x}", "/a/{n:int}", "/a/{u:uuid}/b", "/{v}/a", "/f/{r:rest}"})
      made.add(net::Method::get, pattern, none);
    return made;
  }();
  net::Request request;
  request.method = net::Method::get;
  request.path = text;
  const auto match = router.find(request);
  require(!match.route || !match.route->pattern.empty(), "a route has a pattern");
  for (const auto& parameter : request.parameters)
    require(is_utf8(parameter.value), "a path parameter is text", parameter.value);
}

void time(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  if (!parsed) return;
  const auto written = to_rfc3339(*parsed);
  require(parse_rfc3339(written) == parsed, "a time comes back", written);
  static_cast<void>(to_http_date(*parsed));
}

void trace(std::string_view text) {
  const auto parsed = Trace::parse(text);
  if (!parsed) return;
  require(parsed->valid(), "a trace has ids");
  const auto again = Trace::parse(parsed->traceparent());
  require(again && again->traceparent() == parsed->traceparent(), "a trace comes back");
  require(text.substr(3, 49) == parsed->traceparent().substr(3, 49), "ids stay as they came");
}

void money(std::string_view text) {
  const auto amount = parse_money(text);
  if (!amount) return;
  const auto written = to_text(*amount);
  require(parse_money(written) == amount, "an amount comes back", written);
  if (text.size() > 15 || text.find_first_of("eE") != text.npos) return;
  const double value = std::strtod(std::string(text).c_str(), nullptr);
  require(value * 100 - static_cast<double>(amount->hundredths) < 0.5 &&
              value * 100 - static_cast<double>(amount->hundredths) > -0.5,
          "an amount is the number", written);
}

// "name=text"
void field(std::string_view text) {
  const auto name = fuzz::take_until(text, "=");
  test::User user;
  test::Scalars scalars;
  std::vector<FieldProblem> problems;
  set_from_text(describe<test::User>(), &user, name, text, problems);
  if (set_from_text(describe<test::Scalars>(), &scalars, name, text, problems) && problems.empty())
    static_cast<void>(conform(scalars));
  for (const auto& problem : problems)
    require(is_utf8(problem.problem), "a problem is readable", problem.problem);
}

void utf8(std::string_view text) {
  bool well = true;
  std::size_t count = 0;
  for (auto rest = text; !rest.empty(); ++count) {
    const auto step = utf8_step(rest);
    require(step.length > 0 && step.length <= 4 && step.length <= rest.size(), "a step goes on");
    well &= step.well_formed;
    rest.remove_prefix(step.length);
  }
  require(is_utf8(text) == well, "all agree on what is UTF-8");
  require(!well || code_points(text) == count, "all agree on the number of characters");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 2048) return 0;
  const fuzz::Exact exact(fuzz::text_of(data, size).substr(1));
  const auto text = exact.view();
  switch (data[0]) {
    case 'q':
      query(text);
      break;
    case 'p':
      path(text);
      break;
    case '/':
      router(text);
      break;
    case 't':
      time(text);
      break;
    case 'T':
      trace(text);
      break;
    case '$':
      money(text);
      break;
    case '=':
      field(text);
      break;
    case 'u':
      utf8(text);
      break;
    default:
      break;
  }
  return 0;
}
