#include "http2_session.hpp"

#include "guarded.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

namespace parley::net {
namespace {

constexpr std::size_t few_fields = 16;
// Each second of a connection. A call earns its client what window updates and pings go with it, so that a
// busy connection may have more of them.
constexpr int idle_frames = 1000;
constexpr int frames_earned = 8;
constexpr int resets = 1000;
constexpr std::size_t little_backlog = 16 << 10;  // bytes of a body: one frame of the usual size

// nghttp2 copies names and values when they are submitted.
class FieldArray {
 public:
  explicit FieldArray(std::span<const Field> fields) {
    nghttp2_nv* to = few_.data();
    if (fields.size() > few_.size()) {
      many_.resize(fields.size());
      to = many_.data();
    }
    data_ = to;
    size_ = fields.size();
    for (const auto& field : fields) *to++ = pair(field.name, field.value);
  }
  const nghttp2_nv* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  static std::uint8_t* bytes(std::string_view text) noexcept {
    // Not written to: the interface of C has no const.
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  }
  static nghttp2_nv pair(std::string_view name, std::string_view value) noexcept {
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
  }

  std::array<nghttp2_nv, few_fields> few_;
  std::vector<nghttp2_nv> many_;
  const nghttp2_nv* data_;
  std::size_t size_;
};

// Of what ends a connection without a GOAWAY of nghttp2's: the rest are the peer's floods.
bool broke_here(ssize_t code) noexcept {
  return code == NGHTTP2_ERR_CALLBACK_FAILURE || code == NGHTTP2_ERR_NOMEM;
}

std::string_view view(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

struct Http2Session::Handle {
  nghttp2_session* session = nullptr;
  bool failed = false;   // nothing is received or sent any more
  bool closing = false;  // after a GOAWAY that says why
  bool foreign = false;
  std::size_t backlog = 0;
  int idle_frames_left = idle_frames, resets_left = resets;
  std::vector<Http2Stream*> open;
  std::vector<std::int32_t> drained;  // ids, while output is gathered

  ~Handle() { nghttp2_session_del(session); }
};

// They return into C: what is thrown in them ends the connection.
struct Http2Session::Callbacks {
  using Session = nghttp2_session;

  template <class Call>
  static int run(Call call) noexcept {
    return guarded("http2", "a stream failed", call) ? 0 : static_cast<int>(NGHTTP2_ERR_CALLBACK_FAILURE);
  }
  static Http2Session& of(void* user) { return *static_cast<Http2Session*>(user); }
  static int begin_frame(Session*, const nghttp2_frame_hd*, void* user) {
    auto& self = of(user);
    auto& handle = *self.handle_;
    if (--handle.idle_frames_left < 0 && !handle.closing)
      self.break_off(Http2Error::enhance_your_calm, "too many frames that carry nothing");
    return handle.closing ? static_cast<int>(NGHTTP2_ERR_CALLBACK_FAILURE) : 0;
  }
  static void earn(void* user) {
    auto& left = of(user).handle_->idle_frames_left;
    left = std::min(left + frames_earned, idle_frames);
  }
  static Http2Stream* stream(Session* session, std::int32_t id) {
    return static_cast<Http2Stream*>(::nghttp2_session_get_stream_user_data(session, id));
  }

  static int begin_headers(Session* session, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    auto& self = of(user);
    Http2Stream* stream = nullptr;
    const int code = run([&] {
      stream = self.owner_.begin_stream();
      if (stream) self.opened(*stream, frame->hd.stream_id);
    });
    if (code) return code;
    if (!stream) {
      ::nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
      return 0;
    }
    ::nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, stream);
    return 0;
  }

  static int header(Session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_length, const std::uint8_t* value, std::size_t value_length,
                    std::uint8_t, void*) {
    auto* found = stream(session, frame->hd.stream_id);
    if (!found) return 0;
    return run([&] { found->field(view(name, name_length), view(value, value_length)); });
  }

  static int frame_received(Session* session, const nghttp2_frame* frame, void* user) {
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA: {
        auto* found = stream(session, frame->hd.stream_id);
        if (!found) return 0;
        if (frame->hd.type == NGHTTP2_HEADERS) earn(user);
        return run([&] {
          if (frame->hd.type == NGHTTP2_HEADERS) found->fields_complete();
          // The first event may have closed it.
          if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) && stream(session, frame->hd.stream_id) == found)
            found->peer_ended();
        });
      }
      case NGHTTP2_GOAWAY:
        return run([&] { of(user).owner_.going_away(); });
      case NGHTTP2_PING:
        if (frame->hd.flags & NGHTTP2_FLAG_ACK) return run([&] { of(user).owner_.ping_answered(); });
        return 0;
      default:
        return 0;
    }
  }

  static int data(Session* session, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    earn(user);
    // The connection's window is given back at once: only a stream waits for whoever reads it.
    ::nghttp2_session_consume_connection(session, size);
    auto* found = stream(session, id);
    if (!found) {
      ::nghttp2_session_consume_stream(session, id, size);
      return 0;
    }
    return run([&] { found->data(view(bytes, size)); });
  }

  static int frame_sent(Session* session, const nghttp2_frame* frame, void* user) {
    auto& handle = *of(user).handle_;
    if (frame->hd.type == NGHTTP2_GOAWAY && handle.closing) handle.failed = true;
    if (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) earn(user);
    if (of(user).role_ != Role::server || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    // The answer is complete; the rest of the request is not wanted (RFC 9113 section 8.1).
    if (::nghttp2_session_get_stream_remote_close(session, frame->hd.stream_id) == 0)
      ::nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
    return 0;
  }

  static int stream_closed(Session* session, std::int32_t id, std::uint32_t error, void* user) {
    auto* found = stream(session, id);
    if (!found) return 0;
    ::nghttp2_session_set_stream_user_data(session, id, nullptr);
    auto& self = of(user);
    auto& handle = *self.handle_;
    // CVE-2023-44487 and, where the server was made to do it, CVE-2025-8671.
    if (self.role_ == Role::server && error != NGHTTP2_NO_ERROR && --handle.resets_left < 0 &&
        !handle.closing)
      self.break_off(Http2Error::enhance_your_calm, "too many streams that were withdrawn or in error");
    return run([&] { self.forget(*found, static_cast<Http2Error>(error)); });
  }

  static ssize_t read_body(Session* session, std::int32_t id, std::uint8_t* to, std::size_t room,
                           std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto* found = stream(session, id);
    if (!found) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    auto& self = of(user);
    const auto size = std::min(room, found->backlog());
    if (size == 0 && !found->ended_) {
      found->deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    std::memcpy(to, found->body_.data() + found->sent_, size);
    found->sent_ += size;
    found->moved_ = true;
    self.handle_->backlog -= size;
    if (found->backlog() == 0) {
      found->body_.clear();
      found->sent_ = 0;
      if (found->ended_) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (self.role_ == Role::server) {
          *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
          self.send_trailers(*found);
        }
      }
    }
    if (found->watched_ && found->backlog() <= little_backlog) self.handle_->drained.push_back(id);
    return static_cast<ssize_t>(size);
  }
};

