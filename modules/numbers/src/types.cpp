// The numbers port's value types: fields, rules and documentation, declared once. PrimeRequest and Prime are
// the lecture's, which only names the other messages. The chat holds messages to its own rules.
#include <parley/numbers/numbers.hpp>

#include <limits>

namespace parley {

using namespace numbers;

template <>
const TypeInfo& describe<PrimeRequest>() {
  static constexpr Row rows[] = {
      field<&PrimeRequest::limit>("limit", range(0, 1'000'000), number(1),
                                  doc("The last number that may come."), example("100")),
  };
  static const TypeInfo type = object<PrimeRequest>("PrimeRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<Prime>() {
  static constexpr Row rows[] = {field<&Prime::value>("value", number(1), example("97"))};
  static const TypeInfo type = object<Prime>("Prime", rows, "A prime number.");
  return type;
}

template <>
const TypeInfo& describe<Number>() {
  static constexpr Row rows[] = {field<&Number::value>("value", number(1), example("42"))};
  static const TypeInfo type = object<Number>("Number", rows, "A number to be summed.");
  return type;
}

template <>
const TypeInfo& describe<Sum>() {
  static constexpr Row rows[] = {
      field<&Sum::value>("value", number(1), doc("The sum; 0 of no numbers."), example("55")),
      field<&Sum::count>("count", number(2), doc("How many numbers there were."), example("10")),
  };
  static const TypeInfo type = object<Sum>("Sum", rows, "The sum of all numbers of a call.");
  return type;
}

template <>
const TypeInfo& describe<ChatMessage>() {
  static constexpr Row rows[] = {
      field<&ChatMessage::user>("user", number(1), may_be_absent(),
                                doc("Who sends it; left out: as in the first message of the call."),
                                example(R"("Alice")")),
      field<&ChatMessage::content>("content", number(2), may_be_absent(),
                                   doc("The text; a message without it posts nothing."),
                                   example(R"("Hello")")),
      field<&ChatMessage::room>("room", number(3), may_be_absent(),
                                doc("The room that the first message joins; lobby where it is left out."),
                                example(R"("lobby")")),
      field<&ChatMessage::type>("type", number(4), may_be_absent(),
                                doc("What the sender calls this kind of message; `gap`: some are missing."),
                                example(R"("message")")),
      field<&ChatMessage::extra>("extra", number(5), doc("Any other members, as JSON text.")),
      field<&ChatMessage::after_seq>(
          "after_seq", range(0, std::numeric_limits<std::int64_t>::max()), number(6),
          doc("In the first message, the last position that is known; left out: what comes from now on."),
          example("41")),
      field<&ChatMessage::id>("id", number(7), doc("Set by the server."),
                              example(R"("0190163d-8694-739b-aea5-966c26f8ad91")")),
      field<&ChatMessage::seq>("seq", number(8), doc("Set by the server: the position in the room's log."),
                               example("42")),
      field<&ChatMessage::timestamp>("timestamp", number(9), doc("Set by the server."),
                                     example(R"("2025-01-31T12:00:00Z")")),
      field<&ChatMessage::gap>("gap", number(10), doc("What is missing before the next message.")),
  };
  static const TypeInfo type = object<ChatMessage>("ChatMessage", rows, "A message of a chat room.");
  return type;
}

}  // namespace parley
