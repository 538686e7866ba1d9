// An operation of a port, declared once: the row from which every edge takes what it needs (REST route,
// JSON-RPC method, gRPC method, metrics label, permission, documentation). Edges read rows without
// templates; the only code per operation is one erased thunk.
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace parley {

enum class Verb : std::uint8_t { none, get, post, put, patch, del };
enum class Shape : std::uint8_t { unary, server_stream, client_stream, bidirectional };

// Whether the client sends more than one message: gRPC alone can carry that.
constexpr bool streams_in(Shape shape) noexcept {
  return shape == Shape::client_stream || shape == Shape::bidirectional;
}
constexpr bool streams_out(Shape shape) noexcept {
  return shape == Shape::server_stream || shape == Shape::bidirectional;
}

// How an edge fills the request and takes the answer. Each lives until the call has completed.
class Inbound {
 public:
  virtual ~Inbound() = default;
  virtual Result<void> read(const TypeInfo& type, void* request) = 0;
  // The next message of a client's stream; false when it has sent all. Only where the protocol has streams of
  // clients: `unimplemented` elsewhere.
  virtual Task<Result<bool>> next(const TypeInfo& type, void* request);
  // A next() that waits ends with `cancelled`, as does every one from then on.
  virtual void stop() {}
};
class Outbound {
 public:
  virtual ~Outbound() = default;
  // Unary: called once. Stream: once per element; completes when there is room for more (flow control);
  // false when the receiver has gone, and the operation ends. A Task that is not ready has done nothing yet:
  // everything happens when it is awaited.
  virtual Task<bool> write(const TypeInfo& type, const void* answer) = 0;
};

// The receiving end of a server stream, as a port sees it.
template <class T>
class Sink {
 public:
  explicit Sink(Outbound& out) noexcept : out_(&out) {}
  Task<bool> send(const T& value) { return out_->write(describe<T>(), &value); }
  Outbound& outbound() const noexcept { return *out_; }  // for who passes the stream on

 private:
  Outbound* out_;
};

// The sending end of a client's stream, as a port sees it.
template <class T>
class Source {
 public:
  explicit Source(Inbound& in) noexcept : in_(&in) {}
  // Nothing when the client has sent all. An error, such as a message that breaks its rules, ends the call.
  Task<Result<std::optional<T>>> next() {
    T value{};
    auto reading = in_->next(describe<T>(), &value);
    auto more = co_await std::move(reading);
    if (!more) co_return std::unexpected(std::move(more.error()));
    if (!*more) co_return std::optional<T>();
    co_return std::optional<T>(std::move(value));
  }

  // For a call that must end for another reason, while it waits for its client.
  void stop() { in_->stop(); }

 private:
  Inbound* in_;
};

// A described error shape of its own, where a course's client expects one.
enum class ErrorShape : std::uint8_t { problem, calculation };

// A set of codes: a bit for each.
template <class... Codes>
constexpr std::uint32_t code_bits(Codes... codes) noexcept {
  return (std::uint32_t{0} | ... | (std::uint32_t{1} << static_cast<unsigned>(Code{codes})));
}
constexpr bool has_code(std::uint32_t bits, Code code) noexcept {
  return (bits & code_bits(code)) != 0;
}

struct Operation {
  std::string_view name;        // "CreateUser": unique in its service; the metrics label
  std::string_view summary;     // one line of documentation
  std::string_view details;     // what that line does not say, in CommonMark; may be empty
  Verb verb = Verb::none;       // none: no REST route
  std::string_view path;        // "/api/{version}/users/{id}"; {version} is mounted once per API version
  std::uint16_t status = 200;   // of success
  std::string_view rpc;         // JSON-RPC method; empty: see rpc_method()
  const char* grpc = nullptr;   // "/user.UserService/CreateUser"; static storage
  std::string_view permission;  // empty: public; of several, a space between them, the caller needs each
  bool idempotent = false;      // may be retried
  bool endless = false;         // a stream that ends when its call does: a stop does not wait for it
  std::uint16_t since = 1;      // first API version that has it
  ErrorShape error_shape = ErrorShape::problem;
  std::uint32_t errors = 0;  // code_bits() that the domain refuses with; see possible_errors()
  Shape shape = Shape::unary;
  const TypeInfo& (*request)() = nullptr;
  const TypeInfo& (*answer)() = nullptr;  // describe<Empty> for none
  Task<Result<void>> (*call)(void* port, CallContext context, Inbound& in, Outbound& out) = nullptr;
};

// The JSON-RPC method of a row: its rpc(), or its name with a lower-case first letter (CreateUser,
// createUser).
constexpr std::string rpc_method(const Operation& row) {
  std::string method(row.rpc.empty() ? row.name : row.rpc);
  if (row.rpc.empty() && !method.empty() && method[0] >= 'A' && method[0] <= 'Z') method[0] += 'a' - 'A';
  return method;
}

// Whether only an administrator has the permission, in every profile.
constexpr bool is_administrative(std::string_view permission) noexcept {
  return permission.starts_with("admin:");
}

// The code_bits() of all that a call of the row may be answered with: what its domain refuses with, and what
// any call may meet.
std::uint32_t possible_errors(const Operation& row);

namespace attribute {
struct Http {
  Verb verb;
  std::string_view path;
  std::uint16_t status;
  constexpr void put(Operation& o) const { o.verb = verb, o.path = path, o.status = status; }
};
template <class T, T Operation::*Member>
struct Set {
  T value;
  constexpr void put(Operation& o) const { o.*Member = value; }
};
}  // namespace attribute

consteval attribute::Http http(Verb verb, std::string_view path, std::uint16_t status = 200) {
  return {verb, path, status};
}
// For a method that is not named as the operation is.
consteval attribute::Set<std::string_view, &Operation::rpc> rpc(std::string_view method) {
  return {method};
}
// "/package.Service/Method" or, without a package, "/Service/Method"; in static storage.
consteval attribute::Set<const char*, &Operation::grpc> grpc_method(const char* path) {
  return {path};
}
consteval attribute::Set<std::string_view, &Operation::permission> permission(std::string_view name) {
  return {name};
}
consteval attribute::Set<std::string_view, &Operation::summary> summary(std::string_view text) {
  return {text};
}
consteval attribute::Set<std::string_view, &Operation::details> details(std::string_view text) {
  return {text};
}
// The codes that the operation answers with for reasons of its own, such as not_found; what any call may meet
// is known (possible_errors).
template <class... Codes>
consteval attribute::Set<std::uint32_t, &Operation::errors> fails(Codes... codes) {
  return {code_bits(codes...)};
}
consteval attribute::Set<bool, &Operation::idempotent> idempotent() {
  return {true};
}
consteval attribute::Set<bool, &Operation::endless> endless() {
  return {true};
}
// The first API version that has the operation, for the packages of gRPC. REST mounts a {version} path in
// every version, so a row of a later one has none.
consteval attribute::Set<std::uint16_t, &Operation::since> exists_since(std::uint16_t version) {
  return {version};
}
consteval attribute::Set<ErrorShape, &Operation::error_shape> errors_as(ErrorShape shape) {
  return {shape};
}

namespace detail {
template <class Method>
struct Signature;
template <class P, class O, class I>
struct Signature<Task<Result<O>> (P::*)(CallContext, I)> {
  using Port = P;
  using In = I;
  using Out = std::conditional_t<std::is_void_v<O>, Empty, O>;
  using Answer = O;
  static constexpr Shape shape = Shape::unary;

  static Task<bool> write(const Result<O>& answer, Outbound& out) {
    if constexpr (std::is_void_v<O>) {
      static constexpr Empty nothing;
      return out.write(describe<Empty>(), &nothing);
    } else {
      return out.write(describe<O>(), &*answer);
    }
  }
};
template <class P, class O, class I>
struct Signature<Task<Result<void>> (P::*)(CallContext, I, Sink<O>)> {
  using Port = P;
  using In = I;
  using Out = O;
  static constexpr Shape shape = Shape::server_stream;
};
template <class P, class O, class I>
struct Signature<Task<Result<O>> (P::*)(CallContext, Source<I>)>
    : Signature<Task<Result<O>> (P::*)(CallContext, I)> {
  static constexpr Shape shape = Shape::client_stream;
};
template <class P, class O, class I>
struct Signature<Task<Result<void>> (P::*)(CallContext, Source<I>, Sink<O>)> {
  using Port = P;
  using In = I;
  using Out = O;
  static constexpr Shape shape = Shape::bidirectional;
};

// Waits for the port's answer and writes it.
template <class S>
Task<Result<void>> deliver(Task<Result<typename S::Answer>> answering, Outbound& out) {
  auto answer = co_await std::move(answering);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  auto writing = S::write(answer, out);
  co_await std::move(writing);
  co_return Result<void>{};
}

// What is answered and written at once takes no coroutine here.
template <auto Method, class S = Signature<decltype(Method)>>
Task<Result<void>> call_with_request(typename S::Port& service, CallContext context, Inbound& in,
                                     Outbound& out) {
  typename S::In request{};
  if (auto filled = in.read(describe<typename S::In>(), &request); !filled) return filled;
  if constexpr (S::shape == Shape::server_stream) {
    return (service.*Method)(std::move(context), std::move(request), Sink<typename S::Out>(out));
  } else {
    auto answering = (service.*Method)(std::move(context), std::move(request));
    if (answering.ready()) {
      const auto& answer = answering.value();
      if (!answer) return std::unexpected(answer.error());
      if (S::write(answer, out).ready()) return Result<void>{};
      // Otherwise it has not begun to write: deliver() asks again.
    }
    return deliver<S>(std::move(answering), out);
  }
}

template <auto Method>
Task<Result<void>> thunk(void* port, CallContext context, Inbound& in, Outbound& out) {
  using S = Signature<decltype(Method)>;
  auto& service = *static_cast<typename S::Port*>(port);
  if constexpr (S::shape == Shape::client_stream)
    return deliver<S>((service.*Method)(std::move(context), Source<typename S::In>(in)), out);
  else if constexpr (S::shape == Shape::bidirectional)
    return (service.*Method)(std::move(context), Source<typename S::In>(in), Sink<typename S::Out>(out));
  else
    return call_with_request<Method>(service, std::move(context), in, out);
}
}  // namespace detail

template <auto Method, class... A>
consteval Operation operation(std::string_view name, A... attributes) {
  using S = detail::Signature<decltype(Method)>;
  Operation row;
  row.name = name;
  (attributes.put(row), ...);
  row.shape = S::shape;
  row.request = &describe<typename S::In>;
  row.answer = &describe<typename S::Out>;
  row.call = &detail::thunk<Method>;
  if (row.since > 1 && row.path.find("{version}") != row.path.npos)
    throw "a row that does not exist in every version has a path that does";
  return row;
}

// False when two rows share a name, a route, a JSON-RPC method or a gRPC path; for a static_assert.
// "user.UserService", where the rows' methods are such as "/user.UserService/GetUser"; empty for rows without.
std::string_view grpc_service(std::span<const Operation> rows);

// Every permission that one of the rows asks for.
std::set<std::string> permissions_of(std::span<const Operation> rows);

consteval bool distinct(std::span<const Operation> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (rows[i].name == rows[j].name) return false;
      if (rpc_method(rows[i]) == rpc_method(rows[j])) return false;
      if (!rows[i].path.empty() && rows[i].path == rows[j].path && rows[i].verb == rows[j].verb) return false;
      if (rows[i].grpc && rows[j].grpc && std::string_view(rows[i].grpc) == rows[j].grpc) return false;
    }
  return true;
}

