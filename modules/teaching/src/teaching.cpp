// Which path teaches what.
#include "descriptions.hpp"
#include "mirror.hpp"
#include "requests.hpp"
#include "status.hpp"

#include <parley/codec/json.hpp>
#include <parley/net/pause.hpp>
#include <parley/teaching/teaching.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace parley::teaching {
namespace {

using net::Method;
using net::Request;
using net::Response;

constexpr std::uint16_t status_client_left = 499;
constexpr std::size_t block_size = 16 << 10;            // bytes of one write of /bytes
constexpr std::chrono::milliseconds to_answer_in{100};  // what a delay leaves of the request's time
constexpr Method every_method[] = {Method::get, Method::post, Method::put, Method::patch, Method::del};

// Lives in the router's handlers, longer than any call.
struct Endpoints {
  Dependencies deps;
  RequestTypes types;
};
using Shared = std::shared_ptr<const Endpoints>;

// A whole number from 0 to `max`, from the path or the query.
Result<std::int64_t> read_count(std::string_view name, std::string_view text, std::int64_t max) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const bool good = !text.empty() && read.ec == std::errc() && read.ptr == end && value >= 0 && value <= max;
  if (good) return value;
  return invalid_field(std::string(name), "must be a whole number between 0 and " + std::to_string(max));
}

Task<void> answer_echo(Shared, Request& request, Response& response) {
  response.header("Cache-Control", "no-store");
  response.body = mirror(request);
  co_return;
}

Task<void> answer_headers(Shared, Request& request, Response& response) {
  response.header("Cache-Control", "no-store");
  response.body = mirror_headers(request);
  co_return;
}

Task<void> answer_ip(Shared, Request& request, Response& response) {
  response.header("Cache-Control", "no-store");
  response.body = R"({"origin":)";
  codec::append_json_string(request.remote, response.body);
  response.body += '}';
  co_return;
}

Task<void> answer_uuid(Shared endpoints, Request& request, Response& response) {
  response.header("Cache-Control", "no-store");
  response.body = R"({"uuid":")" + make_uuid(request.context.now(), endpoints->deps.random) + R"("})";
  co_return;
}

Task<void> answer_any_status(Shared endpoints, Request& request, Response& response) {
  const auto& deps = endpoints->deps;
  const auto statuses = parse_statuses(request.parameter("codes"));
  if (statuses)
    answer_status(draw(*statuses, deps.random), request, response, deps.error_writer);
  else
    deps.error_writer(request, response, statuses.error());
  co_return;
}

Task<void> answer_late(Shared endpoints, Request& request, Response& response) {
  const auto ms = read_count("ms", request.parameter("ms"), largest(endpoints->types.delay, "ms"));
  if (!ms) {
    endpoints->deps.error_writer(request, response, ms.error());
    co_return;
  }
  auto waiting = net::pause(endpoints->deps.scheduler, std::chrono::milliseconds(*ms), request.context);
  const bool passed = co_await std::move(waiting);
  response.header("Cache-Control", "no-store");
  if (!passed) response.status = status_client_left;  // nobody reads it, but the log and the metrics do
  response.body = "{\"delay\":" + std::to_string(*ms) + "}";
}

// Lines of JSON, each when there is room for it and the interval has passed.
Task<void> produce_lines(Shared endpoints, CallContext context, std::int64_t count,
                         std::chrono::milliseconds interval, net::BodyWriter& out) {
  std::string line;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0 && interval.count() > 0) {
      auto waiting = net::pause(endpoints->deps.scheduler, interval, context);
      const bool passed = co_await std::move(waiting);
      if (!passed) co_return;
    }
    line = "{\"id\":" + std::to_string(i) + ",\"of\":" + std::to_string(count) + ",\"timestamp\":\"";
    append_rfc3339(context.now(), line);
    line += "\"}\n";
    auto writing = out.write(line);
    const bool wanted = co_await std::move(writing);
    if (!wanted) co_return;
  }
}

