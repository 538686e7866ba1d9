#include "chat_edge.hpp"

#include <parley/validate.hpp>

#include <charconv>

namespace parley::rest {

Result<std::int64_t> parse_position(std::string_view name, std::string_view text) {
  std::int64_t position = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (failure != std::errc{} || end != text.data() + text.size() || position < 0)
    return invalid_field(std::string(name), "must be the seq of a message: a whole number from 0 on");
  return position;
}

Result<ChatQuery> read_chat_query(const net::Request& request, std::string_view user_key) {
  ChatQuery query;
  auto parameters = request.query_parameters();
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  for (auto& [name, value] : *parameters) {
    if (name == "room" && !value.empty()) {
      query.room = std::move(value);
    } else if (name == user_key) {
      query.user = std::move(value);
    } else if (name == "since" && !value.empty()) {
      auto since = parse_position("since", value);
      if (!since) return std::unexpected(std::move(since.error()));
      query.since = *since;
    }
  }
  // The port's rules for a room and a user are those of a message.
  chat::PostMessage sample;
  sample.room = query.room;
  if (!query.user.empty()) sample.user = query.user;
  sample.content = "-";
  if (auto fine = conform(sample); !fine) {
    for (auto& problem : fine.error().fields)
      if (problem.field == "user") problem.field = user_key;
    return std::unexpected(invalid_argument(std::move(fine.error().fields)));
  }
  query.room = std::move(sample.room);
  if (!query.user.empty()) query.user = std::move(sample.user);
  return query;
}

Result<void> authorize_chat(const ChatEdge& edge, const CallContext& context, bool posts) {
  if (!edge.authorize) return {};
  for (auto& row : operations<chat::ChatService>()) {
    if (row.permission.empty() || (!posts && row.name == "PostMessage")) continue;
    if (auto allowed = edge.authorize(context, row.permission); !allowed) return allowed;
  }
  return {};
}

}  // namespace parley::rest
