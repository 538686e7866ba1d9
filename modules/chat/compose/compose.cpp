#include "limits.hpp"
#include "service.hpp"

#include <parley/chat/compose.hpp>

namespace parley::chat {

std::unique_ptr<ChatModule> make_chat(Dependencies dependencies, Options options) {
  return std::make_unique<Service>(std::move(dependencies), options);
}

}  // namespace parley::chat

template <>
const parley::TypeInfo& parley::describe<parley::chat::Options>() {
  using chat::Options;
  static constexpr Row rows[] = {
      field<&Options::keep_messages>("keep_messages", range(1, 1'000'000'000), may_be_absent(),
                                     doc("Messages that each room keeps; older ones are removed."),
                                     example("1000000")),
      field<&Options::keep_mentions>("keep_mentions", range(1, 1'000'000'000), may_be_absent(),
                                     doc("Mentions of users that are kept for the modules that follow them."),
                                     example("100000")),
      field<&Options::max_rooms>("max_rooms", range(1, 1'000'000), may_be_absent(),
                                 doc("Rooms that may come into being."), example("10000")),
      field<&Options::max_inboxes>("max_inboxes", range(1, 10'000'000), may_be_absent(),
                                   doc("Users that may have an inbox for direct messages."),
                                   example("100000")),
      field<&Options::messages_per_second>(
          "messages_per_second", range(0, 1'000'000'000), may_be_absent(),
          doc("Messages that one user name may send per second; 0 for as many as come."), example("50000")),
      field<&Options::burst>("burst", range(1, 1'000'000'000), may_be_absent(),
                             doc("Messages that one user name may send at once after a silence."),
                             example("100000")),
      field<&Options::max_delayed>("max_delayed", range(0, 1'000'000), may_be_absent(),
                                   doc("Messages of one room that may wait for their delay."),
                                   example("10000")),
      field<&Options::max_delay>("max_delay", range(0, chat::longest_delay), may_be_absent(),
                                 doc("The longest delay of a message."), example(R"("1h")")),
      field<&Options::prune_interval>("prune_interval", range(1'000, 86'400'000), may_be_absent(),
                                      doc("How often old messages are removed."), example(R"("60s")")),
  };
  static const TypeInfo type = object<Options>("ChatOptions", rows, "The configuration section [chat].");
  return type;
}