Http2Session::Http2Session(Role role, const Limits& limits, Owner& owner)
    : handle_(std::make_unique<Handle>()), owner_(owner), role_(role) {
  struct Made {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    Made() {
      if (::nghttp2_session_callbacks_new(&callbacks) != 0 || ::nghttp2_option_new(&option) != 0)
        throw std::bad_alloc();
      ::nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, Callbacks::begin_frame);
      ::nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
      ::nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::header);
      ::nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame_received);
      ::nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
      ::nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::frame_sent);
      ::nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::stream_closed);
      ::nghttp2_option_set_no_auto_window_update(option, 1);
      ::nghttp2_option_set_no_closed_streams(option, 1);  // of use to priorities alone
      // Ours come first, as they tell the peer.
      ::nghttp2_option_set_stream_reset_rate_limit(option, 2 * resets, 2 * resets);
      ::nghttp2_option_set_max_outbound_ack(option, 2 * idle_frames);
    }
    ~Made() {
      ::nghttp2_option_del(option);
      ::nghttp2_session_callbacks_del(callbacks);
    }
  };
  static const Made made;

  const int code = role == Role::server
                       ? ::nghttp2_session_server_new2(&handle_->session, made.callbacks, this, made.option)
                       : ::nghttp2_session_client_new2(&handle_->session, made.callbacks, this, made.option);
  if (code != 0) throw std::bad_alloc();
  std::vector<nghttp2_settings_entry> settings{
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(limits.stream_window)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.max_header}};
  if (role == Role::server)
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.max_streams});
  else
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  ::nghttp2_submit_settings(handle_->session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  ::nghttp2_session_set_local_window_size(handle_->session, NGHTTP2_FLAG_NONE, 0, limits.connection_window);
}

