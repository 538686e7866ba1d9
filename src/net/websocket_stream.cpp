#include "websocket_stream.hpp"

#include "cork.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/beast/zlib/error.hpp>

namespace parley::net {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

void Cork::take(std::string_view bytes) {
  if (bytes.empty()) return;
  outbox_.write(bytes);
  if (open_) tracker_.follow(bytes);
}

void Cork::taken() {
  if (!open_) return;
  outbox_.border(tracker_.at_border());
  if (!tracker_.closed() || !tracker_.at_border()) return;
  outbox_.seal();
  owner_.closing();
}

struct WebSocketStream::Impl {
  websocket::stream<Cork, true> stream;
  Owner& owner;

  Impl(Outbox& outbox, Owner& its_owner, std::string unread)
      : stream(outbox, its_owner, std::move(unread)), owner(its_owner) {}
};

namespace {

// Adds "Name: value\r\n" lines. Fields of the handshake itself are not replaced.
void add_fields(websocket::response_type& response, std::string_view head) {
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head.remove_prefix(end == head.npos ? head.size() : end + 2);
    const auto colon = line.find(':');
    if (colon == line.npos) continue;
    auto value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    const beast::string_view name(line.data(), colon);
    response.insert(name, beast::string_view(value.data(), value.size()));
  }
  if (response.count(http::field::server) == 0) response.set(http::field::server, "parley");
}

beast::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

WebSocketStream::WebSocketStream(Outbox& outbox, Owner& owner, std::string unread)
    : impl_(std::make_unique<Impl>(outbox, owner, std::move(unread))) {}
WebSocketStream::~WebSocketStream() = default;

void WebSocketStream::accept(Handshake handshake) {
  auto& stream = impl_->stream;
  stream.read_message_max(handshake.max_message);
  stream.control_callback([impl = impl_.get()](websocket::frame_type type, beast::string_view) {
    if (type == websocket::frame_type::close) {
      const auto code = impl->stream.reason().code;
      impl->owner.peer_closed(code == websocket::close_code::none ? 1005 : code);
    } else {
      impl->owner.heard();
    }
  });
  if (handshake.deflate) {
    websocket::permessage_deflate options;
    options.server_enable = true;
    // Without context takeover a message depends on none before it: no window is kept between messages, and
    // Beast's inflater starts each one in a defined state.
    options.server_no_context_takeover = true;
    options.client_no_context_takeover = true;
    stream.set_option(options);
  }
  // Beast answers only a request of its own kind.
  http::request<http::empty_body> request{http::verb::get, "/", 11};
  request.set(http::field::host, "-");
  request.set(http::field::connection, "upgrade");
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::sec_websocket_version, "13");
  request.set(http::field::sec_websocket_key, view(handshake.key));
  if (!handshake.extensions.empty())
    request.set(http::field::sec_websocket_extensions, view(handshake.extensions));
  const auto decorate = [this, head = std::move(handshake.head),
                         offered = handshake.deflate](websocket::response_type& response) {
    deflated_ = offered && response.count(http::field::sec_websocket_extensions) != 0;
    add_fields(response, head);
  };
  stream.set_option(websocket::stream_base::decorator(decorate));
  stream.async_accept(request, [impl = impl_.get(), alive = impl_->owner.keep_alive()](error_code error) {
    impl->stream.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
    if (!error) impl->stream.next_layer().open();
    impl->owner.accepted(error);
  });
}

void WebSocketStream::read(char* buffer, std::size_t size) {
  impl_->stream.async_read_some(asio::buffer(buffer, size),
                                [owner = &impl_->owner, alive = impl_->owner.keep_alive()](
                                    error_code error, std::size_t got) { owner->read_done(error, got); });
}

bool WebSocketStream::message_done() const noexcept {
  return impl_->stream.is_message_done();
}
bool WebSocketStream::text() const noexcept {
  return impl_->stream.got_text();
}

bool WebSocketStream::is_bad_deflate(error_code error) noexcept {
  const error_code any = beast::zlib::error::stream_error;
  return error.category() == any.category();
}

void WebSocketStream::release() {
  impl_->stream.next_layer().release();
}
void WebSocketStream::drop() noexcept {
  impl_->stream.next_layer().drop();
}

}  // namespace parley::net
