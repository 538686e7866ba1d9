// What WebSocket connections and event streams have in common: output, deadlines, slowness and the end.
#pragma once

#include "fanout_impl.hpp"
#include "long_lived.hpp"
#include "outbox.hpp"
#include "timer_wheel.hpp"

#include <parley/net/peer.hpp>

#include <memory>

namespace parley::net {

// Lives as long as something waits for its socket or the server refers to it. Loop thread only.
class LiveConnection : public LongLived,
                       public Receiver,
                       protected Outbox::Owner,
                       protected TimerWheel::Entry,
                       public std::enable_shared_from_this<LiveConnection> {
 public:
  ~LiveConnection() override = default;
  void cut() override;

 protected:
  enum class Stage : std::uint8_t { opening, open, closing, ended };
  // A peer that was told to go, or that has been told why it is too slow, has this long, or the write timeout
  // if that is shorter.
  static constexpr std::chrono::milliseconds kCloseTimeout{5000};

  LiveConnection(LongLivedHost& host, Socket socket);

  // The Peer that the application sees.
  virtual Peer& peer() noexcept = 0;
  // Queues what tells the peer that it is too slow, as its last bytes.
  virtual void say_slow() = 0;
  virtual Outbox::Border border() const noexcept = 0;
  // The work of a deadline while open; the time of the next.
  virtual SteadyTime keep_up(SteadyTime now) = 0;
  // Writing has failed: true if a read is under way that will say how it ended.
  virtual bool reading() const noexcept = 0;
  // Tells the application, lets go of what waits; once.
  virtual void on_end() = 0;

  void send_frame(const Frame& frame);
  std::size_t backlog_bytes() const noexcept { return outbox_.backlog(); }
  bool sends() const noexcept { return stage_ == Stage::open && outbox_.accepts(); }

  // From here on nothing is sent to it but what closes it, within kCloseTimeout.
  void enter_closing();
  // Sends `last` after what is queued, then half-closes.
  void hang_up(std::string_view last);
  // Reads and throws away until the peer closes, or has sent `budget` bytes, which ends the connection.
  void discard_input(std::size_t budget);
  // From there: it has closed its side, which is how most peers leave.
  virtual void peer_ended() { end(); }
  void slow();
  // At the end, from a handler of the loop: everything is released, the server is told.
  void end();
  void watch(SteadyTime at) { expire_at(corks_.wheel(), at); }
  static SteadyTime now() noexcept { return std::chrono::steady_clock::now(); }

  std::shared_ptr<void> keep_alive() override { return shared_from_this(); }
  void overflowed() override { slow(); }
  void drained() override;
  void broken() override;
  void due(SteadyTime now) override;

  LongLivedHost& host_;
  Corks& corks_;
  Outbox outbox_;
  SteadyTime deadline_{};  // of the closing
  Stage stage_ = Stage::opening;
  bool hangs_up_ = false;

 private:
  std::size_t discard_budget_ = 0;
};

// The part of the application's interface that is the same for both.
template <class Interface>
class LivePeer : public Interface, public LiveConnection {
 public:
  using LiveConnection::LiveConnection;
  ~LivePeer() override { leave(*this); }  // the loop may be destroyed before the connection has ended
  void send(const Frame& frame) override { send_frame(frame); }
  std::size_t backlog() const noexcept override { return backlog_bytes(); }
  bool open() const noexcept override { return sends(); }

 protected:
  Peer& peer() noexcept override { return *this; }

 private:
  void joined(Fanout* fanout, std::uint32_t index) noexcept override { member_of(fanout, index); }
};

}  // namespace parley::net