Http2Session::~Http2Session() = default;

bool Http2Session::receive(std::string_view bytes) {
  if (handle_->failed || handle_->closing) return false;
  const auto taken = ::nghttp2_session_mem_recv(
      handle_->session, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0 && !handle_->closing) {
    handle_->foreign = taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC;
    if (handle_->foreign)
      handle_->failed = true;
    else
      break_off(broke_here(taken) ? Http2Error::internal_error : Http2Error::enhance_your_calm,
                ::nghttp2_strerror(static_cast<int>(taken)));
  }
  if (wants_output()) owner_.has_output();
  return !handle_->failed && !handle_->closing;
}

void Http2Session::gather(std::string& out, std::size_t most) {
  while (!handle_->failed && out.size() < most) {
    const std::uint8_t* bytes = nullptr;
    const auto size = ::nghttp2_session_mem_send(handle_->session, &bytes);
    if (size < 0) handle_->failed = true;
    if (size <= 0) break;
    out.append(view(bytes, static_cast<std::size_t>(size)));
  }
  for (const auto id : std::exchange(handle_->drained, {}))
    if (auto* stream = Callbacks::stream(handle_->session, id);
        stream && std::exchange(stream->watched_, false))
      owner_.drained(*stream);
}

bool Http2Session::finished() const noexcept {
  return handle_->failed ||
         (!::nghttp2_session_want_read(handle_->session) && !::nghttp2_session_want_write(handle_->session));
}

bool Http2Session::is_foreign() const noexcept {
  return handle_->foreign;
}

bool Http2Session::wants_output() const noexcept {
  return ::nghttp2_session_want_write(handle_->session) != 0;
}

void Http2Session::close_all(Http2Error error) {
  handle_->failed = true;
  while (!handle_->open.empty()) {
    auto& stream = *handle_->open.back();
    ::nghttp2_session_set_stream_user_data(handle_->session, stream.id_, nullptr);
    forget(stream, error);
  }
}

void Http2Session::opened(Http2Stream& stream, std::int32_t id) {
  stream.id_ = id;
  stream.index_ = handle_->open.size();
  handle_->open.push_back(&stream);
}

void Http2Session::forget(Http2Stream& stream, Http2Error error) {
  auto& open = handle_->open;
  open[stream.index_] = open.back();
  open[stream.index_]->index_ = stream.index_;
  open.pop_back();
  handle_->backlog -= stream.backlog();
  stream.id_ = -1;
  stream.closed(error);
}

std::size_t Http2Session::streams() const noexcept {
  return handle_->open.size();
}

std::size_t Http2Session::backlog() const noexcept {
  return handle_->backlog;
}

void Http2Session::reset_stalled() {
  for (auto* stream : handle_->open) {
    const bool moved = std::exchange(stream->moved_, false);
    if (stream->backlog() > 0 && !moved) reset(*stream, Http2Error::enhance_your_calm);
  }
}

void Http2Session::begin_second() noexcept {
  handle_->idle_frames_left = idle_frames;
  handle_->resets_left = resets;
}

