#include "demo/inside_server.hpp"

#include "announce.hpp"
#include "files.hpp"
#include "terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace parley::app {
namespace {

namespace fs = std::filesystem;

constexpr auto start_limit = std::chrono::seconds(20), stop_limit = std::chrono::seconds(20);
constexpr int look_again = 5;  // milliseconds

std::string text_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

}  // namespace

struct InsideServer::Impl {
  Impl(std::string path, std::string data_path)
      : folder(std::move(path)), data(data_path.empty() ? folder.path() + "/data" : std::move(data_path)) {}
  ~Impl() { stop(); }

  TemporaryFolder folder;
  std::string data;
  Ports ports;
  pid_t child = -1;
  int status = 0;

  std::string file(const char* name) const { return folder.path() + "/" + name; }

  bool runs() {
    if (child > 0 && ::waitpid(child, &status, WNOHANG) == child) child = -1;
    return child > 0;
  }

  bool wait_until_gone(std::chrono::seconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (runs()) {
      if (std::chrono::steady_clock::now() > end) return false;
      ::poll(nullptr, 0, look_again);
    }
    return true;
  }

  void stop() {
    if (!runs()) return;
    ::kill(child, SIGTERM);
    if (wait_until_gone(stop_limit)) return;
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    child = -1;
  }

  [[noreturn]] void become_server(const std::vector<std::string>& arguments, int log, pid_t parent) const {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(0);  // which has ended meanwhile, unheard
    // The story is about the server as it comes: other limits and profiles are for other servers.
    std::vector<std::string> settings;
    for (char** entry = environ; *entry; ++entry)
      if (const std::string_view text = *entry; text.starts_with("PARLEY_"))
        settings.emplace_back(text.substr(0, text.find('=')));
    for (const auto& name : settings) ::unsetenv(name.c_str());
    ::setpgid(0, 0);  // Ctrl-C is the demo's, which stops this one in its own time
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    std::vector<char*> words;
    for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::execv("/proc/self/exe", words.data());
    ::_exit(127);
  }

  Result<void> start(const Options& options) {
    const int log =
        ::open(file("server.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) return std::unexpected(file_error("the server's log cannot be made", errno));
    const std::vector<std::string> arguments{"parley",       "serve",           "--data",      data,
                                             "--host",       "127.0.0.1",       "--port",      options.port,
                                             "--ws-port",    options.ws_port,   "--grpc-port", "0",
                                             "--ports-file", file("ports.json")};
    const pid_t parent = ::getpid();
    child = ::fork();
    if (child == 0) become_server(arguments, log, parent);
    ::close(log);
    if (child < 0) return fail(Code::unavailable, "no process can be started for the server");
    const auto end = std::chrono::steady_clock::now() + start_limit;
    while (!fs::exists(file("ports.json"))) {
      if (!runs()) return fail(Code::unavailable, "the server did not start: " + last_words());
      if (Interruptible::interrupted()) return fail(Code::cancelled, "interrupted");
      if (std::chrono::steady_clock::now() > end)
        return fail(Code::deadline_exceeded, "the server did not start in time: " + last_words());
      ::poll(nullptr, 0, look_again);
    }
    const auto told = read_ports_file(file("ports.json"));
    if (!told) return fail(Code::internal, "the server's ports file cannot be read");
    ports = *told;
    return {};
  }

  std::string last_words() const {
    constexpr std::size_t most = 2000;
    auto text = text_of(file("server.log"));
    while (text.ends_with('\n')) text.pop_back();
    return text.size() > most ? "..." + text.substr(text.size() - most) : text;
  }
};

InsideServer::InsideServer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
InsideServer::InsideServer(InsideServer&&) noexcept = default;
InsideServer::~InsideServer() = default;

Result<InsideServer> InsideServer::start(const Options& options) {
  const char* place = std::getenv("TMPDIR");
  auto folder = make_folder(std::string(place && *place ? place : "/tmp") + "/parley-demo-");
  if (!folder) return std::unexpected(folder.error());
  auto impl = std::make_unique<Impl>(std::move(*folder), options.data);
  if (auto started = impl->start(options); !started) return std::unexpected(started.error());
  return InsideServer(std::move(impl));
}

std::uint16_t InsideServer::port() const noexcept {
  return static_cast<std::uint16_t>(impl_->ports.http);
}
std::uint16_t InsideServer::ws_port() const noexcept {
  return static_cast<std::uint16_t>(impl_->ports.ws);
}
const std::string& InsideServer::data() const noexcept {
  return impl_->data;
}
bool InsideServer::runs() noexcept {
  return impl_->runs();
}
std::string InsideServer::last_words() const {
  return impl_->last_words();
}

}  // namespace parley::app
