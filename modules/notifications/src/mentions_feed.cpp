// The chat's feed of mentions.
#include "feed.hpp"
#include "limits.hpp"

#include <parley/chat/chat.hpp>
#include <parley/utf8.hpp>

namespace parley::notifications {
namespace {

// A chat message may be longer than a notification: its beginning says enough, the rest is in the room.
std::string beginning(std::string_view text, std::size_t most) {
  const auto length = code_points(text);
  if (length && *length <= most) return std::string(text);
  constexpr std::string_view ellipsis = "…";
  std::size_t end = 0;
  for (std::size_t count = 0; count + 1 < most && end < text.size(); ++count)
    end += utf8_step(text.substr(end)).length;
  return std::string(text.substr(0, end)).append(ellipsis);
}

Notification to_notification(const chat::Mention& mention) {
  const auto& message = mention.message;
  Notification notification;
  notification.user_id = mention.user;
  notification.type = NotificationType::user_message;
  notification.title = message.user + " mentioned you in " + message.room;
  notification.message = beginning(message.content, max_message_length);
  notification.data = {{"room", message.room},
                       {"message_id", message.id},
                       {"seq", std::to_string(message.seq)},
                       {"from", message.user}};
  return notification;
}

class MentionsFeed final : public Feed {
 public:
  explicit MentionsFeed(chat::ChatService& chat) : chat_(chat) {}

  std::string_view name() const noexcept override { return "mentions"; }

  Task<Result<void>> follow(CallContext context, std::int64_t after, Outbound& out) override {
    chat::FollowMentions request;
    request.after_seq = after;
    return chat_.follow_mentions(std::move(context), request, Sink<chat::MentionUpdate>(out));
  }

  Update read(const void* update) const override {
    const auto& of_chat = *static_cast<const chat::MentionUpdate*>(update);
    Update read{of_chat.gap, {}};
    for (const auto& mention : of_chat.mentions) {
      auto& entry = read.entries.emplace_back();
      entry.seq = mention.seq;
      // Nobody needs to be told of what he says himself.
      if (mention.user != mention.message.user) entry.notification = to_notification(mention);
    }
    return read;
  }

 private:
  chat::ChatService& chat_;
};

}  // namespace

std::unique_ptr<Feed> make_mentions_feed(chat::ChatService& chat) {
  return std::make_unique<MentionsFeed>(chat);
}

}  // namespace parley::notifications
