// Where the demo's story is told: titles, commands to paste, answers and marks on standard output.
#pragma once

#include "terminal.hpp"

#include <parley/result.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace parley::app {

class Stage {
 public:
  // `pace`: what a step takes to be read.
  Stage(const Terminal& terminal, std::chrono::milliseconds pace, int steps);

  void title(std::string_view text);    // of the next step
  void say(std::string_view sentence);  // what is about to happen
  // One line for a shell, as it stands, so that it can be pasted.
  void command(std::string_view line);
  void answer(std::string_view body, std::string_view from = {});
  void right(std::string_view outcome);
  void wrong(const Error& error);
  void line(std::string_view text = {});
  // Time to read; false when it was interrupted.
  bool pause(double share = 1);

  double seconds() const;  // since the story began

 private:
  // `text` in lines behind a mark of so many columns.
  void show(std::string_view mark, std::size_t columns, std::string_view text,
            std::optional<Terminal::Ink> ink = std::nullopt);
  std::size_t width() const;

  const Terminal terminal_;
  const std::chrono::milliseconds pace_;
  const int steps_;
  int step_ = 0;
  const SteadyTime begin_;
  SteadyTime step_begin_;
  std::chrono::nanoseconds reading_{0};  // of this step
};

}  // namespace parley::app
