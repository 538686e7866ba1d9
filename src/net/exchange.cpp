#include "exchange.hpp"

#include "connection.hpp"

#include <parley/net/websocket.hpp>

namespace parley::net {
namespace {

constexpr std::size_t max_kept = 64 << 10;  // bytes of one string kept between requests

void recycle(std::string& text) {
  if (text.capacity() > max_kept)
    std::string().swap(text);
  else
    text.clear();
}

void move(std::string_view& view, std::ptrdiff_t by) noexcept {
  if (view.data()) view = {view.data() + by, view.size()};
}

}  // namespace

Exchange::Exchange() : continuation(this) {}
Exchange::~Exchange() = default;

void Exchange::resumed() {
  connection->handler_completed();
}

void Exchange::rebase(std::ptrdiff_t moved) noexcept {
  if (moved == 0) return;
  if (request.path.data() != root_path.data()) move(request.path, moved);
  move(request.method_name, moved);
  move(request.target, moved);
  move(request.query, moved);
  for (auto& field : fields) {
    move(field.name, moved);
    move(field.value, moved);
  }
  if (request.request_id.data() == head.request_id.data()) move(request.request_id, moved);
  move(head.request_id, moved);
  move(head.traceparent, moved);
}

void Exchange::clear_request() {
  request.method = Method::other;
  request.method_name = request.target = request.path = request.query = request.body = {};
  request.http_1_0 = false;
  request.request_id = {};
  request.fields = {};
  request.route = nullptr;
  request.context.principal.reset();
  request.context.cancellation.reset();
  recycle(response.body);
  goes_on_upgrading = false;
  match.route = nullptr;
  match.allow.clear();
  head = {};
  head_size = body_size = 0;
}

void Exchange::reset() {
  clear_request();
  response.clear();
  in.reset();
  recycle(out);
  out_sent = 0;
  upgrade.reset();
  upgrade_options.reset();
  connection = nullptr;
}

std::unique_ptr<Exchange> ExchangePool::borrow() {
  if (free_.empty()) return std::make_unique<Exchange>();
  // Trimmed here and not in give_back(), which may run inside the continuation of what it gets.
  if (free_.size() > max_free) free_.resize(max_free);
  auto exchange = std::move(free_.back());
  free_.pop_back();
  return exchange;
}

void ExchangePool::give_back(std::unique_ptr<Exchange> exchange) {
  exchange->reset();
  free_.push_back(std::move(exchange));
}

}  // namespace parley::net
