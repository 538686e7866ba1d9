#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace parley::app {
namespace {

volatile std::sig_atomic_t caught = 0;
struct sigaction before_int, before_term;

const char* code_of(Terminal::Ink ink) {
  switch (ink) {
    case Terminal::Ink::bold:
      return "\033[1m";
    case Terminal::Ink::dim:
      return "\033[2m";
    case Terminal::Ink::red:
      return "\033[31m";
    case Terminal::Ink::green:
      return "\033[32m";
    case Terminal::Ink::yellow:
      return "\033[33m";
    case Terminal::Ink::blue:
      return "\033[34m";
    case Terminal::Ink::cyan:
      return "\033[36m";
  }
  return "";
}

}  // namespace

Terminal Terminal::of(int file) {
  Terminal terminal;
  terminal.is_terminal = ::isatty(file) == 1;
  const char *no_color = std::getenv("NO_COLOR"), *kind = std::getenv("TERM");
  terminal.colour =
      terminal.is_terminal && !(no_color && *no_color) && kind && std::string_view(kind) != "dumb";
  winsize size{};
  if (const char* columns = std::getenv("COLUMNS"); columns && std::atoi(columns) > 0) {
    terminal.width = static_cast<std::size_t>(std::atoi(columns));
  } else if (terminal.is_terminal && ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
  }
  return terminal;
}

std::string Terminal::paint(Ink ink, std::string_view text) const {
  if (!colour || text.empty()) return std::string(text);
  return std::string(code_of(ink)).append(text).append("\033[0m");
}

ProgressLine::ProgressLine() : terminal_(Terminal::of(STDERR_FILENO)) {}
ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::show(std::string_view step, double share) {
  if (!terminal_.is_terminal) return;
  auto line = std::string(step) + " " + std::to_string(static_cast<int>(share * 100)) + " %";
  if (line == last_) return;
  if (line.size() < terminal_.width) std::fprintf(stderr, "\r\033[K%s", line.c_str());
  last_ = std::move(line);
}

void ProgressLine::clear() {
  if (!last_.empty()) std::fputs("\r\033[K", stderr);
  last_.clear();
}

Interruptible::Interruptible() {
  caught = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { caught = 1; };
  ::sigaction(SIGINT, &action, &before_int);  // without SA_RESTART: what waits, wakes
  ::sigaction(SIGTERM, &action, &before_term);
}

Interruptible::~Interruptible() {
  ::sigaction(SIGINT, &before_int, nullptr);
  ::sigaction(SIGTERM, &before_term, nullptr);
}

bool Interruptible::interrupted() noexcept {
  return caught != 0;
}

}  // namespace parley::app
