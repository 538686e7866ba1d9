#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <parley/chat/compose.hpp>
#include <parley/numbers/compose.hpp>

namespace {

// In process, beside a chat over SQLite in memory.
class InProcess {
 public:
  static constexpr std::chrono::milliseconds interval{100};

  InProcess() {
    auto opened = parley::db::open_sqlite("chat", ":memory:", parley::chat::migrations(), {}, time_, time_);
    if (!opened) throw std::runtime_error(opened.error().message);
    chat_ = parley::chat::make_chat({std::move(*opened), time_, time_, metrics_, *random_}, {});
    auto started = time_.wait(chat_->start());
    if (!started) throw std::runtime_error(started.error().message);
    numbers_ = parley::numbers::make_numbers({time_, *chat_}, {interval});
  }
  InProcess(const InProcess&) = delete;
  InProcess& operator=(const InProcess&) = delete;
  ~InProcess() {
    chat_->stop();
    time_.drain();
  }

  parley::numbers::NumberService& service() { return *numbers_; }
  parley::chat::ChatModule& rooms() { return *chat_; }
  parley::CallContext context() {
    parley::CallContext context;
    context.clock = &time_;
    return context;
  }
  void advance(std::chrono::milliseconds by) { time_.advance(by); }
  void run_until(const std::function<bool()>& done) { time_.run_until(done); }

 private:
  parley::test::ManualTime time_;
  parley::test::RecordingMetrics metrics_;
  std::unique_ptr<parley::Random> random_ = parley::make_random(42);
  std::unique_ptr<parley::chat::ChatModule> chat_;
  std::unique_ptr<parley::numbers::NumberService> numbers_;
};

}  // namespace

#define NUMBER_PLACEMENTS InProcess
#include "contract/numbers/numbers_contract.hpp"

TEST_CASE("a conversation ends with its chat, also while its client is silent") {
  InProcess p;
  Talk talk(p);
  talk.sender.send(said("Alice", "hi"));
  CHECK(talk.await(1).size() == 1);
  p.rooms().stop();
  CHECK(talk.await_end() == Code::unavailable);
}
