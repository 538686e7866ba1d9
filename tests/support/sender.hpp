// Whoever sends what a streaming operation reads.
#pragma once

#include <parley/operation.hpp>

#include <deque>
#include <optional>
#include <utility>

namespace parley::test {

template <class T>
class Sender final : public Inbound {
 public:
  void send(T value) {
    waiting_.push_back(std::move(value));
    wake();
  }
  // It has sent all.
  void finish() {
    finished_ = true;
    wake();
  }
  // As when its call is withdrawn.
  void fail(Error error) {
    error_ = std::move(error);
    wake();
  }

  Result<void> read(const TypeInfo&, void*) override { return parley::fail(Code::internal, "a stream"); }
  Task<Result<bool>> next(const TypeInfo&, void* request) override {
    while (waiting_.empty() && !finished_ && !error_)
      co_await callback<bool>([&](Resume<bool> resume) { reader_.emplace(std::move(resume)); });
    if (error_) co_return std::unexpected(*error_);
    if (waiting_.empty()) co_return false;
    *static_cast<T*>(request) = std::move(waiting_.front());
    waiting_.pop_front();
    co_return true;
  }
  void stop() override { fail({Code::cancelled, "stopped"}); }

 private:
  void wake() {
    if (auto reader = std::exchange(reader_, std::nullopt)) (*reader)(true);
  }
  std::deque<T> waiting_;
  std::optional<Resume<bool>> reader_;
  std::optional<Error> error_;
  bool finished_ = false;
};

}  // namespace parley::test
