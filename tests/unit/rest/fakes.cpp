#include "fakes.hpp"

#include <parley/validate.hpp>

#include <algorithm>

namespace parley::test {

TestRequest::TestRequest(net::Method kind, std::string address, std::string text)
    : target_(std::move(address)), body_(std::move(text)) {
  method = kind;
  method_name = net::to_string(kind);
  target = target_;
  const auto mark = target.find('?');
  path = target.substr(0, mark);
  if (mark != std::string_view::npos) query = target.substr(mark + 1);
  body = body_;
  request_id = "test-request";
}

TestRequest& TestRequest::with(std::string name, std::string value) {
  const auto& key = texts_.emplace_back(std::move(name));
  const auto& text = texts_.emplace_back(std::move(value));
  list_.push_back({key, text});
  fields = list_;
  return *this;
}

FakeMetrics::Series& FakeMetrics::find(std::string_view name, Labels labels) {
  ++lookups;
  std::string key(name);
  if (labels.size() > 0) {
    key += '{';
    for (auto& [label, value] : labels) {
      if (key.back() != '{') key += ',';
      key.append(label).append("=").append(value);
    }
    key += '}';
  }
  return series[key];
}

std::string payload_of(const net::Frame& frame) {
  const auto bytes = frame.bytes();
  const auto length = static_cast<unsigned char>(bytes[1]);
  return std::string(bytes.substr(length < 126 ? 2 : length == 126 ? 4 : 10));
}

void FakeSocket::send(const net::Frame& frame) {
  if (is_open) texts.push_back(payload_of(frame));
}
void FakeSocket::send_text(std::string_view payload) {
  if (is_open) texts.emplace_back(payload);
}
void FakeSocket::send_binary(std::string_view payload) {
  if (is_open) binaries.emplace_back(payload);
}
void FakeSocket::close(std::uint16_t code, std::string_view) {
  is_open = false;
  close_code = code;
}
std::vector<std::string> FakeSocket::take() {
  return std::exchange(texts, {});
}

Task<Result<chat::Posted>> FakeChat::post(CallContext, chat::PostMessage request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  posts.push_back(request);
  if (hold_posts) co_await callback<bool>([&](Resume<bool> done) { held_.push_back(std::move(done)); });
  if (post_error) co_return std::unexpected(*post_error);
  append(request.room, request.content, request.user);
  chat::Posted posted;
  posted.id = "m" + std::to_string(last(request.room));
  posted.room = request.room;
  posted.seq = last(request.room);
  co_return posted;
}

void FakeChat::release() {
  auto held = std::exchange(held_, {});
  for (auto& resume : held) resume(true);
}

Task<Result<chat::MessagePage>> FakeChat::read(CallContext, chat::ReadMessages request) {
  chat::MessagePage answer;
  answer.next = "s" + std::to_string(last(request.room));
  co_return answer;
}

void FakeChat::Waiter::wake() {
  if (!resume) return;
  auto go = std::move(*resume);
  resume.reset();
  go(true);
}

void FakeChat::wake_all() {
  auto waiters = waiters_;
  if (newest_first) std::reverse(waiters.begin(), waiters.end());
  for (auto& waiter : waiters) waiter->wake();
}

void FakeChat::interrupt(Error error) {
  for (auto& waiter : waiters_) waiter->end = error;
  wake_all();
}

void FakeChat::append(const std::string& room, std::string content, std::string user, std::string type,
                      std::string extra) {
  auto& log = logs[room];
  chat::Message message;
  message.seq = ++log.last;
  message.id = "m" + std::to_string(message.seq);
  message.room = room;
  message.type = std::move(type);
  message.content = std::move(content);
  message.user = std::move(user);
  message.timestamp = Timestamp(std::chrono::seconds(1'700'000'000));
  message.extra.json = std::move(extra);
  log.messages.emplace(message.seq, std::move(message));
  wake_all();
}

void FakeChat::prune(const std::string& room, std::int64_t first) {
  auto& log = logs[room];
  log.first = first;
  log.messages.erase(log.messages.begin(), log.messages.lower_bound(first));
}

void FakeChat::replace(const std::string& room) {
  logs[room] = {};
}

Task<Result<void>> FakeChat::follow(CallContext context, chat::FollowRoom request,
                                    Sink<chat::RoomUpdate> sink) {
  struct Count {
    std::size_t& value;
    explicit Count(std::size_t& v) : value(v) { ++value; }
    ~Count() { --value; }
  };
  ++follows;
  if (follow_error) co_return std::unexpected(*follow_error);
  auto waiter = std::make_shared<Waiter>();
  struct Listed {
    std::vector<std::shared_ptr<Waiter>>& list;
    std::shared_ptr<Waiter> self;
    ~Listed() { std::erase(list, self); }
  };
  waiters_.push_back(waiter);
  const Listed listed{waiters_, waiter};
  const Count counted(following);
  context.cancellation->on_cancel([weak = std::weak_ptr(waiter)] {
    if (auto alive = weak.lock()) alive->wake();
  });
  auto& log = logs[request.room];
  std::int64_t position = request.after_seq.value_or(log.last);
  for (;;) {
    if (context.cancelled()) co_return fail(Code::cancelled, "cancelled");
    if (waiter->end) co_return std::unexpected(*waiter->end);
    chat::RoomUpdate update;
    if (position > log.last) {
      update.gap = LogGap{log.last + 1, position};
      position = 0;
    } else if (position + 1 < log.first) {
      update.gap = LogGap{position + 1, log.first - 1};
      position = log.first - 1;
    }
    if (position < log.last) {
      for (auto at = log.messages.upper_bound(position);
           at != log.messages.end() && update.messages.size() < page; ++at)
        update.messages.push_back(at->second);
      position = update.messages.back().seq;
    }
    if (update.gap || !update.messages.empty()) {
      const bool taken = co_await sink.send(update);
      if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
      continue;
    }
    co_await callback<bool>([&](Resume<bool> done) { waiter->resume.emplace(std::move(done)); });
  }
}

Task<Result<chat::DirectSent>> FakeChat::send_direct(CallContext, chat::SendDirect request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  directs.push_back(request);
  if (post_error) co_return std::unexpected(*post_error);
  const auto extra = "\"to\":\"" + request.to + '"';
  append('@' + request.to, request.content, request.user, "direct", extra);
  if (request.to != request.user) append('@' + request.user, request.content, request.user, "direct", extra);
  chat::DirectSent sent;
  sent.room = '@' + request.to;
  sent.seq = last(sent.room);
  sent.own_seq = last('@' + request.user);
  co_return sent;
}

Task<Result<chat::RoomPage>> FakeChat::list_rooms(CallContext, chat::ListRooms) {
  co_return chat::RoomPage{};
}
Task<Result<chat::RoomInfo>> FakeChat::get_room(CallContext, chat::GetRoom request) {
  chat::RoomInfo room;
  room.name = std::move(request.room);
  co_return room;
}
Task<Result<chat::RoomInfo>> FakeChat::put_room(CallContext, chat::PutRoom request) {
  chat::RoomInfo room;
  room.name = std::move(request.room);
  room.title = std::move(request.title);
  co_return room;
}

std::vector<std::string> FakeChat::users_in(const std::string& room) const {
  std::vector<std::string> users;
  for (auto& attendee : attendees_)
    if (attendee->room == room) users.push_back(attendee->user);
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

Task<Result<chat::Presence>> FakeChat::presence(CallContext, chat::GetPresence request) {
  chat::Presence present;
  present.users = users_in(request.room);
  present.total = static_cast<std::int64_t>(present.users.size());
  present.room = std::move(request.room);
  co_return present;
}

void FakeChat::Attendee::wake() {
  if (auto go = std::exchange(resume, std::nullopt)) (*go)(true);
}

void FakeChat::tell(chat::RoomEventType type, const std::string& room, const std::string& user) {
  chat::RoomEvent event;
  event.type = type;
  event.room = room;
  event.user = user;
  event.timestamp = Timestamp(std::chrono::seconds(1'700'000'000));
  const auto all = attendees_;
  for (auto& attendee : all) {
    if (attendee->room != room || attendee->user == user) continue;
    attendee->events.push_back(event);
    attendee->wake();
  }
}

Task<Result<void>> FakeChat::attend(CallContext context, chat::AttendRoom request,
                                    Sink<chat::RoomEvent> sink) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  ++attends;
  if (follow_error) co_return std::unexpected(*follow_error);
  auto attendee = std::make_shared<Attendee>();
  attendee->room = request.room;
  attendee->user = request.user;
  const auto before = users_in(request.room);
  const bool first = std::find(before.begin(), before.end(), request.user) == before.end();
  struct Listed {
    FakeChat& chat;
    std::shared_ptr<Attendee> self;
    std::shared_ptr<Cancellation> cancellation;
    ~Listed() {
      std::erase(chat.attendees_, self);
      if (!cancellation->cancelled()) return;  // the test is over
      const auto left = chat.users_in(self->room);
      if (std::find(left.begin(), left.end(), self->user) == left.end())
        chat.tell(chat::RoomEventType::leave, self->room, self->user);
    }
  };
  attendees_.push_back(attendee);
  const Listed listed{*this, attendee, context.cancellation};
  if (first) tell(chat::RoomEventType::join, request.room, request.user);
  chat::RoomEvent here;
  here.room = request.room;
  here.users = users_in(request.room);
  here.total = static_cast<std::int64_t>(here.users.size());
  here.timestamp = Timestamp(std::chrono::seconds(1'700'000'000));
  attendee->events.push_front(std::move(here));
  context.cancellation->on_cancel([weak = std::weak_ptr(attendee)] {
    if (auto alive = weak.lock()) alive->wake();
  });
  for (;;) {
    if (context.cancelled()) co_return fail(Code::cancelled, "cancelled");
    if (attendee->events.empty()) {
      co_await callback<bool>([&](Resume<bool> done) { attendee->resume.emplace(std::move(done)); });
      continue;
    }
    const auto event = std::move(attendee->events.front());
    attendee->events.pop_front();
    const bool taken = co_await sink.send(event);
    if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
  }
}

Task<Result<void>> FakeChat::typing(CallContext, chat::Typing request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  typings.push_back(request);
  tell(chat::RoomEventType::typing, request.room, request.user);
  co_return Result<void>{};
}

Task<Result<void>> FakeChat::follow_mentions(CallContext, chat::FollowMentions, Sink<chat::MentionUpdate>) {
  co_return fail(Code::unimplemented, "the gateway does not follow mentions");
}

Task<Result<users::User>> FakeUsers::create_user(CallContext, users::CreateUser request) {
  created = std::move(request);
  if (error) co_return std::unexpected(*error);
  co_return user;
}
Task<Result<users::User>> FakeUsers::get_user(CallContext, users::GetUser request) {
  got = std::move(request);
  if (error) co_return std::unexpected(*error);
  co_return user;
}
Task<Result<users::UserProfile>> FakeUsers::get_user_profile(CallContext, users::GetUserProfile) {
  co_return fail(Code::unimplemented, "REST has no profiles");
}
Task<Result<users::User>> FakeUsers::update_user(CallContext, users::UpdateUser request) {
  updated = std::move(request);
  if (error) co_return std::unexpected(*error);
  co_return user;
}
Task<Result<users::User>> FakeUsers::patch_user(CallContext, users::PatchUser request) {
  patched = std::move(request);
  if (error) co_return std::unexpected(*error);
  co_return user;
}
Task<Result<void>> FakeUsers::delete_user(CallContext, users::DeleteUser request) {
  deleted = std::move(request);
  if (error) co_return std::unexpected(*error);
  co_return Result<void>{};
}
Task<Result<users::UserPage>> FakeUsers::list_users(CallContext, users::ListUsers request) {
  listed = request;
  if (error) co_return std::unexpected(*error);
  users::UserPage page;
  page.users = {user};
  page.total = 1;
  page.page = request.page;
  page.page_size = request.page_size;
  co_return page;
}
Task<Result<void>> FakeUsers::stream_users(CallContext, users::StreamUsers, Sink<users::User>) {
  co_return fail(Code::unimplemented, "REST has no streams of users");
}
Task<Result<users::UserValidation>> FakeUsers::validate_user(CallContext, users::ValidateUser request) {
  if (error) co_return std::unexpected(*error);
  users::UserValidation validation;
  validation.is_valid = request.user_id == user.id;
  co_return validation;
}

}  // namespace parley::test
