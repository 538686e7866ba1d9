// Long-lived receivers: a WebSocket connection or a Server-Sent Events stream.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace parley::net {

// Immutable bytes, encoded once and shared by every connection that sends them. Cheap to copy. Loop thread
// only: the count is not atomic.
class Frame {
 public:
  Frame() noexcept = default;
  Frame(const Frame&) noexcept;
  Frame(Frame&&) noexcept;
  Frame& operator=(Frame) noexcept;
  ~Frame();

  static Frame text(std::string_view payload);    // one WebSocket text message; valid UTF-8
  static Frame binary(std::string_view payload);  // one WebSocket binary message
  // One SSE event, already in chunked coding. Empty `id` and `event` are left out; they are one line each, so
  // line breaks in them are dropped. `data` may hold line breaks: it becomes several data lines.
  static Frame event(std::string_view id, std::string_view event, std::string_view data);

  std::string_view bytes() const noexcept;
  explicit operator bool() const noexcept { return body_ != nullptr; }

  struct Body;

 private:
  explicit Frame(Body* body) noexcept : body_(body) {}
  Body* body_ = nullptr;
};

class Fanout;

// What sends to one client. Everything sent in one turn of the loop leaves in one write. What a peer has
// not taken is bounded in bytes (net.send_buffer, which one frame may exceed); past that its backlog is
// dropped at a frame border, it is told why and how to resume, and closed: see `slow_reason`. Loop thread
// only; owned by the connection; a handler may keep it until its on_close().
class Peer {
 public:
  virtual ~Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // A frame of this peer's kind. Dropped silently after the close.
  virtual void send(const Frame& frame) = 0;
  // Bytes accepted and not yet taken by the kernel.
  virtual std::size_t backlog() const noexcept = 0;
  virtual bool open() const noexcept = 0;

 protected:
  Peer() = default;

 private:
  friend class Fanout;
  // Membership of at most one fan-out, kept inline so that joining allocates nothing.
  virtual void joined(Fanout* fanout, std::uint32_t index) noexcept = 0;
};

// A set of peers that get the same frames. publish() encodes nothing and copies nothing per member: the
// frames of one loop turn are gathered and every member gets the same bytes in one write. Members leave by
// themselves when they close. Loop thread only. Destroying it lets its members go, unclosed.
class Fanout {
 public:
  explicit Fanout(class Loop& loop);
  ~Fanout();
  Fanout(const Fanout&) = delete;
  Fanout& operator=(const Fanout&) = delete;

  // From the next publish() on; does nothing for a peer that is not open. A peer is in one fan-out at most;
  // joining another leaves the first.
  void join(Peer& peer);
  void leave(Peer& peer);
  void publish(const Frame& frame);
  std::size_t size() const noexcept;

  struct Impl;

 private:
  friend class Receiver;  // the connection's end of a membership, in src/net
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net
