// parley backup, restore, reset.
#include "backup/backup.hpp"
#include "process.hpp"
#include "settings.hpp"
#include "terminal.hpp"
#include "text.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

namespace parley::app {
namespace {

namespace fs = std::filesystem;

std::string count_of(std::size_t number, const std::string& one) {
  return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

Progress on_terminal(ProgressLine& line) {
  return [&line](std::string_view step, std::uint64_t done, std::uint64_t total) {
    if (total > 0) line.show(step, static_cast<double>(done) / static_cast<double>(total));
    return !Interruptible::interrupted();
  };
}

struct Names {
  std::string data, kept;
};

// In the user's words where these lead there. Behind a link, or from within the folder, they do not.
Names names_of(const Restored& restored, const std::string& as_given) {
  std::error_code failure;
  const auto data = (fs::path(as_given).lexically_normal() / "x").parent_path();  // no slash at its end
  const auto kept = data.parent_path() / fs::path(restored.kept).filename();
  if (!fs::is_symlink(data, failure) && fs::equivalent(kept, restored.kept, failure))
    return {data.string(), kept.string()};
  return {restored.data, restored.kept};
}

bool confirmed(const std::string& question) {
  std::fprintf(stderr, "%s", question.c_str());
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "yes" || answer == "y");
}

}  // namespace

Exit run_backup(const CommandLine& line) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  survive_failed_writes();
  const Interruptible interruptible;
  ProgressLine progress;
  const auto& data = loaded->config.server.data;
  const auto written =
      write_backup({.path = data}, line.argument, line.has("--force"), system_clock(), on_terminal(progress));
  progress.clear();
  if (!written) return report(written.error());
  std::error_code ignored;
  std::uint64_t bytes = 0;
  for (const auto& database : written->databases) bytes += static_cast<std::uint64_t>(database.bytes);
  std::printf("%s: %s of %s, %s in %s\n", line.argument.c_str(),
              count_of(written->databases.size(), "database").c_str(), data.c_str(),
              readable_size(bytes).c_str(), readable_size(fs::file_size(line.argument, ignored)).c_str());
  for (const auto& database : written->databases)
    std::printf("  %-16s version %lld, %s\n", database.name.c_str(),
                static_cast<long long>(database.schema_version),
                readable_size(static_cast<std::uint64_t>(database.bytes)).c_str());
  return Exit::clean;
}

Exit run_restore(const CommandLine& line) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  survive_failed_writes();
  const Interruptible interruptible;
  ProgressLine progress;
  const auto& data = loaded->config.server.data;
  const auto restored = restore_backup({.path = data}, line.argument, system_clock(), on_terminal(progress));
  progress.clear();
  if (!restored) return report(restored.error());
  std::printf("%s: %s of %s, made %s by Parley %s\n", data.c_str(),
              count_of(restored->manifest.databases.size(), "database").c_str(), line.argument.c_str(),
              to_rfc3339(std::chrono::floor<std::chrono::seconds>(restored->manifest.created_at)).c_str(),
              restored->manifest.parley.c_str());
  if (!restored->kept.empty()) {
    const auto names = names_of(*restored, data);
    const auto kept = shell_word(names.kept), there = shell_word(names.data);
    std::printf(
        "\nWhat was there is kept in %s. To go back, with no server running:\n\n  rm -r %s && mv %s %s\n",
        kept.c_str(), there.c_str(), kept.c_str(), there.c_str());
  }
  return Exit::clean;
}

Exit run_reset(const CommandLine& line) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  const auto& data = loaded->config.server.data;
  auto path = folder_path(data);
  if (!path) return report(path.error());
  const auto found = own_files({.path = *path});
  if (!line.has("--yes")) {
    if (::isatty(STDIN_FILENO) != 1)
      return refuse({"`parley reset` asks before it empties " + data +
                     ", and there is no terminal to ask on; add --yes if that is meant"});
    if (!confirmed("Empty " + data + " (" + count_of(found.files.size(), "file") + ", " +
                   readable_size(found.bytes) +
                   ")? There is no way back; `parley backup FILE` makes one. Type yes to go on: ")) {
      std::fputs("Nothing was removed.\n", stderr);
      return Exit::failed;
    }
  }
  const auto removed = reset_data({.path = data});
  if (!removed) return report(removed.error());
  if (removed->files.empty()) {
    std::printf("%s holds no data\n", data.c_str());
  } else {
    std::printf("%s is empty: %s removed\n", data.c_str(), readable_size(removed->bytes).c_str());
  }
  if (removed->others > 0)
    std::printf("%s of other programs left alone\n", count_of(removed->others, "file").c_str());
  return Exit::clean;
}

}  // namespace parley::app