// Nothing more is received, and nothing sent but why.
void Http2Session::break_off(Http2Error error, std::string_view why) {
  handle_->closing = true;
  go_away(error, why);
}

bool Http2Session::request(Http2Stream& stream, std::span<const Field> header) {
  if (handle_->failed || !::nghttp2_session_check_request_allowed(handle_->session)) return false;
  const FieldArray fields(header);
  const nghttp2_data_provider body{{.ptr = nullptr}, Callbacks::read_body};
  const auto id =
      ::nghttp2_submit_request(handle_->session, nullptr, fields.data(), fields.size(), &body, &stream);
  if (id < 0) return false;
  opened(stream, id);
  owner_.has_output();
  return true;
}

void Http2Session::respond(Http2Stream& stream, std::span<const Field> header, bool end) {
  if (!stream.is_open()) return;
  const FieldArray fields(header);
  const nghttp2_data_provider body{{.ptr = nullptr}, Callbacks::read_body};
  if (end) stream.ended_ = true;
  ::nghttp2_submit_response(handle_->session, stream.id_, fields.data(), fields.size(),
                            end ? nullptr : &body);
  owner_.has_output();
}

void Http2Session::append(Http2Stream& stream, std::string_view head, std::string_view bytes) {
  if (!stream.is_open() || stream.ended_) return;
  if (stream.backlog() == 0) stream.moved_ = true;
  stream.body_.append(head).append(bytes);
  handle_->backlog += head.size() + bytes.size();
  more_body(stream);
}

void Http2Session::append(Http2Stream& stream, std::string_view bytes) {
  append(stream, bytes, {});
}

void Http2Session::end(Http2Stream& stream, std::span<const Field> trailers) {
  if (!stream.is_open() || stream.ended_) return;
  stream.ended_ = true;
  for (const auto& field : trailers)
    stream.trailers_.append(field.name).append(1, '\0').append(field.value).append(1, '\0');
  more_body(stream);
}

void Http2Session::send_trailers(Http2Stream& stream) {
  std::vector<Field> fields;
  std::string_view rest = stream.trailers_;
  const auto next = [&] {
    const auto text = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(text.size() + 1);
    return text;
  };
  while (!rest.empty()) {
    const auto name = next();
    fields.push_back({name, next()});
  }
  const FieldArray array(fields);
  ::nghttp2_submit_trailer(handle_->session, stream.id_, array.data(), array.size());
}

// The session may have stopped asking for the body.
void Http2Session::more_body(Http2Stream& stream) {
  if (std::exchange(stream.deferred_, false)) ::nghttp2_session_resume_data(handle_->session, stream.id_);
  owner_.has_output();
}

void Http2Session::watch(Http2Stream& stream) {
  if (stream.backlog() <= little_backlog) return owner_.drained(stream);
  stream.watched_ = true;
}

void Http2Session::reset(Http2Stream& stream, Http2Error error) {
  if (!stream.is_open()) return;
  stream.ended_ = true;
  ::nghttp2_submit_rst_stream(handle_->session, NGHTTP2_FLAG_NONE, stream.id_,
                              static_cast<std::uint32_t>(error));
  owner_.has_output();
}

void Http2Session::consume(Http2Stream& stream, std::size_t bytes) {
  if (!stream.is_open() || bytes == 0) return;
  ::nghttp2_session_consume_stream(handle_->session, stream.id_, bytes);
  if (wants_output()) owner_.has_output();
}

void Http2Session::ping() {
  ::nghttp2_submit_ping(handle_->session, NGHTTP2_FLAG_NONE, nullptr);
  owner_.has_output();
}

// The id of the last request that is answered is known at once: what the client has sent meanwhile was
// refused before it began, and may be sent again elsewhere.
void Http2Session::go_away(Http2Error error, std::string_view text) {
  ::nghttp2_submit_goaway(
      handle_->session, NGHTTP2_FLAG_NONE, ::nghttp2_session_get_last_proc_stream_id(handle_->session),
      static_cast<std::uint32_t>(error), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  owner_.has_output();
}

}  // namespace parley::net
