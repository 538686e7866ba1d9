// The fields of the port's values and their rules: rooms as they are listed, those in them, direct messages,
// mentions.
#include "limits.hpp"
#include "room_rules.hpp"

#include <parley/chat/chat.hpp>

namespace {

using namespace parley;

consteval rules::Length user_length() {
  return length(1, chat::max_user_length);
}
consteval rules::Length room_length() {
  return length(1, chat::max_room_length);
}

}  // namespace

template <>
const parley::TypeInfo& parley::describe<parley::chat::SendDirect>() {
  using chat::SendDirect;
  static constexpr Row rows[] = {
      field<&SendDirect::user>("user", user_length(), alias("from"), doc("Who sends it."),
                               example(R"("alice")"), number(1)),
      field<&SendDirect::to>("to", user_length(), doc("For whom it is."), example(R"("bob")"), number(2)),
      field<&SendDirect::content>("content", length(0, chat::max_content_length), alias("text"),
                                  doc("The text; kept as it was typed."), example(R"("Hello")"), number(3)),
      field<&SendDirect::extra>("extra", doc("Any other members; they reach the recipient as they came."),
                                number(4)),
  };
  static const TypeInfo type = object<SendDirect>("SendDirect", rows, "A message from one user to another.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::DirectSent>() {
  using chat::DirectSent;
  static constexpr Row rows[] = {
      field<&DirectSent::id>("id", doc("The message's id, the same in both inboxes."),
                             example(R"("0190163d-8694-739b-aea5-966c26f8ad91")"), number(1)),
      field<&DirectSent::room>("room", doc("The recipient's inbox."), example(R"("@bob")"), number(2)),
      field<&DirectSent::seq>("seq", doc("Position in the recipient's inbox."), example("42"), number(3)),
      field<&DirectSent::own_seq>("own_seq", doc("Position in the sender's inbox."), example("7"), number(4)),
      field<&DirectSent::timestamp>("timestamp", example(R"("2025-01-31T12:00:00Z")"), number(5)),
  };
  static const TypeInfo type = object<DirectSent>("DirectSent", rows, "A direct message that is stored.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::RoomInfo>() {
  using chat::RoomInfo;
  static constexpr Row rows[] = {
      field<&RoomInfo::name>("name", doc("What messages call it."), example(R"("lobby")"), number(1)),
      field<&RoomInfo::title>("title", doc("What people call it; its name where nobody gave it another."),
                              example(R"("The lobby")"), number(2)),
      field<&RoomInfo::topic>("topic", doc("What it is about."), example(R"("Everything else")"), number(3)),
      field<&RoomInfo::created_at>("created_at", example(R"("2025-01-31T12:00:00Z")"), number(4)),
      field<&RoomInfo::last_seq>("last_seq", doc("Position of its newest message; 0 for none."),
                                 example("42"), number(5)),
      field<&RoomInfo::last_message_at>("last_message_at", doc("When the newest message came."),
                                        example(R"("2025-01-31T12:00:00Z")"), number(6)),
      field<&RoomInfo::present>("present", doc("How many users are here."), example("2"), number(7)),
  };
  static const TypeInfo type = object<RoomInfo>("Room", rows, "A room.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::ListRooms>() {
  using chat::ListRooms;
  static constexpr Row rows[] = {
      field<&ListRooms::after>("after", length(0, chat::max_room_length), chat::room_pattern(),
                               may_be_absent(),
                               doc("The last name of the page before; left out for the first page."),
                               example(R"("lobby")"), number(1)),
      field<&ListRooms::limit>("limit", range(1, chat::max_room_page), may_be_absent(),
                               doc("The most rooms in one answer."), example("100"), number(2)),
  };
  static const TypeInfo type = object<ListRooms>("ListRooms", rows, "Asks for a page of the rooms.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::RoomPage>() {
  using chat::RoomPage;
  static constexpr Row rows[] = {
      field<&RoomPage::rooms>("rooms", doc("In the order of their names."), number(1)),
      field<&RoomPage::total>("total", doc("How many rooms there are."), example("1"), number(2)),
      field<&RoomPage::more>("more", doc("Whether another page is waiting."), example("false"), number(3)),
  };
  static const TypeInfo type = object<RoomPage>("RoomPage", rows, "A page of the rooms.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::GetRoom>() {
  using chat::GetRoom;
  static constexpr Row rows[] = {
      field<&GetRoom::room>("room", room_length(), chat::room_pattern(), doc("The room's name."),
                            example(R"("lobby")"), number(1)),
  };
  static const TypeInfo type = object<GetRoom>("GetRoom", rows, "Asks for one room.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::PutRoom>() {
  using chat::PutRoom;
  static constexpr Row rows[] = {
      field<&PutRoom::room>("room", room_length(), chat::room_pattern(), doc("The room's name."),
                            example(R"("lobby")"), number(1)),
      field<&PutRoom::title>("title", trimmed(), length(1, chat::max_title_length),
                             doc("What people call it."), example(R"("The lobby")"), number(2)),
      field<&PutRoom::topic>("topic", trimmed(), length(0, chat::max_topic_length), may_be_absent(),
                             doc("What it is about."), example(R"("Everything else")"), number(3)),
  };
  static const TypeInfo type =
      object<PutRoom>("PutRoom", rows, "Creates a room, or gives it another title and topic.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::GetPresence>() {
  using chat::GetPresence;
  static constexpr Row rows[] = {
      field<&GetPresence::room>("room", room_length(), chat::room_pattern(), doc("The room's name."),
                                example(R"("lobby")"), number(1)),
  };
  static const TypeInfo type = object<GetPresence>("GetPresence", rows, "Asks who is in a room.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::Presence>() {
  using chat::Presence;
  static constexpr Row rows[] = {
      field<&Presence::room>("room", example(R"("lobby")"), number(1)),
      field<&Presence::users>("users", doc("In the order of their names, 1000 at most."),
                              example(R"(["alice","bob"])"), number(2)),
      field<&Presence::total>("total", doc("How many are here."), example("2"), number(3)),
  };
  static const TypeInfo type = object<Presence>("Presence", rows, "Who is in a room.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::AttendRoom>() {
  using chat::AttendRoom;
  static constexpr Row rows[] = {
      field<&AttendRoom::room>("room", room_length(), chat::room_pattern(), may_be_absent(),
                               doc("The room to be in."), example(R"("lobby")"), number(1)),
      field<&AttendRoom::user>("user", user_length(), doc("Who is there."), example(R"("alice")"), number(2)),
  };
  static const TypeInfo type =
      object<AttendRoom>("AttendRoom", rows, "Enters a room, for as long as the call lives.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::RoomEventType>() {
  using enum chat::RoomEventType;
  static constexpr EnumItem items[] = {{"here", static_cast<std::int32_t>(here)},
                                       {"join", static_cast<std::int32_t>(join)},
                                       {"leave", static_cast<std::int32_t>(leave)},
                                       {"typing", static_cast<std::int32_t>(typing)}};
  static const TypeInfo type =
      enumeration<chat::RoomEventType>("RoomEventType", items, "What happens among those in a room.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::RoomEvent>() {
  using chat::RoomEvent;
  static constexpr Row rows[] = {
      field<&RoomEvent::type>("type", example(R"("join")"), number(1)),
      field<&RoomEvent::room>("room", example(R"("lobby")"), number(2)),
      field<&RoomEvent::user>("user", doc("Whom it is about; empty in `here`."), example(R"("alice")"),
                              number(3)),
      field<&RoomEvent::timestamp>("timestamp", example(R"("2025-01-31T12:00:00Z")"), number(4)),
      field<&RoomEvent::users>("users", doc("Of `here`: who is present, 200 at most."), number(5)),
      field<&RoomEvent::total>("total", doc("Of `here`: how many are present."), example("2"), number(6)),
  };
  static const TypeInfo type =
      object<RoomEvent>("RoomEvent", rows, "What one in a room is told of the others.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::Typing>() {
  using chat::Typing;
  static constexpr Row rows[] = {
      field<&Typing::room>("room", room_length(), chat::room_pattern(), doc("The room's name."),
                           example(R"("lobby")"), number(1)),
      field<&Typing::user>("user", user_length(), doc("Who is typing."), example(R"("alice")"), number(2)),
  };
  static const TypeInfo type =
      object<Typing>("Typing", rows, "Tells the others in a room that a user types.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::Mention>() {
  using chat::Mention;
  static constexpr Row rows[] = {
      field<&Mention::seq>("seq", doc("Position in the log of mentions."), example("7"), number(1)),
      field<&Mention::user>("user", doc("Who was named."), example(R"("bob")"), number(2)),
      field<&Mention::message>("message", doc("The message that names them."), number(3)),
  };
  static const TypeInfo type = object<Mention>("Mention", rows, "Somebody was named in a message.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::FollowMentions>() {
  using chat::FollowMentions;
  static constexpr Row rows[] = {
      field<&FollowMentions::after_seq>(
          "after_seq", range(0, std::numeric_limits<std::int64_t>::max()),
          doc("The last position already known; left out for what comes from now on."), example("7"),
          number(1)),
  };
  static const TypeInfo type =
      object<FollowMentions>("FollowMentions", rows, "Asks for mentions as they come.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::MentionUpdate>() {
  using chat::MentionUpdate;
  static constexpr Row rows[] = {
      field<&MentionUpdate::mentions>("mentions", doc("Oldest first."), number(1)),
      field<&MentionUpdate::gap>("gap", doc("What is missing before the mentions."), number(2)),
  };
  static const TypeInfo type =
      object<MentionUpdate>("MentionUpdate", rows, "What a follower of the mentions gets.");
  return type;
}
