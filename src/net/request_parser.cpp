// Beast reads the grammar; what it tolerates and a server that must not be fooled does not (folded lines,
// lists of lengths, lax targets, a missing Host) is refused here.
#include "request_parser.hpp"

#include "text.hpp"

#include <parley/utf8.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

namespace parley::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

std::string_view view(BeastView text) {
  return {text.data(), text.size()};
}

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    case http::verb::put:
      return Method::put;
    case http::verb::patch:
      return Method::patch;
    case http::verb::delete_:
      return Method::del;
    case http::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

using CharacterTable = std::array<bool, 256>;

// Which characters a path and a query may hold as they are. Wider than RFC 3986 where browsers send more
// (URL living standard, path and query percent-encode sets); never a control character or a byte beyond
// ASCII.
constexpr auto target_characters = [] {
  struct Tables {
    CharacterTable path{}, query{};
  } table;
  for (int c = 0x21; c < 0x7f; ++c) {
    const std::string_view both = "\"<>#", path_only = "\\^`{}?";
    const auto text = static_cast<char>(c);
    const auto at = static_cast<std::size_t>(c);
    table.query[at] = both.find(text) == both.npos;
    table.path[at] = table.query[at] && path_only.find(text) == path_only.npos;
  }
  return table;
}();

constexpr auto host_characters = [] {
  CharacterTable table{};
  for (int c = 0; c < 0x80; ++c) {
    const auto text = static_cast<char>(c);
    table[static_cast<std::size_t>(c)] =
        is_alpha(text) || is_digit(text) ||
        std::string_view("-._~!$&'()*+;=%").find(text) != std::string_view::npos;
  }
  return table;
}();

bool all_of(std::string_view text, const CharacterTable& allowed) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return allowed[static_cast<unsigned char>(c)]; });
}

// uri-host [ ":" port ] (RFC 9110 section 7.2), without the comma that RFC 3986 lets a name have: a list of
// hosts is an attack, not a name.
bool is_host(std::string_view text) {
  std::size_t end;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == text.npos || end < 3) return false;
    for (char c : text.substr(1, end - 1))
      if (hex_value(c) < 0 && c != ':' && c != '.') return false;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    if (end == 0 || end > 255) return false;
    if (!all_of(text.substr(0, end), host_characters)) return false;
  }
  if (end == text.size()) return true;
  const auto port = text.substr(end + 1);
  return text[end] == ':' && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alpha(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  });
}

class Parser final : public http::basic_parser<true> {
 public:
  Parser(std::string_view input, const HeadLimits& limits, Request& request, std::vector<Field>& fields,
         Head& head)
      : input_(input), limits_(limits), request_(request), fields_(fields), head_(head) {
    header_limit(static_cast<std::uint32_t>(limits.max_size));
    skip(true);  // bodies are read elsewhere
  }
  std::uint16_t refusal = 0;
  const char* why = nullptr;

 private:
  void refuse(std::uint16_t status, const char* message, error_code& error) {
    refusal = status;
    why = message;
    error = http::error::bad_value;
  }

  void on_request_impl(http::verb verb, BeastView method, BeastView target, int version,
                       error_code& error) override {
    request_.method = method_of(verb);
    request_.method_name = view(method);
    request_.target = view(target);
    request_.http_1_0 = version == 10;
    if (request_.target.size() > max_target) return refuse(414, "the request target is too long", error);
    read_target(verb, error);
  }

  // RFC 9112 section 3.2: origin-form, absolute-form, authority-form for CONNECT, asterisk-form for OPTIONS.
  void read_target(http::verb verb, error_code& error) {
    auto rest = request_.target;
    if (verb == http::verb::connect) {
      if (!is_host(rest)) refuse(400, "the target of CONNECT must be host:port", error);
      return;
    }
    if (rest == "*") {
      if (request_.method != Method::options) return refuse(400, "only OPTIONS may have the target *", error);
      request_.path = rest;
      return;
    }
    if (!rest.starts_with('/')) {
      const auto scheme = rest.find("://");
      if (scheme == rest.npos ||
          !(iequals(rest.substr(0, scheme), "http") || iequals(rest.substr(0, scheme), "https")))
        return refuse(400, "the request target must be a path or an http URL", error);
      rest.remove_prefix(scheme + 3);
      const auto authority = rest.substr(0, rest.find_first_of("/?#"));
      if (!is_host(authority)) return refuse(400, "the host of the request target is malformed", error);
      rest.remove_prefix(authority.size());
    }
    const auto mark = rest.find('?');
    request_.path = rest.substr(0, mark);
    request_.query = mark == rest.npos ? std::string_view{} : rest.substr(mark + 1);
    if (!all_of(request_.path, target_characters.path) || !all_of(request_.query, target_characters.query))
      return refuse(400, "the request target holds a character that must be percent-encoded", error);
    if (request_.path.find('%') != rest.npos && !percent_decode(request_.path, false))
      return refuse(400, "the path has a malformed percent-escape, or is not UTF-8 or holds NUL", error);
    if (request_.path.empty()) request_.path = root_path;
  }

