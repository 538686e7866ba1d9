// What the client's protocols share.
#pragma once

#include "client_connection.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace parley::net::client {

// One HTTP answer as it comes in.
class AnswerReader {
 public:
  AnswerReader();
  AnswerReader(AnswerReader&&) noexcept;
  AnswerReader& operator=(AnswerReader&&) noexcept;
  ~AnswerReader();

  // Reads and parses what comes next; false at the orderly end of the connection, which may end the body.
  Result<bool> more(Connection& connection, SteadyTime deadline);
  bool has_head() const;
  bool is_done() const;
  Answer head() const;  // without its body
  std::string& body();  // so far, without its framing; the caller may take from it
  std::string rest();   // what came behind the answer

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string websocket_accept(std::string_view key);  // RFC 6455 section 4.2.2

}  // namespace parley::net::client
