#include <parley/docs/route.hpp>

namespace parley::docs {

Endpoint endpoint_of(const BoundService& service, const Operation& row, View view) {
  Endpoint endpoint{.id = std::string(row.name),
                    .summary = row.summary,
                    .details = row.details,
                    .tag = {service.module, service.about},
                    .request = &row.request(),
                    .body = row.verb == Verb::post || row.verb == Verb::put || row.verb == Verb::patch,
                    .errors = possible_errors(row),
                    .permission = row.permission,
                    .idempotent = row.idempotent,
                    .view = view};
  Answer answer{.status = row.status};
  if (row.status == 204)
    answer.about = "Done; there is nothing to say.";
  else
    answer.contents.push_back({.type = &row.answer(), .view = view});
  endpoint.answers.push_back(std::move(answer));
  if (row.error_shape == ErrorShape::calculation) {
    endpoint.answers.front().contents.front().example = R"({"result":8,"operation":"add","success":true})";
    endpoint.error = {
        .type = &row.answer(),
        .example = R"({"result":0,"operation":"divide","success":false,"error":"division by zero"})"};
  }
  return endpoint;
}

Answer events(std::string_view example) {
  return {.about = "Events, until the client or the server ends it.",
          .contents = {{.media_type = "text/event-stream", .example = example}},
          .headers = {{"Cache-Control", "It is about now.", "no-store"}}};
}

std::string plain_path(std::string_view pattern) {
  std::string out;
  bool in_type = false;
  for (const char c : pattern) {
    if (c == '}') in_type = false;
    if (c == ':') in_type = true;
    if (!in_type) out += c;
  }
  return out;
}

std::vector<std::string> path_parameters(std::string_view pattern) {
  std::vector<std::string> names;
  for (auto begin = pattern.find('{'); begin != pattern.npos; begin = pattern.find('{', begin + 1)) {
    const auto name = pattern.substr(begin + 1, pattern.find('}', begin) - begin - 1);
    names.emplace_back(name.substr(0, name.find(':')));
  }
  return names;
}

}  // namespace parley::docs
