// The server, its users, and what it refuses.
#include "demo/telling.hpp"

#include <charconv>

namespace parley::app {

Result<std::string> greet(Story& story) {
  const auto body = ask(story, {.path = "/health"}, 200);
  if (!body) return body;
  const auto health = read_as<seen::Health>(*body);
  if (!health) return std::unexpected(health.error());
  if (health->status != "healthy") return unlike("a healthy server", *body);
  return "healthy, and so is each of its databases";
}

Result<std::string> create_users(Story& story) {
  struct Person {
    const char *name, *body;
    seen::User* user;
  };
  const Person people[] = {
      {"Alice", R"({"name":"Alice","email":"alice.$$@example.com","age":29,"city":"Paris"})", &story.alice},
      {"Bob", R"({"name":"Bob","email":"bob.$$@example.com","age":31,"phone":"+1-555-123-4567"})",
       &story.bob},
  };
  for (const auto& [name, body, user] : people) {
    const auto answer = ask(story, json_request("POST", "/api/v1/users", body), 201);
    if (!answer) return answer;
    auto created = read_as<seen::User>(*answer);
    if (!created) return std::unexpected(created.error());
    if (created->name != name || created->id.empty())
      return unlike(std::string("a user named ") + name, *answer);
    *user = std::move(*created);
  }
  if (story.alice.id == story.bob.id) return unlike("two ids", story.alice.id + " twice");
  return "both have an id, and are on disk";
}

Result<std::string> refuse_bad_input(Story& story) {
  const auto answer =
      ask(story, json_request("POST", "/api/v1/users", R"({"name":"J","email":"nobody","age":200})"), 400);
  if (!answer) return answer;
  const auto problem = read_as<seen::Problem>(*answer);
  if (!problem) return std::unexpected(problem.error());
  std::string fields;
  for (const auto& error : problem->errors) fields += (fields.empty() ? "" : ", ") + error.field;
  if (problem->code != "invalid_argument" || fields != "name, email, age")
    return unlike("invalid_argument for name, email and age", *answer);
  return "problem details (RFC 9457) for " + fields + ", each with its limit";
}

Result<std::string> count(Story& story) {
  constexpr std::string_view counter = "user_creations_total{status=\"success\"} ";
  story.stage.command("curl -s " + story.base() + "/metrics | grep ^user_creations_total");
  if (!story.stage.pause(0.3)) return fail(Code::cancelled, "interrupted");
  const auto body = ask_quietly(story, {.path = "/metrics"}, 200);
  if (!body) return body;
  const auto at = body->find(counter);
  int created = 0;
  if (at != body->npos)
    std::from_chars(body->data() + at + counter.size(), body->data() + body->size(), created);
  if (created < 2) return unlike("at least two created users in the metrics", "none: " + *body);
  story.stage.answer(std::string(counter) + std::to_string(created));
  return "metrics in Prometheus' text format, with latencies of every route";
}

}  // namespace parley::app
