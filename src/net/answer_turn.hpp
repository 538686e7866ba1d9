// Answers that leave together, at the end of a turn of the loop.
#pragma once

#include "loop_impl.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <memory>
#include <vector>

namespace parley::net {

// Of all connections that a turn found readable, the requests are read and answered first, then the answers
// are written, then the connections read on. Connection by connection, the kernel's code for receiving and
// for sending would push each other out of the processor's caches: at 64 connections that costs a tenth of
// the requests, and more of pipelined ones.
//
// Loop thread only. Outlives the server by the turn that is pending.
class AnswerTurn : public std::enable_shared_from_this<AnswerTurn> {
 public:
  // A connection. Both are called once for each time it was added, whatever has become of it meanwhile.
  class Member : public boost::intrusive_ref_counter<Member, boost::thread_unsafe_counter> {
   public:
    virtual ~Member() = default;
    virtual void send_answers() = 0;
    virtual void go_on() = 0;
  };

  explicit AnswerTurn(Executor executor) : executor_(std::move(executor)) {}

  // Not from within this call.
  void add(boost::intrusive_ptr<Member> member);

 private:
  void end();

  Executor executor_;
  std::vector<boost::intrusive_ptr<Member>> waiting_;
  std::vector<boost::intrusive_ptr<Member>> ending_;  // empty between turns, kept for its memory
};

}  // namespace parley::net
