#include "termination.hpp"

#include "command_line.hpp"

#include <parley/log.hpp>

#include <unistd.h>

#include <csignal>
#include <string_view>

namespace parley::app {
namespace {

// Async-signal-safe. It works when the loop hangs too, which is when somebody asks a second time.
void end_at_once(std::string_view sentence) {
  [[maybe_unused]] const auto told = ::write(STDERR_FILENO, sentence.data(), sentence.size());
  ::_exit(static_cast<int>(Exit::failed));
}
void on_second_signal(int) {
  end_at_once("parley: stopped at once by a second signal; what was acknowledged is on disk\n");
}
void on_overtime(int) {
  end_at_once("parley: the stop did not finish within server.grace and was cut off\n");
}

}  // namespace

Termination::Termination(net::Loop& loop, std::chrono::milliseconds grace) : grace_(grace) {
  loop.on_termination([this](int number) { on_signal(number); });
}

Task<void> Termination::requested() {
  if (requested_) co_return;
  co_await callback<bool>([this](Resume<bool> resume) { waiting_.emplace(std::move(resume)); });
}

void Termination::on_signal(int number) {
  if (requested_) on_second_signal(number);  // it came before the handlers below were in place
  requested_ = true;
  std::signal(SIGTERM, on_second_signal);
  std::signal(SIGINT, on_second_signal);
  std::signal(SIGALRM, on_overtime);
  ::alarm(static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(grace_ + overtime).count()));
  log::info("app", "stopping",
            {{"signal", number == SIGINT ? "SIGINT" : "SIGTERM"}, {"grace_ms", grace_.count()}});
  if (waiting_) {
    auto resume = std::move(*waiting_);
    waiting_.reset();
    resume(true);
  }
}

}  // namespace parley::app
