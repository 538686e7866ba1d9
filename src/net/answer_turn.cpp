#include "answer_turn.hpp"

#include "connection.hpp"

#include <boost/asio/post.hpp>

namespace parley::net {

AnswerTurn::AnswerTurn(Executor executor) : executor_(std::move(executor)) {}
AnswerTurn::~AnswerTurn() = default;

void AnswerTurn::add(boost::intrusive_ptr<Connection> connection) {
  waiting_.push_back(std::move(connection));
  if (waiting_.size() == 1) asio::post(executor_, [self = shared_from_this()] { self->end(); });
}

void AnswerTurn::end() {
  ending_.swap(waiting_);
  for (const auto& connection : ending_) connection->send_answers();
  for (const auto& connection : ending_) connection->go_on();
  ending_.clear();
}

}  // namespace parley::net
