// Answers that leave together, at the end of a turn of the loop.
#pragma once

#include "loop_impl.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <memory>
#include <vector>

namespace parley::net {

class Connection;

// Of all connections that a turn found readable, the requests are read and answered first, then the answers
// are written, then the connections read on. Connection by connection, the kernel's code for receiving and
// for sending would push each other out of the processor's caches: at 64 connections that costs a tenth of
// the requests, and more of pipelined ones.
//
// Loop thread only. Outlives the server by the turn that is pending.
class AnswerTurn : public std::enable_shared_from_this<AnswerTurn> {
 public:
  explicit AnswerTurn(Executor executor);
  ~AnswerTurn();

  // Calls send_answers() and later go_on() of `connection`, once, and not from within this call.
  void add(boost::intrusive_ptr<Connection> connection);

 private:
  void end();

  Executor executor_;
  std::vector<boost::intrusive_ptr<Connection>> waiting_;
  std::vector<boost::intrusive_ptr<Connection>> ending_;  // empty between turns, kept for its memory
};

}  // namespace parley::net
