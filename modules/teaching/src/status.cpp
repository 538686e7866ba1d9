#include "status.hpp"

#include <charconv>

namespace parley::teaching {
namespace {

constexpr std::size_t max_choices = 16;
constexpr std::uint32_t max_weight = 1000;

template <class Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return !text.empty() && read.ec == std::errc() && read.ptr == end;
}

std::unexpected<Error> bad(std::string problem) {
  return invalid_field("codes", std::move(problem));
}

}  // namespace

Result<std::vector<WeightedStatus>> parse_statuses(std::string_view text) {
  std::vector<WeightedStatus> statuses;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto choice = text.substr(begin, end - begin);
    begin = end + 1;
    const auto colon = choice.find(':');
    WeightedStatus one{0, 1};
    if (!read_number(choice.substr(0, colon), one.status) ||
        (colon != std::string_view::npos && !read_number(choice.substr(colon + 1), one.weight)))
      return bad("must be a status such as 503, several as in 200,503, or weighted ones as in 200:9,503:1");
    if (one.status >= 100 && one.status < 200)
      return bad("must be 200 to 599: a status of 1xx comes before an answer and is none");
    if (one.status < 200 || one.status > 599) return bad("must be 200 to 599");
    if (one.weight < 1 || one.weight > max_weight) return bad("must have weights of 1 to 1000");
    statuses.push_back(one);
    if (statuses.size() > max_choices) return bad("must be at most 16 statuses");
  }
  return statuses;
}

std::uint16_t draw(const std::vector<WeightedStatus>& statuses, Random& random) noexcept {
  std::uint64_t total = 0;
  for (const auto& one : statuses) total += one.weight;
  auto at = statuses.size() > 1 ? random.next() % total : 0;  // too few to be uneven
  for (const auto& one : statuses) {
    if (at < one.weight) return one.status;
    at -= one.weight;
  }
  return statuses.back().status;
}

Code code_of(std::uint16_t status) noexcept {
  switch (status) {
    case 401:
    case 407:
      return Code::unauthenticated;
    case 403:
      return Code::permission_denied;
    case 404:
    case 410:
      return Code::not_found;
    case 408:
    case 504:
      return Code::deadline_exceeded;
    case 409:
      return Code::aborted;
    case 412:
    case 428:
      return Code::failed_precondition;
    case 413:
    case 429:
      return Code::resource_exhausted;
    case 416:
      return Code::out_of_range;
    case 499:
      return Code::cancelled;
    case 405:
    case 501:
    case 505:
      return Code::unimplemented;
    case 502:
    case 503:
      return Code::unavailable;
    default:
      return status < 500 ? Code::invalid_argument : Code::internal;
  }
}

void answer_status(std::uint16_t status, const net::Request& request, net::Response& response,
                   const net::ErrorWriter& error_writer) {
  response.status = status;
  if (status < 400) response.header("Cache-Control", "no-store");
  const bool redirects = status >= 300 && status < 400 && status != 304;
  if (redirects || status == 201) response.header("Location", "/echo");
  if (status == 405) response.header("Allow", "GET, HEAD, OPTIONS");
  if (status == 407) response.header("Proxy-Authenticate", "Basic realm=\"teaching\"");
  if (status == 416) response.header("Content-Range", "bytes */0");
  if (status == 426) response.header("Upgrade", "websocket");
  if (status == 429 || status == 503) response.header("Retry-After", "1");
  if (status >= 400) {
    error_writer(request, response, {code_of(status), "this status was asked for"});  // WWW-Authenticate too
    response.status = status;
  } else if (status == 204 || status == 205 || status == 304) {
    response.content_type = {};  // have no body
  } else {
    response.body = "{\"status\":" + std::to_string(status) + "}";
    if (status == 206)
      response.header("Content-Range", "bytes 0-" + std::to_string(response.body.size() - 1) + "/" +
                                           std::to_string(response.body.size()));
  }
}

}  // namespace parley::teaching
