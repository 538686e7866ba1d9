#include "process.hpp"

#include <parley/log.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

namespace parley::app {

void survive_failed_writes() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::int32_t connections_that_fit(std::int32_t wanted) {
  constexpr rlim_t reserve = 128;  // databases, listeners, log, library files
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = static_cast<rlim_t>(wanted) + reserve;
  if (limit.rlim_cur < needed) {
    rlimit raised = limit;
    raised.rlim_cur = std::min(needed, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur >= needed) return wanted;
  const auto fit = static_cast<std::int32_t>(std::max<rlim_t>(limit.rlim_cur, reserve + 16) - reserve);
  log::warn("app", "fewer connections than net.max_connections: the limit of open files (ulimit -n) is lower",
            {{"max_connections", wanted}, {"used_instead", fit}, {"needed", needed}});
  return fit;
}

Result<void> make_data_directory(const std::string& path) {
  const auto failed = [&](const char* what) {
    return fail(Code::failed_precondition, "the data directory " + path + " cannot be " + what + ": " +
                                               std::generic_category().message(errno) +
                                               "; choose another with --data");
  };
  std::filesystem::path made;
  for (const auto& part : std::filesystem::path(path)) {
    if (part.empty()) continue;  // behind a slash at the end
    made /= part;
    if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST) return failed("made");
  }
  // Through the slash a file is none either.
  if (::access((path + "/").c_str(), R_OK | W_OK | X_OK) != 0) return failed("written");
  return {};
}

double resident_bytes() {
  long pages = 0;
  if (std::FILE* statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%*d %ld", &pages) != 1) pages = 0;
    std::fclose(statm);
  }
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace parley::app
