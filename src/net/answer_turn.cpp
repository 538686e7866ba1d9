#include "answer_turn.hpp"

#include <boost/asio/post.hpp>

namespace parley::net {

void AnswerTurn::add(boost::intrusive_ptr<Member> member) {
  waiting_.push_back(std::move(member));
  if (waiting_.size() == 1) asio::post(executor_, [self = shared_from_this()] { self->end(); });
}

void AnswerTurn::end() {
  ending_.swap(waiting_);
  for (const auto& member : ending_) member->send_answers();
  for (const auto& member : ending_) member->go_on();
  ending_.clear();
}

}  // namespace parley::net
