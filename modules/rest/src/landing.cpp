#include "landing.hpp"

namespace parley::rest {

std::string_view landing_page() noexcept {
  return R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
pre{background:#8882;padding:.75rem;overflow:auto}</style>
<h1>Parley</h1>
<p>The communication and microservices laboratory. Everything below is served by this one process.</p>
<ul>
<li>Users: <a href="/api/v3/users">/api/v3/users</a> (versions: <a href="/api/versions">/api/versions</a>)
<li>Chat: WebSocket <code>/chat</code> and <code>/ws?user_id=bob</code>,
polling <a href="/api/messages">/api/messages</a>, events <a href="/api/messages/stream">/api/messages/stream</a>
<li>Calculator: <code>POST /api/v1/calculate/add</code>, <a href="/api/v1/history">/api/v1/history</a>
<li>WebSocket echo: <code>/echo</code>
<li><a href="/health">/health</a>, <a href="/metrics">/metrics</a>, <a href="/stats">/stats</a>,
<a href="/openapi.json">/openapi.json</a>
</ul>
<pre>curl -s localhost:8080/api/v1/calculate/add --json '{"a":5,"b":3}'
curl -s localhost:8080/api/messages --json '{"content":"Hello","user":"Alice"}'
websocat ws://localhost:8080/chat
curl -N localhost:8080/api/messages/stream</pre>
</html>
)html";
}

docs::Endpoint landing_endpoint() {
  docs::Endpoint endpoint{.id = "GetLandingPage", .summary = "What is here, for people"};
  endpoint.answers.push_back({.contents = {{.media_type = landing_type}}});
  return endpoint;
}

}  // namespace parley::rest
