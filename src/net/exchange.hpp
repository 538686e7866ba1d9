// What a connection needs while it reads and answers requests, and lends back while it idles.
#pragma once

#include "chunked_body.hpp"
#include "continuation.hpp"
#include "input_buffer.hpp"
#include "request_parser.hpp"

#include <parley/net/http.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace parley::net {

class Connection;

struct Exchange {
  Exchange();
  ~Exchange();

  Connection* connection = nullptr;  // that has borrowed it

  InputBuffer in;            // begins with the current request
  std::string out;           // answers
  std::size_t out_sent = 0;  // bytes of `out` that the kernel has taken

  Head head;
  std::vector<Field> fields;
  Request request;
  Response response;
  Router::Match match;
  ChunkedBody chunks;
  std::size_t head_size = 0;    // bytes of the head in `in`
  std::size_t body_size = 0;    // bytes of the body behind it, decoded
  SteadyTime started;           // of the call's clock
  std::array<char, 16> own_id;  // request id of this server's making

  Task<void> task;                 // the handler's, while it waits
  bool goes_on_upgrading = false;  // it was an interceptor's, before a WebSocket's acceptor
  Continuation<Exchange> continuation;
  std::shared_ptr<Cancellation> cancellation;  // reused while nobody else holds it
  std::unique_ptr<WebSocketHandler> upgrade;   // decided, while earlier answers are still being written
  std::unique_ptr<WebSocketOptions> upgrade_options;

  void resumed();  // the handler has completed after having waited

  // Moves the views of the request along with the bytes of `in`.
  void rebase(std::ptrdiff_t moved) noexcept;
  // Forgets the request, keeping memory for the next.
  void clear_request();
  // For another connection.
  void reset();
};

// Loop thread only.
class ExchangePool {
 public:
  std::unique_ptr<Exchange> borrow();
  void give_back(std::unique_ptr<Exchange> exchange);

 private:
  static constexpr std::size_t max_free = 64;
  std::vector<std::unique_ptr<Exchange>> free_;
};

}  // namespace parley::net
