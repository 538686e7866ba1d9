#include "fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace parley::test {

TemporaryDirectory::TemporaryDirectory(bool in_memory) {
  const bool fast = in_memory && ::access("/dev/shm", W_OK) == 0;
  const std::filesystem::path parent = fast ? "/dev/shm" : std::filesystem::temp_directory_path();
  std::string pattern = (parent / "parley-db-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
  std::filesystem::remove_all(path_, ignored);
}

void LogLines::write(log::Level, std::string_view, std::string_view message,
                     std::initializer_list<log::Field> fields) {
  std::string line(message);
  for (const auto& field : fields) {
    if (auto* text = std::get_if<std::string_view>(&field.value)) line.append(" ").append(*text);
  }
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  changed_.notify_all();
}

bool LogLines::has(std::string_view message) const {
  return std::any_of(lines_.begin(), lines_.end(),
                     [&](const std::string& line) { return line.find(message) != std::string::npos; });
}

bool LogLines::contains(std::string_view message) {
  std::lock_guard lock(mutex_);
  return has(message);
}

bool LogLines::wait_for(std::string_view message) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return has(message); });
}

namespace {
int to_parent = -1;
}

bool ChildProcess::begin() {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no child process");
  if (pid_ == 0) {
    ::close(ends[0]);
    to_parent = ends[1];
    return true;
  }
  ::close(ends[1]);
  pipe_ = ends[0];
  return false;
}

void ChildProcess::end(int status) {
  ::_exit(status);
}

int ChildProcess::guarded(const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "child: %s\n", e.what());
    return 99;
  }
}

void ChildProcess::tell(const void* bytes, std::size_t size) {
  if (::write(to_parent, bytes, size) != static_cast<ssize_t>(size)) ::_exit(98);
}

int ChildProcess::hear() {
  unsigned char byte;
  ssize_t size;
  do {
    size = ::read(pipe_, &byte, 1);
  } while (size < 0 && errno == EINTR);
  return size == 1 ? byte : -1;
}

void ChildProcess::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

int ChildProcess::wait() {
  int status = 0;
  if (pid_ > 0) {
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ChildProcess::~ChildProcess() {
  kill();
  wait();
  if (pipe_ >= 0) ::close(pipe_);
}

}  // namespace parley::test
