#include "guarded.hpp"

#include <parley/net/http.hpp>

#include <algorithm>
#include <stdexcept>

namespace parley::net {

namespace {

bool has_break(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

void Response::header(std::string_view name, std::string_view value) {
  if (has_break(name) || has_break(value))
    throw std::invalid_argument("a response header field holds a line break or NUL");
  headers_.append(name).append(": ").append(value).append("\r\n");
}

void Response::stream(StreamOptions options, std::function<void(EventStream&)> opened,
                      std::function<void()> on_close) {
  streaming =
      std::make_unique<Streaming>(Streaming{std::move(options), std::move(opened), std::move(on_close)});
}

void Response::Streaming::closed() noexcept {
  const auto notify = std::exchange(on_close, nullptr);
  if (notify) guarded("sse", "handler failed", notify);
}

void Response::produce(Producer producer, std::optional<std::uint64_t> length) {
  producing = std::make_unique<Producing>(Producing{std::move(producer), length});
}

void Response::clear() {
  status = 200;
  content_type = "application/json";
  body.clear();
  compressible = true;
  reset = false;
  headers_.clear();
  streaming.reset();
  producing.reset();
}

}  // namespace parley::net
