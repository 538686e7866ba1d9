#include "corks_state.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace parley::net {

void intrusive_ptr_add_ref(Corks::State* state) noexcept {
  ++state->references_;
}
void intrusive_ptr_release(Corks::State* state) noexcept {
  if (--state->references_ == 0) delete state;
}

Corks::Corks(asio::io_context& io) : state_(new State(io)) {
  intrusive_ptr_add_ref(state_);
}
Corks::~Corks() {
  state_->shut();
  intrusive_ptr_release(state_);
}
TimerWheel& Corks::wheel() const noexcept {
  return state_->wheel();
}

void Corks::touch() noexcept {
  state_->touch();
}

void Corks::State::shut() noexcept {
  io_ = nullptr;
  while (!outboxes_.empty()) {
    Outbox& outbox = outboxes_.front();
    outboxes_.pop_front();
    outbox.dead_ = true;
    outbox.owner_.loop_gone();  // may destroy it
  }
  wheel_.reset();
}

void Corks::State::mark(Outbox& outbox) {
  ++sequence_;
  if (outbox.dirty_ != Outbox::kNotDirty) return;
  outbox.dirty_ = static_cast<std::int32_t>(dirty_.size());
  dirty_.push_back(&outbox);
  schedule();
}

void Corks::State::mark(Fanout::Impl& fanout) {
  ++sequence_;
  if (fanout.marked) return;
  fanout.marked = true;
  fanouts_.push_back(&fanout);
  schedule();
}

void Corks::State::attend(Outbox& outbox) {
  attention_.push_back(&outbox);
  schedule();
}

void Corks::State::forget(Outbox& outbox) noexcept {
  if (outbox.dirty_ != Outbox::kNotDirty) dirty_[static_cast<std::size_t>(outbox.dirty_)] = nullptr;
  if (outbox.listed_)
    std::replace(attention_.begin(), attention_.end(), &outbox, static_cast<Outbox*>(nullptr));
}

void Corks::State::forget(Fanout::Impl& fanout) noexcept {
  if (fanout.marked) std::erase(fanouts_, &fanout);
}

void Corks::State::schedule() {
  if (hopping_ || !io_) return;
  hopping_ = true;
  hops_ = quiet_ = 0;
  seen_ = sequence_;
  latest_ = std::chrono::steady_clock::now() + kMaxWait;
  asio::post(*io_, [self = boost::intrusive_ptr<State>(this)] { self->hop(); });
}

void Corks::State::hop() {
  if (!io_) return;
  if (sequence_ != seen_) {
    seen_ = sequence_;
    quiet_ = 0;
  } else {
    ++quiet_;
  }
  if (quiet_ < kQuietHops && ++hops_ < kMaxHops && std::chrono::steady_clock::now() < latest_) {
    asio::post(*io_, [self = boost::intrusive_ptr<State>(this)] { self->hop(); });
    return;
  }
  hopping_ = false;
  deliver();
  write_slice();
  attend_all();
}

void Corks::State::deliver() {
  auto ready = std::exchange(fanouts_, {});
  for (auto* fanout : ready) {
    fanout->marked = false;
    fanout->deliver();
  }
  // What delivering marked is written in this turn.
  ready.clear();
  if (fanouts_.empty()) fanouts_.swap(ready);
}

void Corks::State::write_slice() {
  tell_time();
  const auto waiting = dirty_.size();
  const auto until = std::min(written_ + kSlice, waiting);
  while (written_ < until) {
    Outbox* outbox = dirty_[written_++];
    if (!outbox) continue;
    outbox->dirty_ = Outbox::kNotDirty;
    outbox->flush();
  }
  if (written_ < waiting) schedule();
  if (written_ < waiting && written_ < kTrim) return;
  // What was marked since waits for its own turn.
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(written_));
  for (std::size_t i = 0; i < dirty_.size(); ++i)
    if (dirty_[i]) dirty_[i]->dirty_ = static_cast<std::int32_t>(i);
  written_ = 0;
}

void Corks::State::attend_all() {
  const auto count = attention_.size();
  for (std::size_t i = 0; i < count; ++i)
    if (Outbox* outbox = std::exchange(attention_[i], nullptr)) {
      outbox->listed_ = false;
      outbox->attend();
    }
  attention_.erase(attention_.begin(), attention_.begin() + static_cast<std::ptrdiff_t>(count));
}

std::unique_ptr<Outbox::Queue> Corks::State::borrow() {
  if (pool_.empty()) return std::make_unique<Outbox::Queue>();
  auto queue = std::move(pool_.back());
  pool_.pop_back();
  return queue;
}

void Corks::State::give_back(std::unique_ptr<Outbox::Queue> queue) noexcept {
  if (pool_.size() >= kPooled || queue->tail.capacity() > kPooledTail || queue->segments.capacity() > 64)
    return;
  queue->clear();
  if (pool_.capacity() == 0) pool_.reserve(kPooled);
  pool_.push_back(std::move(queue));
}

}  // namespace parley::net
