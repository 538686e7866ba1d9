// One operation over each protocol, through clients whose sockets are tapped.
#pragma once

#include "compare/compare.hpp"
#include "compare/pieces.hpp"

#include <parley/net/tap.hpp>
#include <parley/operation.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace parley::app::compare {

// An operation and one request of it, in every form.
struct Asked {
  const Operation& row;
  std::string pattern;     // of REST: "/api/v3/users/{id}"
  std::string path;        // the same of this request
  std::string json;        // the body of REST, empty for none
  std::string parameters;  // of JSON-RPC
  std::string protobuf;
  bool refused = false;  // already_exists is the answer that is expected
};

// Keeps what went over a connection, since it was last taken.
class Capture final : public net::Tap {
 public:
  struct Bytes {
    std::string sent, received;
  };
  Bytes take() { return std::exchange(bytes_, {}); }
  // Whether it keeps them.
  void keep(bool on) { keep_ = on; }
  std::uint64_t seen() const noexcept { return seen_; }

  void sent(std::string_view bytes) override {
    seen_ += bytes.size();
    if (keep_) bytes_.sent += bytes;
  }
  void received(std::string_view bytes) override {
    seen_ += bytes.size();
    if (keep_) bytes_.received += bytes;
  }

 private:
  Bytes bytes_;
  std::uint64_t seen_ = 0;
  bool keep_ = true;
};

class Caller {
 public:
  virtual ~Caller() = default;
  virtual std::string call() const = 0;  // what is called: "GET /api/v3/users/{id}"
  // `count` calls, one after another, with the microseconds of each appended to `took`; the first makes the
  // connection.
  virtual Result<void> make(std::int32_t count, const Plan& plan, std::vector<std::int64_t>& took) = 0;
  // Returns when nothing more is on its way.
  virtual Result<void> settle() { return {}; }

  // The two directions of its connection.
  std::unique_ptr<Reader> sent, received;
};

std::unique_ptr<Caller> rest_caller(const Where& where, const Asked& asked, Capture& capture);
std::unique_ptr<Caller> rpc_caller(const Where& where, const Asked& asked, Capture& capture);
std::unique_ptr<Caller> socket_caller(const Where& where, const Asked& asked, Capture& capture);
std::unique_ptr<Caller> grpc_caller(const Where& where, const Asked& asked, Capture& capture);

// How long a call may take.
inline constexpr std::chrono::milliseconds call_limit{5'000};

}  // namespace parley::app::compare