  void on_field_impl(http::field id, BeastView name, BeastView value, error_code& error) override {
    const Field field{view(name), view(value)};
    if (folded(field)) return refuse(400, "a header field is folded over several lines", error);
    if (fields_.size() == limits_.max_fields)
      return refuse(431, "the request has too many header fields", error);
    fields_.push_back(field);
    switch (id) {
      case http::field::host:
        if (has_host_) return refuse(400, "the request has more than one Host", error);
        has_host_ = true;
        if (!is_host(field.value)) return refuse(400, "the Host of the request is malformed", error);
        break;
      case http::field::content_length:
        if (has_length_) return refuse(400, "the request has more than one Content-Length", error);
        if (auto length = parse_decimal(field.value)) {
          has_length_ = true;
          head_.content_length = *length;
        } else {
          refuse(400, "the Content-Length is not a number", error);
        }
        break;
      case http::field::transfer_encoding:
        read_transfer_encoding(field.value, error);
        break;
      case http::field::expect:
        if (request_.http_1_0) break;  // RFC 9110 section 10.1.1: to be ignored
        if (!iequals(field.value, "100-continue"))
          return refuse(417, "the only expectation known is 100-continue", error);
        head_.expects_continue = true;
        break;
      case http::field::upgrade:
        head_.wants_websocket |= !request_.http_1_0 && list_has(field.value, "websocket");
        break;
      case http::field::if_none_match:
        head_.conditional = true;
        break;
      case http::field::authorization:
        if (head_.authorization) return refuse(400, "the request has more than one Authorization", error);
        head_.authorization = field.value;
        break;
      case http::field::accept_encoding:
        head_.negotiates_coding = true;
        break;
      case http::field::unknown:
        if (field.name.size() == 12 && iequals(field.name, "X-Request-Id")) {
          if (is_request_id(field.value)) head_.request_id = field.value;
        } else if (field.name.size() == 11 && iequals(field.name, "traceparent")) {
          head_.traceparent = field.value;
        }
        break;
      default:
        break;
    }
  }

  // Beast joins folded lines: in a buffer of its own, or by skipping an empty first line.
  bool folded(const Field& field) const {
    constexpr std::less<const char*> before;
    const char* const begin = field.value.data();
    if (before(begin, input_.data()) || before(input_.data() + input_.size(), begin)) return true;
    return std::find(field.name.data() + field.name.size(), begin, '\r') != begin;
  }

  // RFC 9112 section 6.1.
  void read_transfer_encoding(std::string_view value, error_code& error) {
    if (request_.http_1_0) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding", error);
    if (has_encoding_) return refuse(400, "the request has more than one Transfer-Encoding", error);
    has_encoding_ = true;
    if (iequals(value, "chunked")) {
      head_.chunked = true;
      return;
    }
    std::string_view last, list = value;
    bool any_chunked = false;
    std::size_t count = 0;
    for (auto coding = next_element(list); !coding.empty(); coding = next_element(list)) {
      any_chunked |= iequals(coding, "chunked") && !list.empty();
      last = coding;
      ++count;
    }
    if (count == 0 || any_chunked || (count == 1 && iequals(last, "chunked")))
      return refuse(400, "the Transfer-Encoding must be chunked", error);
    refuse(501, "the only Transfer-Encoding known is chunked", error);
  }

  void on_header_impl(error_code& error) override {
    if (!has_host_ && !request_.http_1_0) return refuse(400, "the request has no Host", error);
    if (has_length_ && has_encoding_)
      return refuse(400, "the request has both Content-Length and Transfer-Encoding", error);
  }

  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastView, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  std::string_view input_;
  const HeadLimits& limits_;
  Request& request_;
  std::vector<Field>& fields_;
  Head& head_;
  bool has_host_ = false, has_length_ = false, has_encoding_ = false;
};

