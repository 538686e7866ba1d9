// HTTP/2 (RFC 9113) without a socket: frames, HPACK, flow control and the defences against floods are
// nghttp2's; this gives them the shape that gRPC needs on both of its sides.
#pragma once

#include <parley/net/http.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley::net {

class Http2Session;

// Error codes of RFC 9113 section 7 that are used by name.
enum class Http2Error : std::uint32_t {
  no_error = 0x0,
  internal_error = 0x2,
  refused_stream = 0x7,
  cancel = 0x8,
  enhance_your_calm = 0xb,
};

// One request and its answer. Belongs to whoever made it, who keeps it until closed() and may let go of it
// from there on. The events come from within Http2Session::receive() and close_all(); views in them are good
// for the call.
class Http2Stream {
 public:
  virtual ~Http2Stream() = default;

  // A header field, or one of the trailers when the header is complete.
  virtual void field(std::string_view name, std::string_view value) = 0;
  // The header, or the trailers, are complete.
  virtual void fields_complete() = 0;
  // Bytes of the body. They count against the window that the peer has until Http2Session::consume().
  virtual void data(std::string_view bytes) = 0;
  // The peer has sent everything.
  virtual void peer_ended() = 0;
  // The last event: the stream is over on both sides, or was reset with `error`.
  virtual void closed(Http2Error error) = 0;

  // Bytes that have not been handed to the session's output.
  std::size_t backlog() const noexcept { return body_.size() - sent_; }
  bool is_open() const noexcept { return id_ >= 0; }

 private:
  friend class Http2Session;
  std::int32_t id_ = -1;
  std::size_t index_ = 0;  // among the open ones
  std::string body_;
  std::size_t sent_ = 0;
  std::string trailers_;   // name \0 value \0 ..., sent behind the body
  bool moved_ = true;      // some of the body was handed on since reset_stalled() looked
  bool deferred_ = false;  // the session waits for more of the body
  bool ended_ = false;     // nothing is added to the body any more
  bool watched_ = false;
};

// Loop thread only, as everything in it. Not destroyed from within its own events.
class Http2Session {
 public:
  enum class Role : std::uint8_t { server, client };
  struct Limits {
    std::uint32_t max_streams = 1000;        // that the peer may have open at a time
    std::uint32_t max_header = 16 << 10;     // bytes of a header, as RFC 9113 section 6.5.2 counts
    std::int32_t stream_window = 256 << 10;  // bytes of one body that wait to be consumed
    std::int32_t connection_window = 16 << 20;
  };
  class Owner {
   public:
    // Server: a request begins. Null refuses it.
    virtual Http2Stream* begin_stream() = 0;
    // There is output, which gather() gives.
    virtual void has_output() = 0;
    // What watch() waits for.
    virtual void drained(Http2Stream& stream) = 0;
    // The peer takes no new streams on this connection (GOAWAY).
    virtual void going_away() {}
    virtual void ping_answered() {}

   protected:
    ~Owner() = default;
  };

  Http2Session(Role role, const Limits& limits, Owner& owner);
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;
  ~Http2Session();

  // False when the connection is over: it is to be closed once what gather() gives is sent.
  bool receive(std::string_view bytes);
  // Of a server that receive() has failed: what came does not begin as HTTP/2 does.
  bool is_foreign() const noexcept;
  // Appends what is to be sent, until `out` has `most` bytes or a frame more.
  void gather(std::string& out, std::size_t most);
  // Neither side has anything to say any more: the connection may be closed.
  bool finished() const noexcept;
  bool wants_output() const noexcept;
  // Tells every stream that it is closed, as the connection is gone.
  void close_all(Http2Error error);

  // Client: sends a request's header; the body follows with append(). False when the connection takes none.
  bool request(Http2Stream& stream, std::span<const Field> header);
  // Server: the answer's header. With `end` it is all there is: gRPC's trailers-only answer.
  void respond(Http2Stream& stream, std::span<const Field> header, bool end = false);
  // More of the body. Nothing once the stream has been closed or ended.
  void append(Http2Stream& stream, std::string_view bytes);
  void append(Http2Stream& stream, std::string_view head, std::string_view bytes);
  // The body is complete; a server sends `trailers` behind it.
  void end(Http2Stream& stream, std::span<const Field> trailers = {});
  // Calls drained() once, when little of the body waits; from gather(), or from within this call.
  void watch(Http2Stream& stream);
  void reset(Http2Stream& stream, Http2Error error);
  // `bytes` of the body have been taken: the peer may send as many more.
  void consume(Http2Stream& stream, std::size_t bytes);
  std::size_t streams() const noexcept;
  // Bytes of all bodies that have not been handed to the output.
  std::size_t backlog() const noexcept;
  // Resets the streams that have a backlog of which the peer has taken nothing since the last such call.
  void reset_stalled();
  // What is allowed of frames that carry nothing, and of streams that are withdrawn, is allowed for a second.
  void begin_second() noexcept;

  void ping();
  // No new streams from here on; those that run go on. `text` is for whoever reads the peer's log.
  void go_away(Http2Error error = Http2Error::no_error, std::string_view text = {});

 private:
  struct Callbacks;
  struct Handle;

  void opened(Http2Stream& stream, std::int32_t id);
  void forget(Http2Stream& stream, Http2Error error);
  void send_trailers(Http2Stream& stream);
  void more_body(Http2Stream& stream);
  void break_off(Http2Error error, std::string_view why);

  std::unique_ptr<Handle> handle_;
  Owner& owner_;
  const Role role_;
};

}  // namespace parley::net
