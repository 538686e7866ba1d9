#include "demo/stage.hpp"

#include "demo/pretty.hpp"

#include <poll.h>

#include <cstdio>

namespace parley::app {
namespace {

using Ink = Terminal::Ink;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t answer_lines = 14, narrowest = 24, widest = 100;

std::string in_seconds(std::chrono::nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2fs", std::chrono::duration<double>(time).count());
  return text;
}

}  // namespace

Stage::Stage(const Terminal& terminal, std::chrono::milliseconds pace, int steps)
    : terminal_(terminal), pace_(pace), steps_(steps), begin_(SteadyClock::now()), step_begin_(begin_) {}

double Stage::seconds() const {
  return std::chrono::duration<double>(SteadyClock::now() - begin_).count();
}

void Stage::line(std::string_view text) {
  if (!text.empty()) std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void Stage::title(std::string_view text) {
  step_begin_ = SteadyClock::now();
  reading_ = {};
  const auto number = std::to_string(++step_) + "/" + std::to_string(steps_);
  line();
  show(terminal_.paint(Ink::dim, number), number.size(), text, Ink::bold);
}

void Stage::say(std::string_view sentence) {
  for (const auto& part : wrapped(sentence, width() - 2)) line("  " + part);
}

void Stage::command(std::string_view text) {
  line("  " + terminal_.paint(Ink::blue, text));
}

void Stage::answer(std::string_view body, std::string_view from) {
  if (!from.empty()) line("    " + terminal_.paint(Ink::dim, from));
  for (const auto& part : pretty_json(body, terminal_, width() - 4, answer_lines)) line("    " + part);
}

void Stage::right(std::string_view outcome) {
  const auto worked = SteadyClock::now() - step_begin_ - reading_;
  show("  " + terminal_.paint(Ink::green, "✓"), 3, std::string(outcome) + " (" + in_seconds(worked) + ")");
}

void Stage::wrong(const Error& error) {
  show("  " + terminal_.paint(Ink::red, "✗"), 3, error.message);
}

void Stage::show(std::string_view mark, std::size_t columns, std::string_view text, std::optional<Ink> ink) {
  std::string before(mark);
  for (const auto& part : wrapped(text, width() - columns - 1)) {
    line(before + " " + (ink ? terminal_.paint(*ink, part) : part));
    before = std::string(columns, ' ');
  }
}

std::size_t Stage::width() const {
  return std::clamp(terminal_.width, narrowest, widest);
}

bool Stage::pause(double share) {
  const auto begin = SteadyClock::now();
  const auto end = begin + std::chrono::duration_cast<SteadyClock::duration>(pace_ * share);
  bool undisturbed = !Interruptible::interrupted();
  while (undisturbed && SteadyClock::now() < end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now());
    ::poll(nullptr, 0, static_cast<int>(left.count()));  // a signal ends it
    undisturbed = !Interruptible::interrupted();
  }
  reading_ += SteadyClock::now() - begin;
  return undisturbed;
}

}  // namespace parley::app