// Specialised by each port: its rows, in static storage.
template <class Port>
std::span<const Operation> operations();

// A protobuf package that has a service as one version of the API shows it.
struct VersionedPackage {
  std::string_view package;  // "user.v1"
  std::uint16_t version;
};
// Specialised by a port that is served under such packages too, beside that of its rows, which has the newest
// version: in static storage.
template <class Port>
std::span<const VersionedPackage> packages() {
  return {};
}

// A port that is present, local or remote, as the edges see it. The port outlives the edges.
struct BoundService {
  std::string_view module;  // "users"
  std::span<const Operation> operations;
  void* port;
  std::string_view about = {};  // a sentence of documentation
  std::span<const VersionedPackage> packages = {};
};
template <class Port>
BoundService bind_service(std::string_view module, Port& port, std::string_view about = {}) {
  return {module, operations<Port>(), &port, about, packages<Port>()};
}

// A gRPC method of an operation, and the API version in which it shows what it reads and answers.
struct GrpcMethod {
  std::string path;
  std::uint16_t version;
};
// Every one that a row of the service has: none without a gRPC path; otherwise that path, in the newest
// version, and one in each package whose version has the operation. Throws std::logic_error for a path
// without a service that packages should have.
std::vector<GrpcMethod> grpc_methods(const BoundService& service, const Operation& row);

}  // namespace parley
