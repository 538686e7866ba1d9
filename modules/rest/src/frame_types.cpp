#include "frame_types.hpp"

#include <parley/codec/json.hpp>

namespace parley {

using namespace rest;

namespace {
constexpr const char* user_doc = "Always `system`.";
constexpr const char* user_example = R"("system")";
constexpr const char* time_doc = "When it was said.";
constexpr const char* time_example = R"("2025-01-31T12:00:00Z")";
}  // namespace

template <>
const TypeInfo& describe<SystemFrame>() {
  static constexpr Row rows[] = {
      field<&SystemFrame::type>(
          "type", pattern("system|notification|pong", "system, notification or pong"),
          doc("`system` to a newcomer, `notification` to the others, `pong` for a ping."),
          example(R"("system")")),
      field<&SystemFrame::content>("content", example(R"("Welcome to the chat!")")),
      field<&SystemFrame::user>("user", doc(user_doc), example(user_example)),
      field<&SystemFrame::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type =
      object<SystemFrame>("SystemFrame", rows, "What the server itself says; it stands in no log.");
  return type;
}

template <>
const TypeInfo& describe<GapFrame>() {
  static constexpr Row rows[] = {
      field<&GapFrame::type>("type", pattern("gap", "gap"), example(R"("gap")")),
      field<&GapFrame::content>("content", doc("The same for people."),
                                example(R"("messages 1 to 41 are no longer kept")")),
      field<&GapFrame::room>("room", example(R"("lobby")")),
      field<&GapFrame::from>("from", doc("The first position that is lost."), example("1")),
      field<&GapFrame::to>("to", doc("The last position that is lost."), example("41")),
      field<&GapFrame::user>("user", doc(user_doc), example(user_example)),
      field<&GapFrame::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type =
      object<GapFrame>("GapFrame", rows, "Entries of a log that were asked for and are no longer kept.");
  return type;
}

template <>
const TypeInfo& describe<PresenceFrame>() {
  static constexpr Row rows[] = {
      field<&PresenceFrame::type>("type", pattern("presence", "presence"), example(R"("presence")")),
      field<&PresenceFrame::event>("event",
                                   doc("`here` lists who is here, to one who enters; the others are told "
                                       "`join` and `leave`, with the first and the last socket of a user."),
                                   example(R"("join")")),
      field<&PresenceFrame::content>("content", doc("The same for people."), example(R"("bob is here")")),
      field<&PresenceFrame::room>("room", example(R"("lobby")")),
      field<&PresenceFrame::users>("users", doc("Of `here`: 200 names at most."),
                                   example(R"(["alice","bob"])")),
      field<&PresenceFrame::total>("total", doc("Of `here`: how many are here."), example("2")),
      field<&PresenceFrame::user>("user", doc("Who comes or goes; `system` for `here`."),
                                  example(R"("bob")")),
      field<&PresenceFrame::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type = object<PresenceFrame>(
      "PresenceFrame", rows, "Who is in the room, to sockets of the lecture that say who they are.");
  return type;
}

template <>
const TypeInfo& describe<TypingFrame>() {
  static constexpr Row rows[] = {
      field<&TypingFrame::type>("type", pattern("typing", "typing"), example(R"("typing")")),
      field<&TypingFrame::content>("content", doc("Always empty."), example(R"("")")),
      field<&TypingFrame::room>("room", example(R"("lobby")")),
      field<&TypingFrame::user>("user", doc("Who types."), example(R"("bob")")),
      field<&TypingFrame::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type = object<TypingFrame>(
      "TypingFrame", rows, "Somebody else in the room types, once per second at most; it stands in no log.");
  return type;
}

template <>
const TypeInfo& describe<DeliveredFrame>() {
  static constexpr Row rows[] = {
      field<&DeliveredFrame::type>("type", pattern("delivered", "delivered"), example(R"("delivered")")),
      field<&DeliveredFrame::content>("content", doc("Always empty."), example(R"("")")),
      field<&DeliveredFrame::id>("id", doc("The message's."),
                                 example(R"("0190163d-8694-739b-aea5-966c26f8ad91")")),
      field<&DeliveredFrame::to>("to", example(R"("bob")")),
      field<&DeliveredFrame::seq>("seq", doc("Its position in the recipient's inbox."), example("42")),
      field<&DeliveredFrame::user>("user", doc(user_doc), example(user_example)),
      field<&DeliveredFrame::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type = object<DeliveredFrame>(
      "DeliveredFrame", rows,
      "A direct message of this user has been handed to a socket of its recipient. May "
      "come again for the same id.");
  return type;
}

template <>
const TypeInfo& describe<ErrorFrame>() {
  static constexpr Row rows[] = {
      field<&ErrorFrame::type>("type", pattern("error", "error"), example(R"("error")")),
      field<&ErrorFrame::code>("code", doc("The canonical gRPC code."), example(R"("invalid_argument")")),
      field<&ErrorFrame::content>("content", doc("What is wrong, for people."),
                                  example(R"("content is required")")),
      field<&ErrorFrame::errors>("errors", doc("One entry per field at fault."),
                                 example(R"([{"field":"content","message":"is required"}])")),
      field<&ErrorFrame::retry_after>("retry_after", doc("Seconds to wait, where the server can tell.")),
      field<&ErrorFrame::user>("user", doc(user_doc), example(user_example)),
      field<&ErrorFrame::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type = object<ErrorFrame>(
      "ErrorFrame", rows, "A frame of this client that was not taken; the connection lives on.");
  return type;
}

template <>
const TypeInfo& describe<StreamEnd>() {
  static constexpr Row rows[] = {
      field<&StreamEnd::code>("code", example(R"("unavailable")")),
      field<&StreamEnd::message>("message", doc("Why, and how to resume."),
                                 example(R"("the server restarts: reconnect with Last-Event-ID")")),
  };
  static const TypeInfo type = object<StreamEnd>(
      "StreamEnd", rows, "The data of an `overflow` or `restart` event, after which the stream ends.");
  return type;
}

}  // namespace parley
