#include "conversation.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace parley::numbers {
namespace {

ChatMessage received(const chat::Message& message) {
  ChatMessage out;
  out.user = message.user;
  out.content = message.content;
  out.room = message.room;
  out.type = message.type;
  out.extra = message.extra;
  out.id = message.id;
  out.seq = message.seq;
  out.timestamp = message.timestamp;
  return out;
}

}  // namespace

Conversation::Conversation(chat::ChatService& chat, CallContext context, Source<ChatMessage> messages,
                           Sink<ChatMessage> sink)
    : chat_(chat), context_(std::move(context)), messages_(std::move(messages)), sink_(std::move(sink)) {}

Task<Result<void>> Conversation::run() {
  auto reading = messages_.next();
  auto first = co_await std::move(reading);
  if (!first) co_return std::unexpected(std::move(first.error()));
  if (!*first) co_return Result<void>{};
  ChatMessage& message = **first;
  room_ = message.room.empty() ? chat::default_room : message.room;
  user_ = message.user.empty() ? chat::PostMessage().user : message.user;
  resumes_ = message.after_seq.has_value();
  position_ = message.after_seq.value_or(0);

  if (context_.cancellation) context_.cancellation->on_cancel([leaving = leaving_] { leaving->cancel(); });
  std::exception_ptr failure;
  TaskGroup following([&](std::exception_ptr e) {
    failure = e;
    messages_.stop();
  });
  following.spawn(listen(message.after_seq));
  Result<void> spoken;
  if (!failed_ && !failure) {
    auto speaking = speak(std::move(message));
    spoken = co_await std::move(speaking);
    if (!spoken) leave();
  }
  auto ending = following.when_empty();
  co_await std::move(ending);
  if (failure) std::rethrow_exception(failure);
  if (failed_) co_return std::unexpected(std::move(*failed_));
  co_return spoken;
}

Task<Result<void>> Conversation::speak(ChatMessage message) {
  for (;;) {
    if (!message.content.empty()) {
      auto posting = post(std::move(message));
      auto posted = co_await std::move(posting);
      if (!posted) co_return posted;
    }
    auto reading = messages_.next();
    auto next = co_await std::move(reading);
    if (!next) co_return std::unexpected(std::move(next.error()));
    if (!*next) break;
    message = std::move(**next);
    if (auto fine = check(message); !fine) co_return fine;
  }
  auto finishing = finish();
  auto finished = co_await std::move(finishing);
  co_return finished;
}

Result<void> Conversation::check(const ChatMessage& later) const {
  if (!later.room.empty() && later.room != room_)
    return invalid_field("room", "must stay " + room_ + ": a call is in one room");
  if (later.after_seq) return invalid_field("after_seq", "is for the first message of a call");
  return {};
}

Task<Result<void>> Conversation::post(ChatMessage message) {
  chat::PostMessage request;
  request.room = room_;
  request.user = message.user.empty() ? user_ : std::move(message.user);
  request.content = std::move(message.content);
  request.extra = std::move(message.extra);
  if (!message.type.empty()) request.type = std::move(message.type);
  auto posting = chat_.post(context_of_post(), std::move(request));
  auto posted = co_await std::move(posting);
  if (!posted) co_return std::unexpected(std::move(posted.error()));
  posted_ = posted->seq.value_or(posted_);
  co_return Result<void>{};
}

Task<void> Conversation::listen(std::optional<std::int64_t> after_seq) {
  CallContext context = context_;
  context.cancellation = leaving_;
  chat::FollowRoom request{room_, after_seq};
  auto following = chat_.follow(std::move(context), std::move(request), Sink<chat::RoomUpdate>(relay_));
  auto ended = co_await std::move(following);
  if (done_ || ended) co_return;
  failed_ = std::move(ended.error());
  messages_.stop();
}

Task<bool> Conversation::Relay::write(const TypeInfo&, const void* update) {
  Conversation& at = conversation_;
  const auto& news = *static_cast<const chat::RoomUpdate*>(update);
  at.heard_ = true;
  if (news.gap) {
    // One that begins where the client is, or before: the log was replaced, and comes from its start.
    if (news.gap->from <= at.position_) at.position_ = 0;
    ChatMessage gap;
    gap.room = at.room_;
    gap.type = "gap";
    gap.gap = news.gap;
    auto sending = at.sink_.send(gap);
    const bool taken = co_await std::move(sending);
    if (!taken) co_return false;
  }
  for (const auto& message : news.messages) {
    const auto out = received(message);
    auto sending = at.sink_.send(out);
    const bool taken = co_await std::move(sending);
    if (!taken) co_return false;
    at.position_ = message.seq;
  }
  if (at.finish_ && at.position_ >= *at.finish_) at.done_ = true;
  co_return !at.done_;
}

Task<Result<void>> Conversation::finish() {
  std::int64_t last = posted_;
  if (resumes_) {
    chat::ReadMessages newest;
    newest.room = room_;
    newest.limit = 1;
    auto reading = chat_.read(context_of_post(), std::move(newest));
    const auto page = co_await std::move(reading);
    if (!page) co_return std::unexpected(page.error());
    if (!page->messages.empty()) last = std::max(last, page->messages.back().seq);
  }
  // A position beyond the end of the log is a gap that is still to be told.
  const bool beyond = resumes_ && !heard_ && position_ > last;
  if (position_ >= last && !beyond)
    leave();
  else
    finish_ = last;
  co_return Result<void>{};
}

CallContext Conversation::context_of_post() const {
  CallContext context = context_;
  context.cancellation.reset();
  return context;
}

void Conversation::leave() {
  done_ = true;
  leaving_->cancel();
}

}  // namespace parley::numbers
