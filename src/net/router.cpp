// A tree of path segments. Looking a path up allocates nothing for the usual request: segments are views,
// parameters reuse the request's strings.
#include "text.hpp"

#include <parley/net/http.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace parley::net {
namespace {

constexpr std::size_t max_parameters = 16;  // of one pattern
constexpr std::size_t methods = static_cast<std::size_t>(Method::other);

enum class ParameterKind : std::uint8_t { integer, uuid, text, rest };
constexpr std::size_t parameter_kinds = 4;  // tried in this order: the narrower first

bool is_integer(std::string_view text) {
  return !text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_uuid(std::string_view text) {
  constexpr std::size_t dashes[] = {8, 13, 18, 23};
  constexpr std::size_t size = 36;
  if (text.size() != size) return false;
  std::size_t begin = 0;
  for (const auto dash : dashes) {
    if (text[dash] != '-') return false;
    for (; begin < dash; ++begin)
      if (hex_value(text[begin]) < 0) return false;
    ++begin;
  }
  return std::all_of(text.begin() + dashes[3] + 1, text.end(), [](char c) { return hex_value(c) >= 0; });
}

bool fits(ParameterKind kind, std::string_view segment) {
  switch (kind) {
    case ParameterKind::integer:
      return is_integer(segment);
    case ParameterKind::uuid:
      return is_uuid(segment);
    case ParameterKind::text:
      return !segment.empty();
    case ParameterKind::rest:
      return true;
  }
  return false;
}

struct Segment {
  std::string_view literal;  // empty for a parameter, or for the empty segment
  std::string_view name;     // of a parameter
  ParameterKind kind = ParameterKind::text;
  bool parameter = false;
};

[[noreturn]] void bad_pattern(std::string_view pattern, const char* why) {
  throw std::logic_error("route " + std::string(pattern) + ": " + why);
}

Segment read_segment(std::string_view pattern, std::string_view text) {
  if (text.find_first_of("{}") == std::string_view::npos) return {.literal = text, .name = {}};
  if (text.size() < 3 || text.front() != '{' || text.back() != '}' ||
      text.find_first_of("{}", 1) != text.size() - 1)
    bad_pattern(pattern, "a parameter is a whole segment, {name} or {name:type}");
  text = text.substr(1, text.size() - 2);
  const auto colon = text.find(':');
  const auto type = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  Segment segment{.literal = {}, .name = text.substr(0, colon), .parameter = true};
  if (segment.name.empty()) bad_pattern(pattern, "a parameter has no name");
  if (type == "int") {
    segment.kind = ParameterKind::integer;
  } else if (type == "uuid") {
    segment.kind = ParameterKind::uuid;
  } else if (type == "rest") {
    segment.kind = ParameterKind::rest;
  } else if (colon != std::string_view::npos) {
    bad_pattern(pattern, "the type of a parameter is int, uuid or rest");
  }
  return segment;
}

struct Endpoint {
  Route* route = nullptr;
  std::vector<std::string_view> names;  // of the parameters; views of route->pattern
};

// Shorter literals go first.
bool precedes(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

bool serves(const Endpoint& endpoint, bool head) {
  return endpoint.route && (!head || endpoint.route->handler);
}

}  // namespace

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;  // sorted by precedes()
  std::array<std::unique_ptr<Node>, parameter_kinds> parameters;
  std::array<Endpoint, methods> endpoints;
  bool occupied = false;  // has an endpoint

  // Of the few there are, most are ruled out by their length or their first character.
  Node* literal(std::string_view text) const {
    for (const auto& [name, node] : literals) {
      if (name.size() > text.size()) break;
      if (name.size() == text.size() && (name.empty() || name.front() == text.front()) && name == text)
        return node.get();
    }
    return nullptr;
  }

  Node& child(const Segment& segment) {
    if (segment.parameter) {
      auto& slot = parameters[static_cast<std::size_t>(segment.kind)];
      if (!slot) slot = std::make_unique<Node>();
      return *slot;
    }
    if (auto* known = literal(segment.literal)) return *known;
    const auto at =
        std::lower_bound(literals.begin(), literals.end(), segment.literal,
                         [](const auto& entry, std::string_view key) { return precedes(entry.first, key); });
    return *literals.emplace(at, std::string(segment.literal), std::make_unique<Node>())->second;
  }

  // One lookup: the best endpoint for `method`, and which methods the path has at all.
  struct Search {
    Method method;
    bool escaped;  // the path has a percent-escape
    std::array<std::string_view, max_parameters> values;
    std::size_t depth = 0;
    const Endpoint* found = nullptr;
    std::uint32_t allowed = 0;  // a bit per Method

    // `path` starts behind its first slash.
    bool walk(const Node& node, std::string_view path) {
      const auto slash = path.find('/');
      const auto segment = path.substr(0, slash);
      const auto visit = [&](const Node& next) {
        return slash == std::string_view::npos ? arrive(next) : walk(next, path.substr(slash + 1));
      };
      const Node* const literal = escaped ? node.decoded_literal(segment) : node.literal(segment);
      if (literal && visit(*literal)) return true;
      for (std::size_t i = 0; i < parameter_kinds; ++i) {
        const Node* next = node.parameters[i].get();
        const auto kind = static_cast<ParameterKind>(i);
        if (!next || depth == max_parameters || !fits(kind, segment)) continue;
        const bool rest = kind == ParameterKind::rest;
        values[depth++] = rest ? path : segment;
        if (rest ? arrive(*next) : visit(*next)) return true;
        --depth;
      }
      return false;
    }

    bool arrive(const Node& node) {
      if (!node.occupied) return false;
      const auto at = static_cast<std::size_t>(method);
      if (at < methods && serves(node.endpoints[at], method == Method::head)) {
        found = &node.endpoints[at];
        return true;
      }
      const auto& get = node.endpoints[static_cast<std::size_t>(Method::get)];
      if (method == Method::head && serves(get, true)) {
        found = &get;
        return true;
      }
      for (std::size_t i = 0; i < methods; ++i)
        if (node.endpoints[i].route) allowed |= 1u << i;
      if (serves(get, true)) allowed |= 1u << static_cast<unsigned>(Method::head);
      return false;
    }
  };

  // A segment with escapes is compared decoded: `%7E` and `~` are the same (RFC 3986 section 6.2.2.2).
  const Node* decoded_literal(std::string_view segment) const {
    const auto decoded = percent_decode(segment, false);
    return decoded ? literal(*decoded) : nullptr;
  }
};

Router::Router(Observe observe) : observe_(std::move(observe)), root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Route& Router::add(Method method, std::string pattern, Handler handler) {
  if (method == Method::other || !handler) bad_pattern(pattern, "has no method or no handler");
  auto& route = place(method, std::move(pattern));
  if (route.handler) bad_pattern(route.pattern, "is given twice");
  route.handler = std::move(handler);
  return route;
}

Route& Router::add_websocket(std::string pattern, WebSocketAcceptor acceptor) {
  if (!acceptor) bad_pattern(pattern, "has no acceptor");
  auto& route = place(Method::get, std::move(pattern));
  if (route.websocket) bad_pattern(route.pattern, "is given twice");
  route.websocket = std::move(acceptor);
  return route;
}

// The route of that method and pattern, which is new unless its other half (handler, acceptor) was given.
Route& Router::place(Method method, std::string pattern) {
  if (pattern.empty() || pattern.front() != '/') bad_pattern(pattern, "does not start with a slash");
  auto route = std::make_unique<Route>();
  route->method = method;
  route->pattern = std::move(pattern);
  const std::string_view text = route->pattern;

  Node* node = root_.get();
  std::vector<std::string_view> names;
  for (std::size_t begin = 1;;) {
    const auto slash = text.find('/', begin);
    const auto segment =
        read_segment(text, text.substr(begin, slash == text.npos ? text.npos : slash - begin));
    if (segment.parameter) {
      if (std::find(names.begin(), names.end(), segment.name) != names.end())
        bad_pattern(text, "has two parameters of one name");
      names.push_back(segment.name);
      if (names.size() > max_parameters) bad_pattern(text, "has more than 16 parameters");
      if (segment.kind == ParameterKind::rest && slash != text.npos)
        bad_pattern(text, "{name:rest} must be the last segment");
    }
    node = &node->child(segment);
    if (slash == text.npos) break;
    begin = slash + 1;
  }

  auto& endpoint = node->endpoints[static_cast<std::size_t>(method)];
  if (endpoint.route) {
    if (endpoint.route->pattern != text) bad_pattern(text, "takes the same paths as another route");
    return *endpoint.route;
  }
  node->occupied = true;
  endpoint.route = route.get();
  endpoint.names = std::move(names);
  if (observe_) route->observer = observe_(route->pattern);
  routes_.push_back(std::move(route));
  return *routes_.back();
}

Router::Match Router::find(Request& request) const {
  Match match;
  const bool escaped = request.path.find('%') != std::string_view::npos;
  Node::Search search{.method = request.method, .escaped = escaped, .values = {}};
  if (!request.path.empty() && request.path.front() == '/' && search.walk(*root_, request.path.substr(1))) {
    const auto& endpoint = *search.found;
    request.parameters.resize(endpoint.names.size());
    for (std::size_t i = 0; i < endpoint.names.size(); ++i) {
      auto& parameter = request.parameters[i];
      parameter.name = endpoint.names[i];
      const auto value = search.values[i];
      if (!escaped) {
        parameter.value.assign(value);
      } else if (auto decoded = percent_decode(value, false)) {
        parameter.value = std::move(*decoded);
      } else {
        request.parameters.clear();
        return match;  // no such path
      }
    }
    match.route = endpoint.route;
    return match;
  }
  request.parameters.clear();
  if (search.allowed) {
    for (std::size_t i = 0; i < methods; ++i)
      if (search.allowed & 1u << i && static_cast<Method>(i) != Method::options)
        match.allow.append(to_string(static_cast<Method>(i))).append(", ");
    match.allow.append(to_string(Method::options));
  }
  return match;
}

}  // namespace parley::net
