// A small blocking HTTP client on a loopback socket, which sends whatever bytes a test wants.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace parley::test {

struct Answer {
  int status = 0;
  std::multimap<std::string, std::string> fields;  // names in lower case
  std::string body;
  bool has(const std::string& name) const { return fields.contains(name); }
  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
};

// Every wait ends with an exception after ten seconds.
class HttpClient {
 public:
  // `from` is the loopback address that the client has.
  explicit HttpClient(std::uint16_t port, const char* from = "127.0.0.1", int receive_buffer = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &own.sin_addr);
    const int one = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect");
    }
  }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient() { ::close(socket_); }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("cannot send");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // False when the server has closed the connection.
  bool try_send(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  // What ends the connection on this side is a reset.
  void close_with_reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  void shut_sending() { ::shutdown(socket_, SHUT_WR); }

  // The next answer; one to HEAD has no body.
  Answer receive(bool to_head = false) {
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) throw std::runtime_error("closed within a head: " + buffer_);
    Answer answer;
    answer.status = std::stoi(buffer_.substr(9, 3));
    for (auto at = buffer_.find("\r\n") + 2; at < end + 2;) {
      const auto line_end = buffer_.find("\r\n", at);
      const auto colon = buffer_.find(':', at);
      auto name = buffer_.substr(at, colon - at);
      for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      answer.fields.emplace(name, buffer_.substr(colon + 2, line_end - colon - 2));
      at = line_end + 2;
    }
    buffer_.erase(0, end + 4);
    const bool bodiless = to_head || answer.status < 200 || answer.status == 204 || answer.status == 304;
    const auto length =
        bodiless || !answer.has("content-length") ? 0 : std::stoul(answer.field("content-length"));
    while (buffer_.size() < length)
      if (!more()) throw std::runtime_error("closed within a body");
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
  }
  Answer ask(std::string_view request, bool to_head = false) {
    send(request);
    return receive(to_head);
  }
  Answer get(const std::string& target, const std::string& fields = {}) {
    return ask("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
  }

  // What has come, or else comes next.
  std::string some() {
    if (buffer_.empty() && !more()) throw std::runtime_error("closed");
    return std::exchange(buffer_, {});
  }
  // Everything until the server closes.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
  }
  // Waits for the server's close; false when more bytes come instead.
  bool closed() { return buffer_.empty() && !more(); }
  // Waits for the end of the connection; true when it is a reset and not a close.
  bool was_reset() {
    for (char byte[4096];;) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 10'000) != 1) throw std::runtime_error("the server says nothing");
      const auto got = ::recv(socket_, byte, sizeof byte, 0);
      if (got < 0) return errno == ECONNRESET;
      if (got == 0) return false;
    }
  }
  // True when nothing has come by now.
  bool silent() const {
    pollfd waiting{socket_, POLLIN, 0};
    return buffer_.empty() && ::poll(&waiting, 1, 0) == 0;
  }

 private:
  bool more() {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) throw std::runtime_error("the server says nothing");
    char bytes[16384];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got < 0) return false;  // reset
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  int socket_;
  std::string buffer_;
};

}  // namespace parley::test
