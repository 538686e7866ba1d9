// Direct messages: one message in two inboxes.
#include "checks.hpp"
#include "service.hpp"

#include <parley/codec/json.hpp>
#include <parley/validate.hpp>

#include <array>

namespace parley::chat {
namespace {

constexpr const char* direct_type = "direct";

Result<void> check_direct(SendDirect& request) {
  auto fine = conform(request);
  if (fine) fine = refuse_nul("user", request.user);
  if (fine) fine = refuse_nul("to", request.to);
  if (fine) fine = refuse_nul("content", request.content);
  if (!fine) return fine;
  static const std::vector<std::string_view> own_fields = [] {
    std::vector<std::string_view> names{"to"};
    for (const FieldInfo& field : describe<Message>().fields) names.push_back(field.name);
    return names;
  }();
  return keep_others(request.extra, own_fields);
}

}  // namespace

Task<Result<DirectSent>> Service::send_direct(CallContext context, SendDirect request) {
  if (stopped_) co_return stopping();
  auto fine = check_direct(request);
  if (fine) fine = senders_.may_send(request.user, context.clock->steady());
  if (!fine) co_return std::unexpected(std::move(fine.error()));

  RoomUse inbox(rooms_, inbox_of(request.to));
  RoomUse own(rooms_, inbox_of(request.user));
  if (auto room_for_it = rooms_.begin_write(*inbox); !room_for_it)
    co_return std::unexpected(std::move(room_for_it.error()));
  if (auto room_for_it = rooms_.begin_write(*own); !room_for_it) {
    rooms_.end_write(*inbox, false);
    co_return std::unexpected(std::move(room_for_it.error()));
  }

  auto message = std::make_shared<Message>();
  message->timestamp = clock_.now();
  message->id = make_uuid(message->timestamp, random_);
  message->room = inbox->name;
  message->type = direct_type;
  message->content = std::move(request.content);
  message->user = std::move(request.user);
  message->extra.json = "\"to\":";
  codec::append_json_string(request.to, message->extra.json);
  if (!request.extra.json.empty()) message->extra.json += ',' + request.extra.json;

  std::shared_ptr<const Message> shared = message;
  auto storing =
      store_.append_direct(std::move(context), std::move(shared), own->name, !inbox->stored, !own->stored);
  auto stored = co_await std::move(storing);
  rooms_.end_write(*inbox, stored.has_value());
  rooms_.end_write(*own, stored.has_value());
  if (!stored) co_return std::unexpected(std::move(stored.error()));

  // The writer has let go of the message.
  DirectSent sent{message->id, inbox->name, stored->theirs.seq, stored->own.seq, stored->theirs.at};
  if (own->name != inbox->name) {
    Message copy = *message;
    copy.room = own->name;
    copy.seq = stored->own.seq;
    copy.timestamp = stored->own.at;
    rooms_.publish(*own, std::move(copy));
  }
  message->seq = stored->theirs.seq;
  message->timestamp = stored->theirs.at;
  rooms_.publish(*inbox, std::move(*message));
  co_return sent;
}

}  // namespace parley::chat
