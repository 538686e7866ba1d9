#include "answer.hpp"

#include "exchange.hpp"
#include "gzip.hpp"
#include "text.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <charconv>

namespace parley::net {
namespace {

struct Reason {
  std::uint16_t status;
  std::string_view line;
};
constexpr Reason reasons[] = {
    {101, "HTTP/1.1 101 Switching Protocols\r\n"},
    {200, "HTTP/1.1 200 OK\r\n"},
    {201, "HTTP/1.1 201 Created\r\n"},
    {202, "HTTP/1.1 202 Accepted\r\n"},
    {203, "HTTP/1.1 203 Non-Authoritative Information\r\n"},
    {204, "HTTP/1.1 204 No Content\r\n"},
    {205, "HTTP/1.1 205 Reset Content\r\n"},
    {206, "HTTP/1.1 206 Partial Content\r\n"},
    {300, "HTTP/1.1 300 Multiple Choices\r\n"},
    {301, "HTTP/1.1 301 Moved Permanently\r\n"},
    {302, "HTTP/1.1 302 Found\r\n"},
    {303, "HTTP/1.1 303 See Other\r\n"},
    {304, "HTTP/1.1 304 Not Modified\r\n"},
    {307, "HTTP/1.1 307 Temporary Redirect\r\n"},
    {308, "HTTP/1.1 308 Permanent Redirect\r\n"},
    {400, "HTTP/1.1 400 Bad Request\r\n"},
    {401, "HTTP/1.1 401 Unauthorized\r\n"},
    {402, "HTTP/1.1 402 Payment Required\r\n"},
    {403, "HTTP/1.1 403 Forbidden\r\n"},
    {404, "HTTP/1.1 404 Not Found\r\n"},
    {405, "HTTP/1.1 405 Method Not Allowed\r\n"},
    {406, "HTTP/1.1 406 Not Acceptable\r\n"},
    {407, "HTTP/1.1 407 Proxy Authentication Required\r\n"},
    {408, "HTTP/1.1 408 Request Timeout\r\n"},
    {409, "HTTP/1.1 409 Conflict\r\n"},
    {410, "HTTP/1.1 410 Gone\r\n"},
    {411, "HTTP/1.1 411 Length Required\r\n"},
    {412, "HTTP/1.1 412 Precondition Failed\r\n"},
    {413, "HTTP/1.1 413 Content Too Large\r\n"},
    {414, "HTTP/1.1 414 URI Too Long\r\n"},
    {415, "HTTP/1.1 415 Unsupported Media Type\r\n"},
    {416, "HTTP/1.1 416 Range Not Satisfiable\r\n"},
    {417, "HTTP/1.1 417 Expectation Failed\r\n"},
    {418, "HTTP/1.1 418 I'm a teapot\r\n"},
    {421, "HTTP/1.1 421 Misdirected Request\r\n"},
    {422, "HTTP/1.1 422 Unprocessable Content\r\n"},
    {423, "HTTP/1.1 423 Locked\r\n"},
    {424, "HTTP/1.1 424 Failed Dependency\r\n"},
    {425, "HTTP/1.1 425 Too Early\r\n"},
    {426, "HTTP/1.1 426 Upgrade Required\r\n"},
    {428, "HTTP/1.1 428 Precondition Required\r\n"},
    {429, "HTTP/1.1 429 Too Many Requests\r\n"},
    {431, "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
    {451, "HTTP/1.1 451 Unavailable For Legal Reasons\r\n"},
    {499, "HTTP/1.1 499 Client Closed Request\r\n"},
    {500, "HTTP/1.1 500 Internal Server Error\r\n"},
    {501, "HTTP/1.1 501 Not Implemented\r\n"},
    {502, "HTTP/1.1 502 Bad Gateway\r\n"},
    {503, "HTTP/1.1 503 Service Unavailable\r\n"},
    {504, "HTTP/1.1 504 Gateway Timeout\r\n"},
    {505, "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
};

// Lengthens `out` by at most `room` bytes, which `write` fills from an address on; it gives the end of them.
template <class Write>
void extend(std::string& out, std::size_t room, Write write) {
  const auto begin = out.size();
  out.resize_and_overwrite(begin + room, [&](char* text, std::size_t) {
    return static_cast<std::size_t>(write(text + begin) - text);
  });
}

char* put(char* at, std::string_view text) {
  std::char_traits<char>::copy(at, text.data(), text.size());
  return at + text.size();
}

constexpr std::size_t max_number = 20;  // digits
char* put_number(char* at, std::uint64_t number) {
  return std::to_chars(at, at + max_number, number).ptr;
}

constexpr std::size_t max_status_line = 64;
char* put_status_line(char* at, std::uint16_t status) {
  for (const auto& reason : reasons)
    if (reason.status == status) return put(at, reason.line);
  at = put(at, "HTTP/1.1 ");  // the reason phrase may be empty, the space before it may not
  at = put_number(at, status < 200 || status > 599 ? 500 : status);
  return put(at, " \r\n");
}

std::string_view find_field(std::string_view headers, std::string_view name) {
  while (!headers.empty()) {
    const auto line = headers.substr(0, headers.find("\r\n"));
    if (line.size() > name.size() && line[name.size()] == ':' && iequals(line.substr(0, name.size()), name))
      return trim(line.substr(name.size() + 1));
    headers.remove_prefix(line.size() + 2);
  }
  return {};
}

// The same text in another content coding is another representation: a strong tag must tell (RFC 9110 section
// 8.8.3.3).
constexpr std::string_view gzip_suffix = "-gzip";

struct EntityTag {
  std::array<char, 18 + gzip_suffix.size()> text{};
  std::size_t size = 18;
  std::string_view view() const noexcept { return {text.data(), size}; }
  void mark_gzip() noexcept {
    std::copy_n(gzip_suffix.data(), gzip_suffix.size(), text.data() + size - 1);
    size += gzip_suffix.size();
    text[size - 1] = '"';
  }
};

EntityTag tag_of(std::string_view body) {
  XXH64_canonical_t hash;
  XXH64_canonicalFromHash(&hash, XXH3_64bits(body.data(), body.size()));
  EntityTag tag;
  tag.text[0] = tag.text[tag.size - 1] = '"';
  write_hex(std::span<const std::uint8_t, sizeof hash.digest>(hash.digest), tag.text.data() + 1);
  return tag;
}

// A strong tag with the suffix of the coding; a weak one as it is, for it speaks of what is the same to a
// reader.
std::string coded_tag(std::string_view etag) {
  std::string coded(etag);
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"'))
    coded.insert(coded.size() - 1, gzip_suffix);
  return coded;
}

std::string_view opaque(std::string_view etag) {
  return etag.starts_with("W/") ? etag.substr(2) : etag;
}

bool list_matches(std::string_view list, std::string_view etag) noexcept {
  if (trim(list) == "*") return true;
  for (;;) {
    const auto begin = list.find_first_not_of(" \t,");
    if (begin == list.npos) return false;
    list.remove_prefix(begin);
    if (list.starts_with("W/")) list.remove_prefix(2);
    const auto end = list.starts_with('"') ? list.find('"', 1) : list.npos;  // a comma may stand inside
    if (end == list.npos) return false;
    if (list.substr(0, end + 1) == opaque(etag)) return true;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

CommonFields::CommonFields(const Clock& clock, std::string_view server, std::string_view fields,
                           std::string_view page_fields)
    : clock_(clock), fields_(fields), page_fields_(page_fields) {
  if (!server.empty()) server_.append("Server: ").append(server).append("\r\n");
}

std::string_view CommonFields::at(SteadyTime now, std::string_view content_type) {
  if (now >= valid_until_) renew(now);
  return content_type.starts_with("text/html") ? page_text_ : text_;
}

void CommonFields::renew(SteadyTime now) {
  const auto wall = clock_.now();
  text_ = server_;
  text_.append("Date: ").append(to_http_date(wall)).append("\r\n");
  page_text_ = text_ + page_fields_;
  text_.append(fields_);
  valid_until_ = now + (std::chrono::floor<std::chrono::seconds>(wall) + std::chrono::seconds(1) - wall);
}

bool none_match_fails(const Request& request, std::string_view etag) noexcept {
  for (const auto& field : request.fields)
    if (iequals(field.name, "If-None-Match") && list_matches(field.value, etag)) return true;
  return false;
}

namespace {

constexpr std::size_t max_ids = 96;  // without the request's id itself
char* put_ids(char* at, const Request& request) {
  if (!request.request_id.empty()) {
    at = put(at, "X-Request-Id: ");
    at = put(at, request.request_id);
    at = put(at, "\r\n");
  }
  const auto& trace = request.context.trace;
  if (trace.valid()) {
    at = put(at, "traceparent: 00-");
    at = write_hex(std::span(trace.trace_id), at);
    *at++ = '-';
    at = write_hex(std::span(trace.span_id), at);
    *at++ = '-';
    at = write_hex(std::span<const std::uint8_t, 1>(&trace.flags, 1), at);
    at = put(at, "\r\n");
  }
  return at;
}

bool is_bodiless(std::uint16_t status) noexcept {
  return status < 200 || status == 204 || status == 304;
}

// Whether a client's Accept-Encoding decides how this answer is coded.
bool may_be_coded(const Response& response, const Gzip& gzip) noexcept {
  return gzip.takes(response.body.size()) && response.compressible && !is_bodiless(response.status) &&
         response.status != 206 && is_text(response.content_type) &&
         find_field(response.headers(), "Content-Encoding").empty();
}

// The response's fields, with `etag` in place of the ETag among them.
void append_with_tag(std::string_view headers, std::string_view etag, std::string& out) {
  const auto old = find_field(headers, "ETag");
  const auto at = static_cast<std::size_t>(old.data() - headers.data());
  out.append(headers.substr(0, at)).append(etag).append(headers.substr(at + old.size()));
}

}  // namespace

void append_own_fields(const Request& request, const Response& response, std::string& out) {
  extend(out, max_ids + request.request_id.size(), [&](char* at) { return put_ids(at, request); });
  out.append(response.headers());
}

namespace {

// Everything of an answer's head but its variable parts: the common and the response's own fields, content
// type and request id.
constexpr std::size_t max_fixed_head = max_status_line + max_number + max_ids + 256;

}  // namespace

std::size_t append_answer(Exchange& exchange, std::string_view common, Gzip& gzip, bool keep_alive) {
  const auto& request = exchange.request;
  auto& response = exchange.response;
  auto& out = exchange.out;
  const bool head = request.method == Method::head;
  const bool varies = may_be_coded(response, gzip);
  bool coded = varies && exchange.head.negotiates_coding && accepts_gzip(request);

  const bool tagged = response.status == 200 && (head || request.method == Method::get);
  const auto given_tag = tagged ? find_field(response.headers(), "ETag") : std::string_view();
  const bool has_own_tag = tagged && given_tag.empty();
  EntityTag own_tag;
  if (has_own_tag) own_tag = tag_of(response.body);
  std::string coded_given_tag;
  const auto check_condition = [&](std::string_view etag) {
    if (exchange.head.conditional && none_match_fails(request, etag)) response.status = 304;
  };

  std::string_view body = response.body;
  if (coded) {
    auto coded_own_tag = own_tag;
    if (has_own_tag) coded_own_tag.mark_gzip();
    if (!given_tag.empty()) coded_given_tag = coded_tag(given_tag);
    if (tagged) check_condition(has_own_tag ? coded_own_tag.view() : coded_given_tag);
    if (response.status != 304) {
      const auto shorter = gzip.compress(response.body);
      coded = !shorter.empty();
      if (coded) body = shorter;
    }
    if (coded)
      own_tag = coded_own_tag;
    else
      coded_given_tag.clear();
  }
  if (!coded && tagged) check_condition(has_own_tag ? own_tag.view() : given_tag);

  const bool bodiless = is_bodiless(response.status);
  const auto sent = bodiless || head ? std::string_view() : body;
  std::string retagged;
  std::string_view own_fields = response.headers();
  if (!coded_given_tag.empty()) {
    append_with_tag(own_fields, coded_given_tag, retagged);
    own_fields = retagged;
  }
  const auto room = max_fixed_head + common.size() + response.content_type.size() +
                    request.request_id.size() + own_fields.size() + sent.size();
  extend(out, room, [&](char* at) {
    at = put_status_line(at, response.status);
    at = put(at, common);
    if (!bodiless) {
      if (!response.body.empty() && !response.content_type.empty()) {
        at = put(at, "Content-Type: ");
        at = put(at, response.content_type);
        at = put(at, "\r\n");
      }
      at = put(at, "Content-Length: ");
      at = put_number(at, body.size());
      at = put(at, "\r\n");
      if (coded) at = put(at, "Content-Encoding: gzip\r\n");
    }
    if (varies) at = put(at, "Vary: Accept-Encoding\r\n");
    if (has_own_tag) {
      at = put(at, "ETag: ");
      at = put(at, own_tag.view());
      at = put(at, "\r\n");
    }
    if (response.status == 426)
      at = put(at, keep_alive ? "Connection: Upgrade\r\n" : "Connection: Upgrade, close\r\n");
    else if (!keep_alive)
      at = put(at, "Connection: close\r\n");
    else if (request.http_1_0)
      at = put(at, "Connection: keep-alive\r\n");
    at = put_ids(at, request);
    at = put(at, own_fields);
    at = put(at, "\r\n");
    return put(at, sent);
  });
  return sent.size();
}

namespace {

void append_produced_head(const Exchange& exchange, std::string& out) {
  const auto& response = exchange.response;
  if (!response.content_type.empty())
    out.append("Content-Type: ").append(response.content_type).append("\r\n");
  if (const auto length = response.producing->length) {
    out.append("Content-Length: ");
    extend(out, max_number, [&](char* at) { return put_number(at, *length); });
    out.append("\r\n");
  } else if (!exchange.request.http_1_0) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  out.append("Connection: close\r\n");
  append_own_fields(exchange.request, response, out);
  out.append("\r\n");
}

}  // namespace

void append_stream_head(Exchange& exchange, std::string_view common, std::string& out) {
  extend(out, max_status_line, [&](char* at) { return put_status_line(at, exchange.response.status); });
  out.append(common);
  if (exchange.response.producing) return append_produced_head(exchange, out);
  out.append(
      "Content-Type: text/event-stream\r\n"
      "Cache-Control: no-store\r\n"
      "X-Accel-Buffering: no\r\n"
      "Transfer-Encoding: chunked\r\n"
      "Connection: close\r\n");
  append_own_fields(exchange.request, exchange.response, out);
  out.append("\r\n");
}

}  // namespace parley::net
