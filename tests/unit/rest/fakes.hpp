// Stand-ins for what the gateway talks to.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/codec/json.hpp>
#include <parley/metrics.hpp>
#include <parley/net/event_stream.hpp>
#include <parley/net/http.hpp>
#include <parley/net/websocket.hpp>
#include <parley/users/users.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::test {

// A request as the server would hand it over. Keeps what the request's views refer to.
class TestRequest : public net::Request {
 public:
  TestRequest(net::Method method, std::string target, std::string body = {});
  TestRequest& with(std::string name, std::string value);

 private:
  std::string target_, body_;
  std::deque<std::string> texts_;
  std::vector<net::Field> list_;
};

// Counts in memory; a series is found by `name{label=value,...}`.
class FakeMetrics final : public Metrics {
 public:
  struct Series : Counter, Gauge, Histogram {
    double value = 0;
    std::size_t observations = 0;
    void add(double amount) noexcept override { value += amount; }
    void set(double v) noexcept override { value = v; }
    void observe(double) noexcept override { ++observations; }
  };
  Counter& counter(std::string_view name, std::string_view, Labels labels) override {
    return find(name, labels);
  }
  Gauge& gauge(std::string_view name, std::string_view, Labels labels) override { return find(name, labels); }
  Histogram& histogram(std::string_view name, std::string_view, Labels labels,
                       std::span<const double>) override {
    return find(name, labels);
  }
  std::map<std::string, Series> series;
  std::size_t lookups = 0;

 private:
  Series& find(std::string_view name, Labels labels);
};

// The text of a WebSocket text frame as the server sends it.
std::string payload_of(const net::Frame& frame);

// A WebSocket without a network: what is sent is kept.
class FakeSocket final : public net::WebSocket {
 public:
  void send(const net::Frame& frame) override;
  std::size_t backlog() const noexcept override { return waiting; }
  bool open() const noexcept override { return is_open; }
  void send_text(std::string_view payload) override;
  void send_binary(std::string_view payload) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void pause() override { ++paused; }
  void resume() override { --paused; }

  // What came since the last call.
  std::vector<std::string> take();

  std::vector<std::string> texts, binaries;
  std::size_t waiting = 0;  // the backlog it claims
  bool is_open = true;
  int paused = 0;
  std::optional<std::uint16_t> close_code;

 private:
  void joined(net::Fanout*, std::uint32_t) noexcept override {}
};

class FakeStream final : public net::EventStream {
 public:
  void send(const net::Frame& frame) override { events.emplace_back(frame.bytes()); }
  std::size_t backlog() const noexcept override { return 0; }
  bool open() const noexcept override { return true; }
  void close() override {}
  std::vector<std::string> events;

 private:
  void joined(net::Fanout*, std::uint32_t) noexcept override {}
};

// Rooms in memory. Followers are woken inline, in the order of `newest_first`.
class FakeChat final : public chat::ChatService {
 public:
  Task<Result<chat::Posted>> post(CallContext context, chat::PostMessage request) override;
  Task<Result<chat::MessagePage>> read(CallContext context, chat::ReadMessages request) override;
  Task<Result<void>> follow(CallContext context, chat::FollowRoom request,
                            Sink<chat::RoomUpdate> sink) override;
  Task<Result<chat::DirectSent>> send_direct(CallContext context, chat::SendDirect request) override;
  Task<Result<chat::RoomPage>> list_rooms(CallContext context, chat::ListRooms request) override;
  Task<Result<chat::RoomInfo>> get_room(CallContext context, chat::GetRoom request) override;
  Task<Result<chat::RoomInfo>> put_room(CallContext context, chat::PutRoom request) override;
  Task<Result<chat::Presence>> presence(CallContext context, chat::GetPresence request) override;
  Task<Result<void>> attend(CallContext context, chat::AttendRoom request,
                            Sink<chat::RoomEvent> sink) override;
  Task<Result<void>> typing(CallContext context, chat::Typing request) override;
  Task<Result<void>> follow_mentions(CallContext context, chat::FollowMentions request,
                                     Sink<chat::MentionUpdate> sink) override;

  void append(const std::string& room, std::string content = "hello", std::string user = "Alice",
              std::string type = "message", std::string extra = {});
  void prune(const std::string& room, std::int64_t first);  // forgets what is before `first`
  void replace(const std::string& room);                    // an empty log
  // Ends every follow() with that error.
  void interrupt(Error error);
  // Lets held posts go on.
  void release();
  std::int64_t last(const std::string& room) { return logs[room].last; }

  struct Log {
    std::int64_t first = 1, last = 0;
    std::map<std::int64_t, chat::Message> messages;
  };
  std::map<std::string, Log> logs;
  std::vector<chat::PostMessage> posts;
  std::optional<Error> post_error, follow_error;
  std::size_t page = 100;
  std::size_t follows = 0, following = 0;
  bool hold_posts = false;
  bool newest_first = false;
  std::vector<chat::SendDirect> directs;
  std::vector<chat::Typing> typings;
  std::size_t attends = 0;  // calls so far

 private:
  struct Attendee {
    std::string room, user;
    std::deque<chat::RoomEvent> events;
    std::optional<Resume<bool>> resume;
    void wake();
  };
  void tell(chat::RoomEventType type, const std::string& room, const std::string& user);
  std::vector<std::string> users_in(const std::string& room) const;
  std::vector<std::shared_ptr<Attendee>> attendees_;

  struct Waiter {
    std::optional<Resume<bool>> resume;
    std::optional<Error> end;
    void wake();
  };
  void wake_all();
  std::vector<std::shared_ptr<Waiter>> waiters_;
  std::vector<Resume<bool>> held_;
};

class FakeUsers final : public users::UserService {
 public:
  Task<Result<users::User>> create_user(CallContext context, users::CreateUser request) override;
  Task<Result<users::User>> get_user(CallContext context, users::GetUser request) override;
  Task<Result<users::UserProfile>> get_user_profile(CallContext context,
                                                    users::GetUserProfile request) override;
  Task<Result<users::User>> update_user(CallContext context, users::UpdateUser request) override;
  Task<Result<users::User>> patch_user(CallContext context, users::PatchUser request) override;
  Task<Result<void>> delete_user(CallContext context, users::DeleteUser request) override;
  Task<Result<users::UserPage>> list_users(CallContext context, users::ListUsers request) override;
  Task<Result<void>> stream_users(CallContext context, users::StreamUsers request,
                                  Sink<users::User> sink) override;
  Task<Result<users::UserValidation>> validate_user(CallContext context,
                                                    users::ValidateUser request) override;

  users::User user;  // what is answered
  std::optional<Error> error;
  std::optional<users::CreateUser> created;
  std::optional<users::GetUser> got;
  std::optional<users::UpdateUser> updated;
  std::optional<users::PatchUser> patched;
  std::optional<users::DeleteUser> deleted;
  std::optional<users::ListUsers> listed;
};

}  // namespace parley::test