Task<void> answer_stream(Shared endpoints, Request& request, Response& response) {
  const auto& type = endpoints->types.stream;
  const auto count = read_count("n", request.parameter("n"), largest(type, "n"));
  const auto asked = request.query_parameter("interval");
  const auto interval =
      asked ? read_count("interval", *asked, largest(type, "interval")) : Result<std::int64_t>(0);
  if (!count || !interval) {
    endpoints->deps.error_writer(request, response, count ? interval.error() : count.error());
    co_return;
  }
  response.content_type = "application/x-ndjson";
  response.header("Cache-Control", "no-store");
  response.header("X-Accel-Buffering", "no");
  response.produce([endpoints, context = request.context, lines = *count,
                    between = std::chrono::milliseconds(*interval)](net::BodyWriter& out) {
    return produce_lines(endpoints, context, lines, between, out);
  });
}

Task<void> produce_bytes(std::unique_ptr<Random> random, std::int64_t count, net::BodyWriter& out) {
  std::string block(block_size, '\0');
  while (count > 0) {
    for (std::size_t at = 0; at < block.size(); at += sizeof(std::uint64_t)) {
      const auto bits = random->next();
      std::memcpy(block.data() + at, &bits, sizeof bits);
    }
    const auto size = std::min<std::int64_t>(count, static_cast<std::int64_t>(block.size()));
    count -= size;
    const std::string_view piece(block.data(), static_cast<std::size_t>(size));
    auto writing = out.write(piece);
    const bool wanted = co_await std::move(writing);
    if (!wanted) co_return;
  }
}

Task<void> answer_bytes(Shared endpoints, Request& request, Response& response) {
  const auto count = read_count("n", request.parameter("n"), largest(endpoints->types.bytes, "n"));
  const auto asked = request.query_parameter("seed");
  const auto seed = asked
                        ? read_count("seed", *asked, std::numeric_limits<std::int64_t>::max())
                        : Result<std::int64_t>(static_cast<std::int64_t>(endpoints->deps.random.next() >> 1));
  if (!count || !seed) {
    endpoints->deps.error_writer(request, response, count ? seed.error() : count.error());
    co_return;
  }
  response.content_type = "application/octet-stream";
  response.produce(
      [bytes = *count, from = *seed](net::BodyWriter& out) {
        return produce_bytes(make_random(static_cast<std::uint64_t>(from)), bytes, out);
      },
      static_cast<std::uint64_t>(*count));
}

using Answer = Task<void> (*)(Shared, Request&, Response&);

using Describe = docs::Endpoint (*)(Method);

// `parameters`: as configured, in `endpoints`; null where there are none, or no limit is set.
net::Route& add(net::Router& router, const Shared& endpoints, Method method, const char* pattern,
                Answer answer, Describe describe, const TypeInfo* parameters = nullptr) {
  auto& route = router.add(method, pattern, [endpoints, answer](Request& request, Response& response) {
    return answer(endpoints, request, response);
  });
  auto endpoint = describe(method);
  if (parameters) endpoint.request = parameters;
  route.endpoint = docs::share(std::move(endpoint));
  return route;
}

}  // namespace

void mount(net::Router& router, Dependencies dependencies, const Options& options) {
  if (!options.enabled) return;
  const auto longest = std::max(dependencies.request_timeout - to_answer_in, std::chrono::milliseconds(0));
  const auto endpoints =
      std::make_shared<const Endpoints>(std::move(dependencies), RequestTypes(options, longest));
  const auto& types = endpoints->types;
  for (const auto method : every_method) {
    add(router, endpoints, method, "/echo", answer_echo, describe_echo);
    add(router, endpoints, method, "/status/{codes}", answer_any_status, describe_status);
    add(router, endpoints, method, "/delay/{ms}", answer_late, describe_delay, &types.delay)
        .withdrawn_by_close = true;
  }
  add(router, endpoints, Method::options, "/echo", answer_echo, describe_echo);
  add(router, endpoints, Method::get, "/headers", answer_headers, describe_headers);
  add(router, endpoints, Method::get, "/ip", answer_ip, describe_ip);
  add(router, endpoints, Method::get, "/uuid", answer_uuid, describe_uuid);
  add(router, endpoints, Method::get, "/stream/{n}", answer_stream, describe_stream, &types.stream);
  add(router, endpoints, Method::get, "/bytes/{n}", answer_bytes, describe_bytes, &types.bytes);
}

}  // namespace parley::teaching
