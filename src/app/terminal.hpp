// What the terminal behind an output can show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::app {

struct Terminal {
  bool is_terminal = false;
  bool colour = false;     // a terminal, TERM is not dumb, and NO_COLOR (no-color.org) is not set
  std::size_t width = 80;  // columns

  static Terminal of(int file);  // STDOUT_FILENO, STDERR_FILENO

  enum class Ink { bold, dim, red, green, yellow, blue, cyan };
  // `text` in that ink, or as it is.
  std::string paint(Ink ink, std::string_view text) const;
};

// One step's progress on one line of standard error, rewritten as it goes on; silent where that is no
// terminal.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  void show(std::string_view step, double share);  // 0 to 1
  void clear();

 private:
  Terminal terminal_;
  std::string last_;
};

// From here on SIGINT and SIGTERM set a flag instead of ending the process, so that what is half done can be
// removed. One at a time.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  static bool interrupted() noexcept;
};

}  // namespace parley::app
