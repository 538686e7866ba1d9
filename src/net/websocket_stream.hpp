// RFC 6455's reading half, handshake, Pong and closing handshake: Boost.Beast behind a narrow interface, as
// its templates are costly to compile.
#pragma once

#include "outbox.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace parley::net {

// Reads frames from the outbox's socket and writes control frames into the outbox. One read at a time. Loop
// thread only; owned by its Owner, which every operation under way keeps alive.
class WebSocketStream {
 public:
  class Owner {
   public:
    virtual std::shared_ptr<void> keep_alive() = 0;
    // The handshake's answer is in the outbox, or could not be sent.
    virtual void accepted(error_code error) = 0;
    // A read() has ended: `size` bytes of the message came, or the stream is at its end.
    virtual void read_done(error_code error, std::size_t size) = 0;
    // A Ping or Pong came.
    virtual void heard() noexcept = 0;
    // A Close came; 1005 if it held no code. The answer to it follows.
    virtual void peer_closed(std::uint16_t code) noexcept = 0;
    // A Close of the stream's own (an answer, or 1002, 1007, 1009 for a violation) is in the outbox.
    virtual void closing() noexcept = 0;

   protected:
    ~Owner() = default;
  };

  // `unread` is what the peer had sent after its request.
  WebSocketStream(Outbox& outbox, Owner& owner, std::string unread);
  ~WebSocketStream();

  struct Handshake {
    std::string_view key;         // Sec-WebSocket-Key
    std::string extensions;       // Sec-WebSocket-Extensions, the fields joined; empty: none offered
    std::string head;             // fields to add to the answer, "Name: value\r\n"...
    std::size_t max_message = 0;  // bytes; longer messages close with 1009
    bool deflate = false;         // accept permessage-deflate if offered
  };
  // Sends 101; the request has been checked. accepted() follows.
  void accept(Handshake handshake);

  // Reads into `buffer` until it is full or the present message or the data at hand ends; read_done()
  // follows, never inline. With permessage-deflate `size` is at least kDeflateChunk.
  void read(char* buffer, std::size_t size);
  // The inflater may hold back about 1 KiB of output at the end of a message; a buffer that takes all of it
  // is never met by the end marker half consumed.
  static constexpr std::size_t kDeflateChunk = 2048;

  bool message_done() const noexcept;
  bool text() const noexcept;
  bool deflated() const noexcept { return deflated_; }
  // read_done()'s error says that the peer's compressed data is broken; no Close has been sent for it.
  static bool is_bad_deflate(error_code error) noexcept;

  // Lets go on what waits for the outbox: it has drained as far as asked, or is dead.
  void release();
  // Forgets it: the loop is being destroyed.
  void drop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  bool deflated_ = false;
};

}  // namespace parley::net