// True for a request line that ends, as far as it has come, with the name of an HTTP version other than ours.
bool has_other_version(std::string_view input) {
  auto line = input.substr(0, input.find("\r\n"));
  if (line.ends_with('\r')) line.remove_suffix(1);
  const auto version = line.substr(line.rfind(' ') + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]) && version != "HTTP/1.1" && version != "HTTP/1.0";
}

const char* explain(const error_code& error) {
  switch (static_cast<http::error>(error.value())) {
    case http::error::bad_method:
      return "the method is malformed";
    case http::error::bad_target:
      return "the request target is malformed";
    case http::error::bad_version:
      return "the request line must end with HTTP/1.1 and CRLF";
    case http::error::bad_field:
      return "the name of a header field is malformed";
    case http::error::bad_value:
      return "the value of a header field is malformed";
    case http::error::bad_line_ending:
      return "a line of the request's head must end with CRLF";
    case http::error::bad_content_length:
    case http::error::multiple_content_length:
      return "the Content-Length is malformed or contradicts another field";
    case http::error::bad_transfer_encoding:
      return "the Transfer-Encoding is malformed or contradicts another field";
    default:
      return "the head of the request is malformed";
  }
}

enum class Lines : std::uint8_t { open, ended, bad };

// What the bytes from `from` on make of a head whose earlier part was in order.
Lines inspect(std::string_view input, std::size_t from) {
  for (std::size_t i = from; i < input.size(); ++i) {
    const char c = input[i];
    if (c == '\n') {
      if (i == 0 || input[i - 1] != '\r') return Lines::bad;
      if (i >= 3 && input[i - 2] == '\n') return Lines::ended;
    } else if ((i > 0 && input[i - 1] == '\r') ||
               (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
      return Lines::bad;
    }
  }
  return Lines::open;
}

ParsedHead refused(std::uint16_t status, const char* why) {
  return {.status = HeadStatus::refused, .refusal = status, .why = why};
}

// A head whose end has not come yet, and of which `seen` bytes have been looked at.
ParsedHead unfinished(std::string_view input, const HeadLimits& limits, std::size_t& seen) {
  if (inspect(input, seen) == Lines::bad)
    return refused(400, "the head of the request holds a control character, or a bare CR or LF");
  if (input.size() >= std::min(limits.max_size, max_target + 32) &&
      input.substr(0, max_target + 32).find("\r\n") == input.npos)
    return refused(414, "the request target is too long");
  if (input.size() >= limits.max_size) return refused(431, "the head of the request is too large");
  seen = input.size();
  return {.status = HeadStatus::incomplete};
}

}  // namespace

ParsedHead parse_head(std::string_view input, const HeadLimits& limits, std::size_t& seen, Request& request,
                      std::vector<Field>& fields, Head& head) {
  head = {};
  fields.clear();
  request.fields = {};
  // RFC 9112 section 2.2: an empty line before the request line is to be ignored; two are generous.
  std::uint8_t lines = 0;
  while (lines < max_empty_lines && input.substr(std::size_t{2} * lines).starts_with("\r\n")) ++lines;
  const auto skipped = std::size_t{2} * lines;
  const auto text = input.substr(skipped);
  const auto incomplete = [&] {
    auto parsed = unfinished(text, limits, seen);
    parsed.size = skipped;
    parsed.empty_lines = lines;
    return parsed;
  };
  if (text.empty() || text == "\r")
    return {.status = HeadStatus::incomplete, .size = skipped, .empty_lines = lines};
  if (seen && inspect(text, seen) != Lines::ended) return incomplete();

  Parser parser(text, limits, request, fields, head);
  error_code error;
  const auto size = parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
  request.fields = fields;
  if (error == http::error::need_more) return incomplete();
  if (parser.refusal) return refused(parser.refusal, parser.why);
  if (error == http::error::header_limit || (!error && size > limits.max_size))
    return refused(431, "the head of the request is too large");
  if (error == http::error::bad_version && has_other_version(text))
    return refused(505, "the HTTP versions known are 1.1 and 1.0");
  if (error) return refused(400, explain(error));
  seen = 0;
  head.keep_alive = parser.keep_alive();
  return {.status = HeadStatus::complete, .size = skipped + size, .empty_lines = lines};
}

}  // namespace parley::net
