#include "page.hpp"

#include "assets.hpp"

#include <algorithm>
#include <stdexcept>

namespace parley::console {
namespace {

std::string_view verb_text(Verb verb) {
  switch (verb) {
    case Verb::get:
      return "GET";
    case Verb::post:
      return "POST";
    case Verb::put:
      return "PUT";
    case Verb::patch:
      return "PATCH";
    case Verb::del:
      return "DELETE";
    case Verb::none:
      break;
  }
  return {};
}

// The version that the commands of the page use.
std::string path_text(std::string_view path) {
  std::string text(path);
  constexpr std::string_view version = "{version}";
  if (const auto at = text.find(version); at != text.npos) text.replace(at, version.size(), "v1");
  return text;
}

bool reached_by_grpc_alone(const Operation& row) {
  return row.shape != Shape::unary && row.path.empty() && row.grpc;
}

// Nobody outside reaches it.
bool is_hidden(const Operation& row) {
  return row.shape != Shape::unary && row.path.empty() && !row.grpc;
}

// Of "host:port", also with an IPv6 address in brackets.
std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  return colon == host.npos || host.ends_with(']') ? host : host.substr(0, colon);
}

void append_code(std::string_view text, std::string& html) {
  html += "<code>";
  append_escaped(text, html);
  html += "</code>";
}

void append_row(const Operation& row, std::string& html) {
  html += "<tr><th scope=\"row\">";
  if (!row.path.empty()) {
    html += "<code><span class=\"verb\">";
    html += verb_text(row.verb);
    html += "</span> ";
    append_escaped(path_text(row.path), html);
    html += "</code>";
  } else if (reached_by_grpc_alone(row)) {
    const std::string_view method = row.grpc;
    append_code(method.substr(method.rfind('/') + 1), html);
  } else {
    append_escaped(row.name, html);
  }
  html += "</th><td>";
  if (reached_by_grpc_alone(row))
    html += "over gRPC alone";
  else if (row.shape == Shape::server_stream)
    html += "as a stream of events";
  else
    append_code(rpc_method(row), html);
  html += "</td><td>";
  append_escaped(row.summary, html);
  if (is_administrative(row.permission)) html += " (needs the administrator\xE2\x80\x99s token)";
  html += "</td></tr>\n";
}

}  // namespace

void append_escaped(std::string_view text, std::string& html) {
  for (const char c : text) switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
}

std::string operations_html(std::span<const BoundService> services) {
  std::string html;
  for (const auto& service : services) {
    if (std::ranges::all_of(service.operations, is_hidden)) continue;
    html += "<table class=\"rows\">\n<caption>";
    append_escaped(service.module, html);
    if (const auto name = grpc_service(service.operations); !name.empty()) {
      html += " <span>gRPC: ";
      append_code(name, html);
      html += "</span>";
    }
    html +=
        "</caption>\n<thead><tr><th scope=\"col\">REST</th><th scope=\"col\">JSON-RPC</th>"
        "<th scope=\"col\">What it does</th></tr></thead>\n<tbody>\n";
    for (const auto& row : service.operations)
      if (!is_hidden(row)) append_row(row, html);
    html += "</tbody>\n</table>\n";
  }
  return html;
}

std::string figures_html(const Figures& figures) {
  std::string html;
  const auto stats = figures.read();
  for (const auto& figure : figures.all()) {
    html += "<div><dt>";
    append_escaped(figure.title, html);
    html += "</dt><dd data-key=\"";
    append_escaped(figure.key, html);
    if (figure.shown == Figure::Shown::seconds) html += "\" data-unit=\"seconds";
    html += "\">";
    append_escaped(to_text(figure.shown, stats.figures.at(std::string(figure.key))), html);
    html += "</dd></div>\n";
  }
  return html;
}

Page::Page(std::span<const BoundService> services, std::string_view version) {
  const auto asset = [](std::string_view file) {
    const auto found = std::ranges::find(assets(), file, &Asset::file);
    if (found == assets().end()) throw std::logic_error("there is no asset " + std::string(file));
    return *found;
  };
  std::string text;
  for (auto rest = asset("index.html").text; !rest.empty();) {
    const auto begin = rest.find("{{");
    text += rest.substr(0, begin);
    if (begin == rest.npos) break;
    const auto end = rest.find("}}", begin);
    const std::string name(rest.substr(begin + 2, end - begin - 2));
    rest.remove_prefix(end + 2);
    if (name == "host" || name == "grpc" || name == "figures")
      parts_.push_back({std::exchange(text, {}), name});
    else if (name == "version")
      append_escaped(version, text);
    else if (name == "operations")
      text += operations_html(services);
    else
      text += asset(name).path;
  }
  parts_.push_back({std::move(text), {}});
}

std::string Page::render(std::string_view host, std::uint16_t grpc_port, const Figures& figures) const {
  const auto grpc = std::string(without_port(host)) + ":" + std::to_string(grpc_port);
  std::string html;
  for (const auto& part : parts_) {
    html += part.text;
    if (part.name == "host") append_escaped(host, html);
    if (part.name == "grpc") append_escaped(grpc, html);
    if (part.name == "figures") html += figures_html(figures);
  }
  return html;
}

}  // namespace parley::console
