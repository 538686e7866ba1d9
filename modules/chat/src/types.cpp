// The fields of the port's values and their rules: messages, pages of them, and followers.
#include "limits.hpp"
#include "room_rules.hpp"

#include <parley/chat/chat.hpp>

namespace {

using namespace parley;

// A room or an inbox. The one character more is the inbox's @.
consteval rules::Pattern log_pattern() {
  return pattern(
      "[A-Za-z0-9._:-]{0,64}|@[\\s\\S]{1,64}",
      "a room, 1 to 64 letters, digits, '.', '_', ':' and '-', or the inbox of a user, @ and the name");
}
consteval rules::Length log_length() {
  return length(1, chat::max_room_length + 1);
}

}  // namespace

template <>
const parley::TypeInfo& parley::describe<parley::chat::Message>() {
  using chat::Message;
  static constexpr Row rows[] = {
      field<&Message::id>("id", doc("Unique in all rooms."),
                          example(R"("0190163d-8694-739b-aea5-966c26f8ad91")"), number(1)),
      field<&Message::room>("room", doc("The room that has it in its log."), example(R"("lobby")"),
                            number(2)),
      field<&Message::seq>("seq", doc("Position in the room's log: 1, 2, 3 and so on, without a hole."),
                           example("42"), number(3)),
      field<&Message::type>("type", doc("What the sender calls this kind of message."),
                            example(R"("message")"), number(4)),
      field<&Message::content>("content", doc("The text, as it was typed."), example(R"("Hello")"),
                               number(5)),
      field<&Message::user>("user", doc("Who sent it."), example(R"("Alice")"), number(6)),
      field<&Message::timestamp>("timestamp",
                                 doc("When it came into the log; never earlier than the message before it."),
                                 example(R"("2025-01-31T12:00:00Z")"), number(7)),
      field<&Message::extra>("extra", doc("The other members that the sender set, as they came."), number(8)),
  };
  static const TypeInfo type = object<Message>("Message", rows, "One entry of a room's log.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::PostMessage>() {
  using chat::PostMessage;
  static constexpr Row rows[] = {
      field<&PostMessage::room>("room", length(1, chat::max_room_length), chat::room_pattern(),
                                may_be_absent(), doc("The room; it comes into being with its first message."),
                                example(R"("lobby")"), number(1)),
      field<&PostMessage::type>("type", length(1, chat::max_type_length), may_be_absent(),
                                doc("What the sender calls this kind of message."), example(R"("message")"),
                                number(2)),
      field<&PostMessage::content>("content", length(0, chat::max_content_length), alias("text"),
                                   doc("The text; kept as it was typed."), example(R"("Hello")"), number(3)),
      field<&PostMessage::user>("user", length(1, chat::max_user_length), may_be_absent(),
                                doc("Who sends it."), example(R"("Alice")"), number(4)),
      field<&PostMessage::delay>(
          "delay", range(0, chat::longest_delay), may_be_absent(),
          doc("Milliseconds until it is delivered; 0 for now. The sender need not wait."), example("1500"),
          number(5)),
      field<&PostMessage::extra>("extra", doc("Any other members; they reach every reader as they came."),
                                 number(6)),
  };
  static const TypeInfo type = object<PostMessage>("PostMessage", rows, "A message for a room.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::Posted>() {
  using chat::Posted;
  static constexpr Row rows[] = {
      field<&Posted::id>("id", doc("The message's id."), example(R"("0190163d-8694-739b-aea5-966c26f8ad91")"),
                         number(1)),
      field<&Posted::room>("room", example(R"("lobby")"), number(2)),
      field<&Posted::seq>("seq",
                          doc("Position in the room's log; absent while the message waits for its delay."),
                          example("42"), number(3)),
      field<&Posted::timestamp>("timestamp", doc("When it came into the log, or when it is due."),
                                example(R"("2025-01-31T12:00:00Z")"), number(4)),
  };
  static const TypeInfo type = object<Posted>("Posted", rows, "A message that is stored.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::ReadMessages>() {
  using chat::ReadMessages;
  static constexpr Row rows[] = {
      field<&ReadMessages::room>("room", log_length(), log_pattern(), may_be_absent(),
                                 doc("The room to read, or the inbox of a user."), example(R"("lobby")"),
                                 number(1)),
      field<&ReadMessages::since>(
          "since",
          pattern("([0-9]{1,12}|s[0-9]{1,18})?", "whole Unix seconds, or a cursor as `next` gave it"),
          may_be_absent(),
          doc("Where to go on: Unix seconds (messages of that second and later) or a cursor from `next`; "
              "the newest page where it is left out."),
          example(R"("s42")"), number(2)),
      field<&ReadMessages::limit>("limit", range(1, chat::max_page), may_be_absent(),
                                  doc("The most messages in one answer."), example("100"), number(3)),
      field<&ReadMessages::before>(
          "before",
          pattern("([0-9]{1,12}|s[0-9]{1,18})?", "whole Unix seconds, or a cursor as `previous` gave it"),
          may_be_absent(),
          doc("Backwards, not together with `since`: the last messages before a cursor from `previous` or "
              "before "
              "a Unix second."),
          example(R"("s42")"), number(4)),
  };
  static const TypeInfo type = object<ReadMessages>("ReadMessages", rows, "Asks for a page of a room's log.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::MessagePage>() {
  using chat::MessagePage;
  static constexpr Row rows[] = {
      field<&MessagePage::messages>("messages", doc("Oldest first."), number(1)),
      field<&MessagePage::has_new>("has_new", doc("Whether there are any."), example("true"), number(2)),
      field<&MessagePage::next>("next", doc("Give it as `since` to go on without loss or repetition."),
                                example(R"("s42")"), number(3)),
      field<&MessagePage::more>("more", doc("Whether another page is waiting in that direction."),
                                example("false"), number(4)),
      field<&MessagePage::gap>("gap", doc("Whether messages that were asked for are no longer kept."),
                               example("false"), number(5)),
      field<&MessagePage::previous>(
          "previous",
          doc("Give it as `before` to read the page before this one; absent where there is none."),
          example(R"("s1")"), number(6)),
  };
  static const TypeInfo type = object<MessagePage>("MessagePage", rows, "A page of a room's log.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::FollowRoom>() {
  using chat::FollowRoom;
  static constexpr Row rows[] = {
      field<&FollowRoom::room>("room", log_length(), log_pattern(), may_be_absent(),
                               doc("The room to follow, or the inbox of a user; it need not exist yet."),
                               example(R"("lobby")"), number(1)),
      field<&FollowRoom::after_seq>(
          "after_seq", range(0, std::numeric_limits<std::int64_t>::max()),
          doc("The last position already known; left out for what comes from now on."), example("42"),
          number(2)),
  };
  static const TypeInfo type =
      object<FollowRoom>("FollowRoom", rows, "Asks for a room's messages as they come.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::chat::RoomUpdate>() {
  using chat::RoomUpdate;
  static constexpr Row rows[] = {
      field<&RoomUpdate::messages>("messages", doc("Oldest first."), number(1)),
      field<&RoomUpdate::gap>("gap", doc("What is missing before the messages."), number(2)),
      field<&RoomUpdate::position>(
          "position",
          doc("Of the first update of a stream of what comes from now on: behind which "
              "message that is."),
          number(3)),
  };
  static const TypeInfo type = object<RoomUpdate>("RoomUpdate", rows, "What a follower of a room gets.");
  return type;
}
