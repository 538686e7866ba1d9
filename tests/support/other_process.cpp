#include "other_process.hpp"

#include "catch.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace parley::test {
namespace {

struct Order {
  std::int64_t argument;
  char command[8];
};
struct Answer {
  char text[48];
};

template <class T>
bool read_all(int socket, T& out) {
  ssize_t size;
  while ((size = ::recv(socket, &out, sizeof out, MSG_WAITALL)) < 0 && errno == EINTR) continue;
  return size == static_cast<ssize_t>(sizeof out);
}
template <class T>
void write_all(int socket, const T& value) {
  if (::send(socket, &value, sizeof value, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof value))
    throw std::runtime_error("the other process has gone");
}
template <std::size_t N>
void put(char (&out)[N], std::string_view text) {
  if (text.size() >= N) throw std::runtime_error("too long for another process");
  std::memset(out, 0, N);
  std::memcpy(out, text.data(), text.size());
}
void answer(int socket, const std::string& text) {
  Answer answer;
  put(answer.text, text);
  write_all(socket, answer);
}

bool readable(int socket) {
  pollfd one{socket, POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

std::string obey(OtherProcess::Side& side, std::string_view command, std::int64_t argument) {
  if (command == "settle") side.settle();
  if (command == "advance") {
    side.settle();
    side.advance(std::chrono::milliseconds(argument));
    side.settle();
  }
  if (command == "restart") return side.restart() ? "1" : "0";
  if (command == "tell") return side.tell(static_cast<char>(argument));
  return {};
}

// Until the one who has made it goes.
void run(OtherProcess::Side& side, int socket) {
  answer(socket, std::to_string(side.port()));
  for (;;) {
    while (!readable(socket)) side.settle();
    Order order;
    if (!read_all(socket, order)) return;
    answer(socket, obey(side, order.command, order.argument));
  }
}

}  // namespace

OtherProcess::OtherProcess(const std::function<std::unique_ptr<Side>()>& make) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("no pair of sockets");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no other process");
  if (pid_ == 0) {
    ::close(ends[0]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int status = EXIT_SUCCESS;
    try {
      run(*make(), ends[1]);
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "in the other process: %s\n", failure.what());
      status = EXIT_FAILURE;
    }
    ::_exit(status);  // the tests, their report and what they have open are the first process's
  }
  ::close(ends[1]);
  socket_ = ends[0];
  Answer port;
  if (!read_all(socket_, port)) throw std::runtime_error("the other process did not start");
  port_ = static_cast<std::uint16_t>(std::stoi(port.text));
}

OtherProcess::~OtherProcess() {
  ::close(socket_);  // which it takes as its end
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  CHECK(status == 0);
}

std::string OtherProcess::ask(const char* command, std::int64_t argument) {
  Order order{argument, {}};
  put(order.command, command);
  write_all(socket_, order);
  Answer answer;
  if (!read_all(socket_, answer)) throw std::runtime_error("the other process has gone");
  return answer.text;
}

}  // namespace parley::test
