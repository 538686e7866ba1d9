#include "hosting/child.hpp"

#include "files.hpp"

#include <parley/pause.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace parley::app {
namespace {

constexpr std::chrono::milliseconds look_interval{5};

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return std::string("killed by ") + ::strsignal(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

// The parent's, but for its own settings: those are in the file.
std::vector<std::string> environment_of(const std::string& admin_token) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable; ++variable)
    if (!std::string_view(*variable).starts_with("PARLEY_")) all.emplace_back(*variable);
  all.push_back("PARLEY_SERVER_ADMIN_TOKEN=" + admin_token);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// A group of its own: Ctrl-C is for the parent, who ends its children in order.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

Child::Child(net::Loop& loop, ChildSettings settings)
    : loop_(loop),
      settings_(std::move(settings)),
      settings_file_(settings_.data + "/" + settings_.module + ".settings.toml"),
      ports_file_(settings_.data + "/" + settings_.module + ".ports.json") {}

Child::~Child() {
  if (running()) {
    ::kill(pid_, SIGKILL);
    int status;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  }
  remove_files();
}

void Child::remove_files() {
  ::unlink(settings_file_.c_str());
  ::unlink(ports_file_.c_str());
}

Result<void> Child::spawn(std::int32_t grpc_port) {
  remove_files();
  if (auto written = replace_file(settings_file_, settings_.settings, 0600); !written) return written;
  std::vector<std::string> arguments{"parley",       "serve",
                                     "--config",     settings_file_,
                                     "--port",       "0",
                                     "--ws-port",    "0",
                                     "--grpc-port",  std::to_string(grpc_port),
                                     "--ports-file", ports_file_,
                                     "--data",       settings_.data,
                                     "--modules",    settings_.module,
                                     "--set",        "placement.parent=" + std::to_string(::getpid())};
  std::string bind;
  for (const auto& one : settings_.bind) bind += (bind.empty() ? "" : ",") + one;
  if (!bind.empty()) arguments.insert(arguments.end(), {"--bind", bind});
  auto variables = environment_of(settings_.admin_token);

  FileActions files;
  ::posix_spawn_file_actions_addopen(files.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(files.get(), STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  Attributes attributes;
  const int failed = ::posix_spawn(&pid_, "/proc/self/exe", files.get(), attributes.get(),
                                   pointers(arguments).data(), pointers(variables).data());
  if (failed == 0) return {};
  pid_ = 0;
  return fail(Code::unavailable, "a process for the module " + settings_.module +
                                     " cannot be started: " + std::strerror(failed));
}

Task<Result<Ports>> Child::start(std::int32_t grpc_port, std::chrono::milliseconds patience) {
  if (auto spawned = spawn(grpc_port); !spawned) co_return std::unexpected(std::move(spawned.error()));
  for (std::chrono::milliseconds waited{0}; waited < patience; waited += look_interval) {
    if (auto ports = read_ports_file(ports_file_)) {
      remove_files();
      co_return ports;
    }
    if (!running()) {
      remove_files();
      co_return fail(Code::unavailable, "the process for the module " + settings_.module +
                                            " has ended at its start (" + end_ + "); its log tells why");
    }
    auto pausing = pause(look_interval);
    co_await std::move(pausing);
  }
  auto stopping = stop(std::chrono::milliseconds(0));
  co_await std::move(stopping);
  remove_files();
  co_return fail(Code::unavailable, "the process for the module " + settings_.module +
                                        " did not serve within " + std::to_string(patience.count()) + " ms");
}

Task<void> Child::stop(std::chrono::milliseconds grace) {
  if (!running()) co_return;
  ::kill(pid_, SIGTERM);
  for (std::chrono::milliseconds waited{0}; running(); waited += look_interval) {
    if (waited == grace) ::kill(pid_, SIGKILL);
    auto pausing = pause(look_interval);
    co_await std::move(pausing);
  }
}

bool Child::running() {
  if (pid_ == 0) return false;
  int status = 0;
  const auto ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return true;
  end_ = ended < 0 ? "lost sight of it" : how_it_ended(status);
  pid_ = 0;
  return false;
}

Task<void> Child::pause(std::chrono::milliseconds time) {
  Pause pause;
  auto waiting = pause.wait(loop_, time);
  co_await std::move(waiting);
}

bool end_with(pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  return ::getppid() == parent;  // it may have gone before that
}

}  // namespace parley::app
