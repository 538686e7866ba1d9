#include "mirror.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/json_check.hpp>
#include <parley/utf8.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace parley::teaching {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view mask = "***";
// In lower case.
constexpr std::string_view secret_fields[] = {"authorization", "proxy-authorization", "cookie", "x-api-key",
                                              "x-auth-token"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

// "Bearer abc" is shown as "Bearer ***": which scheme it is, teaches something.
std::string shown(const net::Field& field) {
  const auto name = lower(field.name);
  if (std::ranges::find(secret_fields, name) == std::end(secret_fields)) return std::string(field.value);
  const auto space = field.value.find(' ');
  const bool has_scheme = name.ends_with("authorization") && space != std::string_view::npos;
  return std::string(has_scheme ? field.value.substr(0, space + 1) : std::string_view()) + std::string(mask);
}

void append_key(std::string_view key, std::string& out) {
  if (!out.ends_with('{')) out += ',';
  codec::append_json_string(key, out);
  out += ':';
}

void append_text(std::string_view key, std::string_view value, std::string& out) {
  append_key(key, out);
  codec::append_json_string(value, out);
}

// As an object, in the order of their first appearance; several values of one name become a list.
void append_pairs(std::string_view key, const Pairs& pairs, bool ignore_case, std::string& out) {
  const auto same = [&](const std::string& a, const std::string& b) {
    return ignore_case ? lower(a) == lower(b) : a == b;
  };
  append_key(key, out);
  out += '{';
  std::vector<bool> done(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (done[i]) continue;
    std::vector<std::size_t> all;
    for (auto j = i; j < pairs.size(); ++j)
      if (!done[j] && same(pairs[i].first, pairs[j].first)) all.push_back(j), done[j] = true;
    append_key(pairs[i].first, out);
    if (all.size() > 1) out += '[';
    for (const auto at : all) {
      if (at != i) out += ',';
      codec::append_json_string(pairs[at].second, out);
    }
    if (all.size() > 1) out += ']';
  }
  out += '}';
}

void append_headers(const net::Request& request, std::string& out) {
  Pairs pairs;
  for (const auto& field : request.fields) pairs.emplace_back(field.name, shown(field));
  append_pairs("headers", pairs, true, out);
}

void append_body(const net::Request& request, std::string& out) {
  if (code_points(request.body)) {
    append_text("body", request.body, out);
  } else {
    append_key("body_base64", out);
    out += '"';
    append_base64(request.body, out);
    out += '"';
  }
  append_key("json", out);
  out += request.body.empty() || !codec::is_json(request.body) ? std::string_view("null") : request.body;
}

}  // namespace

std::string mirror(const net::Request& request) {
  std::string out = "{";
  append_text("method", request.method_name, out);
  const auto host = request.header("Host");
  append_text("url", (host ? "http://" + std::string(*host) : std::string()) + std::string(request.target), out);
  append_text("path", request.path, out);
  append_text("query", request.query, out);
  const auto args = request.query_parameters();
  append_pairs("args", args ? *args : Pairs(), false, out);  // one that cannot be decoded is seen in `query`
  append_headers(request, out);
  append_body(request, out);
  append_key("size", out);
  out += std::to_string(request.body.size());
  append_text("origin", request.remote, out);
  append_text("http_version", request.http_1_0 ? "1.0" : "1.1", out);
  append_text("request_id", request.request_id, out);
  append_text("trace_id", request.context.trace.trace_id_hex(), out);
  out += '}';
  return out;
}

std::string mirror_headers(const net::Request& request) {
  std::string out = "{";
  append_headers(request, out);
  out += '}';
  return out;
}

void append_base64(std::string_view bytes, std::string& out) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto rest = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j)
      word = word << 8 | (j < rest ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += j <= rest ? digits[word >> (18 - 6 * j) & 63] : '=';
  }
}

}  // namespace parley::teaching
