#include "outbox.hpp"

#include "corks_state.hpp"
#include "frame_body.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <limits>
#include <span>

namespace parley::net {
namespace {

constexpr std::size_t kCopyBelow = 4096;      // shorter than this a copy costs less than a reference
constexpr std::size_t kReferFrom = 64 << 10;  // private payloads from here on get a buffer of their own
constexpr std::size_t kEager = 256 << 10;     // this much is written without waiting for the end of the turn
constexpr std::size_t kVectors = 64;          // buffers of one write

}  // namespace

void Outbox::Queue::close_tail(bool keep) {
  if (tail.empty()) return;
  const auto size = tail.size();
  segments.push_back({Frame::Body::make(std::exchange(tail, {})), 0, size, keep});
}

void Outbox::Queue::clear() noexcept {
  segments.clear();
  head = sent = 0;
  tail.clear();
}

Outbox::Outbox(Corks& corks, Socket socket, Owner& owner, std::size_t budget, std::uint64_t& bytes_out)
    : corks_(&corks.state()),
      owner_(owner),
      bytes_out_(bytes_out),
      budget_(budget),
      socket_(std::move(socket)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(Tcp::no_delay(true), ignored);
  corks_->add(*this);
}

Outbox::~Outbox() {
  corks_->forget(*this);
  if (queue_) corks_->give_back(std::move(queue_));
}

Outbox::Queue& Outbox::queue() {
  if (!queue_) {
    queue_ = corks_->borrow();
    corks_->tell_time();
    progress_ = corks_->now();
    if (const auto single = std::exchange(single_, Frame())) {
      if (size_ < kCopyBelow)
        queue_->tail.append(single.bytes().substr(single_begin_, size_));
      else
        queue_->segments.push_back({single, single_begin_, single_end_});
    }
  }
  return *queue_;
}

bool Outbox::admit() {
  if (!accepts()) return false;
  if (backlog() <= budget_) return true;
  if (!waiting_) flush();  // it may not have been offered to the kernel yet
  if (dead_) return false;
  if (backlog() <= budget_) return true;
  overflow_ = true;
  raise(kOverflowed);
  return false;
}

void Outbox::append(std::string_view bytes) {
  queue().tail.append(bytes);
  size_ += bytes.size();
  appended();
}

void Outbox::appended() {
  if (waiting_) return;
  if (size_ > kEager)
    flush();
  else
    corks_->mark(*this);
}

void Outbox::send(const Frame& bytes, std::size_t begin) {
  const auto view = bytes.bytes().substr(begin);
  if (view.empty() || !admit()) return;
  if (!at_border_) {
    if (!parked_) parked_ = std::make_unique<std::string>();
    parked_->append(view);
    return;
  }
  if (!queue_ && !single_ && bytes.bytes().size() <= std::numeric_limits<std::uint32_t>::max()) {
    single_ = bytes;
    single_begin_ = static_cast<std::uint32_t>(begin);
    single_end_ = static_cast<std::uint32_t>(begin + view.size());
    size_ = view.size();
    return appended();
  }
  if (view.size() < kCopyBelow) return append(view);
  auto& out = queue();
  out.close_tail();
  out.segments.push_back({bytes, begin, begin + view.size()});
  size_ += view.size();
  appended();
}

void Outbox::send_copy(std::string_view header, std::string_view payload) {
  if (header.size() + payload.size() >= kReferFrom) {
    std::string bytes;
    bytes.reserve(header.size() + payload.size());
    bytes.append(header).append(payload);
    return send(Frame::Body::make(std::move(bytes)));
  }
  if (!admit()) return;
  if (!at_border_) {
    if (!parked_) parked_ = std::make_unique<std::string>();
    parked_->append(header).append(payload);
    return;
  }
  auto& tail = queue().tail;
  tail.append(header).append(payload);
  size_ += header.size() + payload.size();
  appended();
}

void Outbox::finish(std::string_view last) {
  if (sealed_ || ending_ || dead_) return;
  if (at_border_) {
    append(last);
    return seal();
  }
  if (!parked_) parked_ = std::make_unique<std::string>();
  parked_->append(last);
  ending_ = true;
}

void Outbox::write(std::string_view bytes) {
  if (!sealed_ && !dead_) append(bytes);
}

void Outbox::border(bool at_border) {
  at_border_ = at_border;
  if (at_border_ && parked_ && !sealed_) unpark();
}

void Outbox::unpark() {
  const auto parked = std::move(parked_);
  append(*parked);
  if (ending_) seal();
}

void Outbox::seal() noexcept {
  sealed_ = true;
  parked_.reset();
}

void Outbox::watch(std::size_t bytes) {
  watch_ = bytes;
  check_watch();
}

void Outbox::check_watch() {
  if (watch_ == kNoWatch || size_ > watch_) return;
  watch_ = kNoWatch;
  raise(kDrained);
}

void Outbox::protect() {
  if (size_ == 0) return;
  queue().close_tail(true);
  for (auto i = queue_->head; i < queue_->segments.size(); ++i) queue_->segments[i].keep = true;
}

void Outbox::drop_unsent(Border border) {
  parked_.reset();
  overflow_ = false;
  if (size_ == 0) return;
  auto& out = queue();
  std::vector<Queue::Segment> kept;
  std::size_t size = 0, sent = 0;
  for (auto i = out.head; i < out.segments.size(); ++i) {
    auto& segment = out.segments[i];
    const auto gone = i == out.head ? out.sent : 0;
    if (!segment.keep) {
      if (gone == 0) continue;
      segment.end = segment.begin + border(segment.view(), gone);
      if (segment.end - segment.begin == gone) continue;
    }
    if (i == out.head) sent = gone;
    size += segment.end - segment.begin - gone;
    kept.push_back(std::move(segment));
  }
  out.segments = std::move(kept);
  out.head = 0;
  out.sent = sent;
  out.tail.clear();
  size_ = size;
  check_watch();
}

void Outbox::abort() noexcept {
  drop_all();
  events_ = 0;
  error_code ignored;
  socket_.close(ignored);
}

std::optional<SteadyTime> Outbox::stalled_since() const noexcept {
  if (!waiting_ || size_ == 0) return std::nullopt;
  return progress_;
}

// The common case of a broadcast; false if something remains, which is then in the queue.
bool Outbox::flush_single() {
  error_code error;
  const auto bytes = single_.bytes().substr(single_begin_, size_);
  const auto written = socket_.write_some(asio::const_buffer(bytes.data(), bytes.size()), error);
  if (!error && written == size_) {
    bytes_out_ += written;
    single_ = Frame();
    size_ = 0;
    check_watch();
    return true;
  }
  queue();
  if (!error) consume(written);
  return false;
}

void Outbox::flush() {
  if (single_ && flush_single()) return;
  while (!dead_ && queue_ && size_ > 0) {
    std::array<asio::const_buffer, kVectors> vectors;
    std::size_t count = 0, offered = 0;
    const auto offer = [&](std::string_view bytes) {
      vectors[count++] = asio::const_buffer(bytes.data(), bytes.size());
      offered += bytes.size();
    };
    const auto& out = *queue_;
    for (auto i = out.head; i < out.segments.size() && count < kVectors; ++i)
      offer(out.segments[i].view().substr(i == out.head ? out.sent : 0));
    if (count < kVectors && count == out.segments.size() - out.head && !out.tail.empty()) offer(out.tail);

    error_code error;
    const auto written = count == 1 ? socket_.write_some(vectors[0], error)
                                    : socket_.write_some(std::span(vectors.data(), count), error);
    if (would_block(error)) return wait();
    if (error == asio::error::interrupted) continue;
    if (error) return fail();
    consume(written);
    if (written < offered) return wait();
  }
}

void Outbox::consume(std::size_t bytes) {
  bytes_out_ += bytes;
  size_ -= bytes;
  progress_ = corks_->now();
  auto& out = *queue_;
  // A tail that has begun to be sent must not grow on: it becomes a segment, which is freed once sent.
  const bool all = size_ == 0;
  if (all) {
    corks_->give_back(std::move(queue_));
  } else {
    out.close_tail();
    out.sent += bytes;
    while (out.head < out.segments.size()) {
      auto& first = out.segments[out.head];
      const auto length = first.end - first.begin;
      if (out.sent < length) break;
      out.sent -= length;
      first.bytes = Frame();
      ++out.head;
    }
    if (out.head > 64 && out.head * 2 > out.segments.size()) {
      out.segments.erase(out.segments.begin(), out.segments.begin() + static_cast<std::ptrdiff_t>(out.head));
      out.head = 0;
    }
  }
  check_watch();
}

void Outbox::wait() {
  if (waiting_ || dead_) return;
  waiting_ = true;
  socket_.async_wait(Socket::wait_write, [this, alive = owner_.keep_alive()](error_code) {
    waiting_ = false;
    if (dead_) return;
    corks_->tell_time();
    flush();  // tells a failure too
    attend();
  });
}

void Outbox::drop_all() noexcept {
  dead_ = true;
  single_ = Frame();
  queue_.reset();
  parked_.reset();
  size_ = 0;
  watch_ = kNoWatch;
}

void Outbox::fail() {
  drop_all();
  raise(kBroken);
}

void Outbox::raise(std::uint8_t events) {
  events_ |= events;
  if (!std::exchange(listed_, true)) corks_->attend(*this);
}

void Outbox::attend() {
  const auto events = std::exchange(events_, std::uint8_t{0});
  if (!events) return;
  const auto alive = owner_.keep_alive();
  if (events & kBroken) return owner_.broken();
  if (events & kOverflowed && overflow_) owner_.overflowed();
  if (events & kDrained && !dead_) owner_.drained();
}

}  // namespace parley::net
