#include "text.hpp"

#include <parley/net/http.hpp>
#include <parley/utf8.hpp>

namespace parley::net {

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "other";
}

std::optional<std::string_view> Request::header(std::string_view name) const noexcept {
  for (const auto& field : fields)
    if (iequals(field.name, name)) return field.value;
  return std::nullopt;
}

std::string_view Request::parameter(std::string_view name) const noexcept {
  for (const auto& parameter : parameters)
    if (parameter.name == name) return parameter.value;
  return {};
}

namespace {

// Takes the next `name=value` off a query string; false at its end. Empty pieces are skipped.
bool next_pair(std::string_view& query, std::string_view& name, std::string_view& value) {
  while (!query.empty()) {
    const auto piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), piece.size() + 1));
    if (piece.empty()) continue;
    const auto equals = piece.find('=');
    name = piece.substr(0, equals);
    value = equals == std::string_view::npos ? std::string_view{} : piece.substr(equals + 1);
    return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> Request::query_parameter(std::string_view name) const {
  std::string_view rest = query, key, value;
  while (next_pair(rest, key, value)) {
    if (key != name) {
      if (key.find_first_of("%+") == std::string_view::npos) continue;
      const auto decoded = percent_decode(key, true);
      if (!decoded || *decoded != name) continue;
    }
    return percent_decode(value, true);
  }
  return std::nullopt;
}

Result<std::vector<std::pair<std::string, std::string>>> Request::query_parameters() const {
  std::vector<std::pair<std::string, std::string>> all;
  std::string_view rest = query, key, value;
  while (next_pair(rest, key, value)) {
    auto name = percent_decode(key, true);
    if (!name) return fail(Code::invalid_argument, "the query string has a malformed name");
    auto text = percent_decode(value, true);
    if (!text) return invalid_field(*name, "must be percent-encoded UTF-8 without NUL");
    all.emplace_back(std::move(*name), std::move(*text));
  }
  return all;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out.push_back(c);
  }
  if (!code_points(out)) return std::nullopt;
  return out;
}

}  // namespace parley::net
