// One HTTP/1.1 connection, until it ends or turns into something long-lived.
#pragma once

#include "exchange.hpp"
#include "server_core.hpp"
#include "timer_wheel.hpp"

#include <parley/result.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <array>
#include <memory>
#include <string>

namespace parley::net {

// Bytes of answers after which they are written before more requests are answered.
inline constexpr std::size_t much_output = 64 << 10;

// Callbacks on a non-blocking socket. The first bytes are read asynchronously into `first_`; everything else
// that can be had is read, everything buffered is answered in order, and the answers leave in one write at
// the end of the loop's turn (AnswerTurn). What a request needs is borrowed (Exchange) and given back before
// the connection idles.
//
// Loop thread only. Kept by the server's registry, by its pending operations and by a handler that waits;
// detach() ends the last two where the server goes first.
class Connection final : public AnswerTurn::Member, public TimerWheel::Entry {
 public:
  Connection(ServerCore& core, Socket socket, std::string remote, AddressKey address);
  ~Connection() override;

  void start();
  // Instead of start(): sends `answer` and waits a little for the client to read it.
  void turn_away(std::string_view answer);
  // Idle: closes. Busy: after the request at hand (the core says that it is stopping).
  void stop();
  // Closes the socket now; a handler that waits is told and may complete into the void.
  void cut();
  // The server is being destroyed.
  void detach();

  // From the Exchange.
  void handler_completed();
  void send_answers() override;
  void go_on() override;

  AddressKey address() const noexcept { return address_; }
  bool turned_away() const noexcept { return turned_away_; }
  std::size_t index = 0;  // in the server's registry

 private:
  using Ptr = boost::intrusive_ptr<Connection>;
  enum class Phase : std::uint8_t {
    head,  // of a request is awaited or being read
    body,
    handling,      // a handler waits
    closing,       // after the answers that are on their way
    handing_over,  // likewise, to a long-lived connection
    lingering,     // the answers are sent; the client gets time to read them before the close
    closed
  };

  // connection.cpp: bytes
  void read();
  void on_read(const error_code& error, std::size_t size);
  void take_held();
  bool fill();
  void run();
  bool answers_leave_later();
  bool flush();
  void on_writable(const error_code& error);
  void park();
  void finish_closing();
  void discard(std::size_t size);
  void close();
  void peer_ended(const error_code& error);
  void due(SteadyTime now) override;

  // connection_requests.cpp: requests
  void answer_buffered();
  bool read_head();
  bool read_body();
  void identify();
  bool accept_body();
  void dispatch();
  bool produce_answer();
  bool route_answer();
  bool run_handler(Task<void> task);
  Task<void> intercepted(Interceptor& interceptor);
  bool handle();
  bool upgrade();
  void answer_unrouted();
  void prepare_error(std::uint16_t status, std::string message);
  void prepare_error(const Error& error);
  void prepare_error(std::uint16_t status, const Error& error);
  void handler_failed(std::exception_ptr failure);
  void restart_response();
  void refuse(std::uint16_t status, std::string message);
  void answer_unrouted_and_close();
  void answer_last();
  void finish();
  void finish_stream();
  void reset();
  std::string_view common_fields(SteadyTime now);
  void observe(SteadyTime now, std::size_t bytes);
  void end_request(bool keep_alive);
  void hand_over();

  ServerCore* core_;  // null once detached
  Socket socket_;
  std::unique_ptr<Exchange> exchange_;
  Ptr waiting_self_;  // while a handler waits
  std::string remote_;
  AddressKey address_;
  SteadyTime body_deadline_{};
  std::size_t seen_ = 0;       // of an incomplete head: see parse_head()
  std::size_t discarded_ = 0;  // bytes, while lingering
  std::uint16_t held_ = 0;     // bytes in first_ that have not been taken yet
  std::uint16_t read_at_ = 0;  // where the pending read writes in first_
  Phase phase_ = Phase::head;
  bool reading_ = false;       // a read is pending
  bool writing_ = false;       // the wait for a writable socket is pending
  bool running_ = false;       // inside run()
  bool answers_wait_ = false;  // for the end of the turn
  bool more_ = false;          // the last read was full: there may be more
  bool starved_ = false;       // nothing more to be done without more input
  bool partial_ = false;       // part of a head has come
  bool served_ = false;        // at least one request
  bool peer_ended_ = false;    // the client has closed its side
  bool linger_ = false;        // close only after the client has had time to read
  bool turned_away_ = false;
  std::uint8_t empty_lines_ = 0;  // that have come before the next request
  std::array<char, 1024> first_;
};

}  // namespace parley::net
