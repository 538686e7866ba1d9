// HTTP answers, read with Beast's parser: it knows how a body is framed.
#include "base64.hpp"
#include "client_wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/detail/sha1.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace parley::net::client {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr std::uint32_t max_head = 64 << 10;

Result<Answer> exchange(Connection& connection, std::string_view request, SteadyTime deadline) {
  if (auto sent = connection.write(request, deadline); !sent) return std::unexpected(sent.error());
  AnswerReader reader;
  while (!reader.is_done()) {
    const auto more = reader.more(connection, deadline);
    if (!more) return std::unexpected(more.error());
  }
  auto answer = reader.head();
  answer.body = std::move(reader.body());
  return answer;
}

}  // namespace

// One answer as it comes in.
struct AnswerReader::Impl {
  http::response_parser<http::string_body> parser;
  std::string input;  // not yet parsed

  Impl() {
    parser.eager(true);
    parser.header_limit(max_head);
    parser.body_limit(boost::none);  // bounded in more()
  }
};

AnswerReader::AnswerReader() : impl_(std::make_unique<Impl>()) {}
AnswerReader::AnswerReader(AnswerReader&&) noexcept = default;
AnswerReader& AnswerReader::operator=(AnswerReader&&) noexcept = default;
AnswerReader::~AnswerReader() = default;

bool AnswerReader::has_head() const {
  return impl_->parser.is_header_done();
}
bool AnswerReader::is_done() const {
  return impl_->parser.is_done();
}
std::string& AnswerReader::body() {
  return impl_->parser.get().body();
}
std::string AnswerReader::rest() {
  return std::move(impl_->input);
}

Answer AnswerReader::head() const {
  Answer answer;
  answer.status = static_cast<std::uint16_t>(impl_->parser.get().result_int());
  for (const auto& field : impl_->parser.get())
    answer.headers.emplace_back(std::string(field.name_string().data(), field.name_string().size()),
                                std::string(field.value().data(), field.value().size()));
  return answer;
}

Result<bool> AnswerReader::more(Connection& connection, SteadyTime deadline) {
  auto& [parser, input] = *impl_;
  const auto got = connection.read(input, deadline);
  if (!got) return std::unexpected(got.error());
  error_code error;
  if (!*got) {
    if (!parser.got_some())
      return fail(Code::unavailable, "the server closed the connection without an answer");
    parser.put_eof(error);
    if (error) return fail(Code::unavailable, "the connection broke within an answer");
    return false;
  }
  while (!input.empty() && !parser.is_done()) {
    const auto used = parser.put(boost::asio::buffer(input.data(), input.size()), error);
    input.erase(0, used);
    if (error == http::error::need_more) break;
    if (error) return fail(Code::data_loss, "the answer is no HTTP: " + error.message());
  }
  if (body().size() > max_answer) return fail(Code::data_loss, "the answer is larger than 16 MiB");
  return true;
}

std::string websocket_accept(std::string_view key) {
  namespace detail = boost::beast::detail;
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 section 1.3
  detail::sha1_context context;
  detail::init(context);
  detail::update(context, text.data(), text.size());
  char digest[detail::sha1_context::digest_size];
  detail::finish(context, digest);
  return base64({digest, sizeof digest});
}

std::string Answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (boost::beast::iequals({key.data(), key.size()}, {name.data(), name.size()})) return value;
  return {};
}

Result<Answer> send(const Target& target, const Request& request) {
  auto head = request_head(target, request);
  if (!head) return std::unexpected(head.error());
  auto connection = Connection::open(target);
  if (!connection) return std::unexpected(connection.error());
  return exchange(*connection, *head + "Connection: close\r\n\r\n" + request.body, deadline_of(target));
}

struct HttpConnection::Impl {
  Target target;
  Connection connection;
};

HttpConnection::HttpConnection(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
HttpConnection::HttpConnection(HttpConnection&&) noexcept = default;
HttpConnection& HttpConnection::operator=(HttpConnection&&) noexcept = default;
HttpConnection::~HttpConnection() = default;

Result<HttpConnection> HttpConnection::open(const Target& target) {
  auto connection = Connection::open(target);
  if (!connection) return std::unexpected(connection.error());
  return HttpConnection(std::make_unique<Impl>(Impl{target, std::move(*connection)}));
}

Result<Answer> HttpConnection::send(const Request& request) {
  auto head = request_head(impl_->target, request);
  if (!head) return std::unexpected(head.error());
  return exchange(impl_->connection, *head + "\r\n" + request.body, deadline_of(impl_->target));
}

}  // namespace parley::net::client
