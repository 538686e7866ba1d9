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
    } else if ((name == "since" || name == "since_direct") && !value.empty()) {
      auto since = parse_position(name, value);
      if (!since) return std::unexpected(std::move(since.error()));
      (name == "since" ? query.since : query.since_direct) = *since;
    }
  }
  // The port's rules for them are those of its requests.
  std::vector<FieldProblem> problems;
  chat::FollowRoom of_room;
  of_room.room = std::move(query.room);
  conform(describe<chat::FollowRoom>(), &of_room, problems);
  query.room = std::move(of_room.room);
  if (!query.user.empty()) {
    chat::AttendRoom of_user;
    of_user.user = std::move(query.user);
    const auto before = problems.size();
    conform(describe<chat::AttendRoom>(), &of_user, problems);
    query.user = std::move(of_user.user);
    if (problems.size() > before) problems.back().field = user_key;
  }
  if (!problems.empty()) return std::unexpected(invalid_argument(std::move(problems)));
  return query;
}

Result<void> authorize_chat(const ChatEdge& edge, const CallContext& context, bool posts) {
  if (!edge.authorize) return {};
  for (auto& row : operations<chat::ChatService>()) {
    if (row.name != "Follow" && (!posts || row.name != "PostMessage")) continue;
    if (row.permission.empty()) continue;
    if (auto allowed = edge.authorize(context, row.permission); !allowed) return allowed;
  }
  return {};
}

}  // namespace parley::rest
