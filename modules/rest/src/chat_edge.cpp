#include "chat_edge.hpp"

#include "errors.hpp"
#include "parameters.hpp"
#include "service_rows.hpp"

namespace parley::rest {

Result<void> authorize_chat(const ChatEdge& edge, const CallContext& context,
                            std::span<const std::string_view> rows) {
  if (!edge.authorize) return {};
  for (const auto name : rows) {
    const auto& permission = row_of<chat::ChatService>(name).permission;
    if (permission.empty()) continue;
    if (auto allowed = edge.authorize(context, permission); !allowed) return allowed;
  }
  return {};
}

void refuse_chat(const net::Request& request, net::Response& response, const Error& error,
                 std::span<const std::string_view> rows) {
  write_problem(request, response, error);
  const auto& context = request.context;
  for (const auto name : rows) {
    const auto& permission = row_of<chat::ChatService>(name).permission;
    if (!context.principal || context.principal->has(permission)) continue;
    return name_scope(request, response, permission);
  }
}

}  // namespace parley::rest

namespace parley {

using namespace rest;

namespace {

constexpr std::int64_t last_seq = std::numeric_limits<std::int64_t>::max();
constexpr Row room_row = field<&ChatQuery::room>(
    "room", may_be_absent(), doc("The room, which need not exist yet, or the inbox of a user (`@bob`)."));
constexpr Row since_row = field<&ChatQuery::since>("since", range(0, last_seq),
                                                   doc("The last `seq` already seen; what came after it is "
                                                       "sent first. Left out: only what comes from now on."),
                                                   example("42"));

constexpr Row since_direct_row =
    field<&ChatQuery::since_direct>("since_direct", range(0, last_seq),
                                    doc("The last `seq` of the user's inbox already seen; direct messages "
                                        "that came after it are sent first. Left out: only what comes from "
                                        "now on."),
                                    example("7"));

TypeInfo with_port_rules(TypeInfo type, const char* user) {
  share_rules(type, "room", describe<chat::FollowRoom>(), "room");
  if (user) share_rules(type, user, describe<chat::PostMessage>(), "user");
  return type;
}

}  // namespace

template <>
const TypeInfo& describe<ChatQuery>() {
  static constexpr Row rows[] = {
      room_row,
      field<&ChatQuery::user>(
          "user",
          doc("Who this is: present in the room, gets direct messages, and sends the frames that do not "
              "say who does. Left out: a client as the lecture has it.")),
      since_row,
      since_direct_row,
  };
  static const TypeInfo type = with_port_rules(object<ChatQuery>("ChatQuery", rows), "user");
  return type;
}

template <>
const TypeInfo& describe<LabQuery>() {
  static constexpr Row rows[] = {
      room_row,
      field<&LabQuery::user>("user_id",
                             doc("The name of this connection; anonymous_... where it is left out."),
                             example(R"("bob")")),
      since_row,
      since_direct_row,
  };
  static const TypeInfo type = with_port_rules(object<LabQuery>("LabQuery", rows), "user_id");
  return type;
}

template <>
const TypeInfo& describe<StreamQuery>() {
  static constexpr Row rows[] = {
      room_row,
      since_row,
      field<&StreamQuery::last_event_id>(
          "last_event_id", from_header("Last-Event-ID"), range(0, last_seq),
          doc("The id of the last event seen: what came after it is sent first. Goes before `since`."),
          example("42")),
  };
  static const TypeInfo type = with_port_rules(object<StreamQuery>("StreamQuery", rows), nullptr);
  return type;
}

}  // namespace parley
