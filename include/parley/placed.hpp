// Where a port's module is: in this process, or in another one. A placed port is the port itself to whoever
// calls it, and its module can move while it is called.
//
// Each module has a class of the kind `Placed<UserService>`, whose methods are one line each:
//
//   Task<Result<User>> get_user(CallContext context, GetUser request) override {
//     return call<&UserService::get_user>(std::move(context), std::move(request));
//   }
//
// Loop thread only.
#pragma once

#include <parley/context.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace parley {

// Calls a port's operations in another process. What is given to a call lives until that has completed.
class Remote {
 public:
  virtual ~Remote() = default;

  // `request` and `answer` are of the row's types; `answer` is as its struct makes it, and filled.
  virtual Task<Result<void>> unary(const Operation& row, CallContext context, const void* request,
                                   void* answer) = 0;

  // This side of a call that streams.
  class Messages {
   public:
    virtual ~Messages() = default;
    // The next request; null when there are no more. Good until the next one is asked for.
    virtual Task<Result<const void*>> next() = 0;
    // A next() that waits ends with `cancelled`.
    virtual void stop() = 0;
    // Where the next answer is to be put: a value as its struct makes it.
    virtual void* fresh() = 0;
    // The answer is there; completes when there is room for more, with false when nobody takes it.
    virtual Task<bool> deliver() = 0;
  };
  virtual Task<Result<void>> stream(const Operation& row, CallContext context, Messages& messages) = 0;
};

// What of a placed port does not depend on the port.
class Placement {
 public:
  enum class Where : std::uint8_t { nowhere, here, elsewhere, moving };
  // `waiting` calls at most wait while the module moves; further ones get resource_exhausted. `module` is in
  // static storage; the scheduler outlives it.
  Placement(std::string_view module, Scheduler& scheduler, std::size_t max_waiting);
  Placement(const Placement&) = delete;
  Placement& operator=(const Placement&) = delete;

  // Whether a call that ended so tells of who was called, and not of the request or the caller.
  static bool fault(Code code) noexcept;

  std::string_view module() const noexcept { return module_; }
  Where where() const noexcept { return where_; }

  // Calls go there from now on, those that wait first, in their order.
  void bind_remote(std::shared_ptr<Remote> remote);
  // Calls that come from now on wait until the module is bound again, as long as their deadlines allow.
  void hold();
  // Completes when the unary calls that went to the module have ended, wherever it is. One waits at a time.
  Task<void> idle();
  // The same for calls that stream, after `time` at the latest: true when all have ended.
  Task<bool> streams_ended(std::chrono::milliseconds time);

  // Since the start.
  std::uint64_t calls() const noexcept { return calls_; }
  // Those that ended with a fault().
  std::uint64_t errors() const noexcept { return errors_; }
  std::size_t running() const noexcept { return running_ + streams_; }
  std::size_t waiting() const noexcept { return waiting_.size(); }

 protected:
  ~Placement() = default;

  // A call that runs, until it is destroyed.
  class Running {
   public:
    Running(Placement& placement, bool streams) noexcept
        : placement_(&placement), count_(streams ? &placement.streams_ : &placement.running_) {
      ++*count_;
    }
    Running(Running&& other) noexcept
        : placement_(std::exchange(other.placement_, nullptr)), count_(other.count_) {}
    Running& operator=(Running&&) = delete;
    ~Running() {
      if (placement_ && --*count_ == 0) placement_->ended();
    }

   private:
    Placement* placement_;
    std::size_t* count_;
  };

  void bound_here(void* port);
  void count(Code code) noexcept {
    ++calls_;
    if (fault(code) && where_ != Where::moving) ++errors_;  // streams end when it moves
  }
  template <class T>
  void count(const Result<T>& outcome) noexcept {
    count(outcome ? Code::ok : outcome.error().code);
  }
  // Completes when the module is somewhere; or with the reason why the call must end.
  Task<Result<void>> settled(const CallContext& context);

  void* port_ = nullptr;  // while it is here
  std::shared_ptr<Remote> remote_;

 private:
  struct Waiter;
  void ended();
  void let_on();

  const std::string_view module_;
  Scheduler& scheduler_;
  const std::size_t max_waiting_;
  Where where_ = Where::nowhere;
  std::list<std::shared_ptr<Waiter>> waiting_;
  std::size_t running_ = 0, streams_ = 0;
  std::uint64_t calls_ = 0, errors_ = 0;
  std::optional<Resume<bool>> on_idle_, on_streams_ended_;
};

namespace detail {

const Operation& row_that_calls(std::span<const Operation> rows, decltype(Operation::call) call);

}  // namespace detail

// The row of a port's method.
template <auto Method>
const Operation& row_of() {
  using Port = typename detail::Signature<decltype(Method)>::Port;
  static const Operation& row = detail::row_that_calls(operations<Port>(), &detail::thunk<Method>);
  return row;
}

namespace detail {

template <class Out>
class Delivery : public Remote::Messages {
 public:
  explicit Delivery(Outbound& out) noexcept : out_(out) {}
  void* fresh() final { return &answer_.emplace(); }
  Task<bool> deliver() final { return out_.write(describe<Out>(), &*answer_); }

 private:
  Outbound& out_;
  std::optional<Out> answer_;
};

template <class In, class Out>
class OneRequest final : public Delivery<Out> {
 public:
  OneRequest(In request, Outbound& out) : Delivery<Out>(out), request_(std::move(request)) {}
  Task<Result<const void*>> next() override {
    return Result<const void*>(std::exchange(given_, true) ? nullptr : &request_);
  }
  void stop() override {}

 private:
  const In request_;
  bool given_ = false;
};

template <class In, class Out>
class ManyRequests final : public Delivery<Out> {
 public:
  ManyRequests(Source<In> source, Outbound& out) : Delivery<Out>(out), source_(source) {}
  Task<Result<const void*>> next() override {
    auto reading = source_.next();
    auto read = co_await std::move(reading);
    if (!read) co_return std::unexpected(std::move(read.error()));
    request_ = std::move(*read);
    co_return request_ ? static_cast<const void*>(&*request_) : nullptr;
  }
  void stop() override { source_.stop(); }

 private:
  Source<In> source_;
  std::optional<In> request_;
};

// Keeps the one answer of a client's stream.
template <class Out>
class OneAnswer final : public Outbound {
 public:
  Task<bool> write(const TypeInfo&, const void* answer) override {
    value = *static_cast<const Out*>(answer);
    return true;
  }
  std::optional<Out> value;
};

}  // namespace detail

template <class Port>
class Placed : public Port, public Placement {
 public:
  using Placement::Placement;

  // As bind_remote(). `port` is used until hold() and what runs then has ended.
  void bind_here(Port& port) { bound_here(&port); }

 protected:
  template <auto Method>
  using Signature = detail::Signature<decltype(Method)>;

  template <auto Method, class In>
  Task<Result<typename Signature<Method>::Answer>> call(CallContext context, In request) {
    return port_ ? call_here<Method>(std::move(context), std::move(request))
                 : call_away<Method>(std::move(context), std::move(request));
  }

  template <auto Method, class In, class Out>
  Task<Result<void>> call(CallContext context, In request, Sink<Out> sink) {
    if (port_)
      return counted((here().*Method)(std::move(context), std::move(request), sink), Running(*this, true));
    return stream_away<Method>(std::move(context), std::move(request), sink);
  }

  template <auto Method, class In>
  Task<Result<typename Signature<Method>::Answer>> call(CallContext context, Source<In> source) {
    if (port_) return counted((here().*Method)(std::move(context), source), Running(*this, true));
    return collect_away<Method>(std::move(context), source);
  }

 private:
  Port& here() const noexcept { return *static_cast<Port*>(port_); }

  // One variable and one return: a ready answer is not moved on its way.
  template <auto Method, class In>
  Task<Result<typename Signature<Method>::Answer>> call_here(CallContext context, In request) {
    auto answering = (here().*Method)(std::move(context), std::move(request));
    if (answering.ready())
      count(answering.value());
    else
      answering = counted(std::move(answering), Running(*this, false));
    return answering;
  }

  template <class T>
  Task<Result<T>> counted(Task<Result<T>> answering, Running) {
    auto answer = co_await std::move(answering);
    count(answer);
    co_return answer;
  }

  template <auto Method, class In>
  Task<Result<typename Signature<Method>::Answer>> call_away(CallContext context, In request) {
    auto settling = settled(context);
    if (auto fine = co_await std::move(settling); !fine) co_return std::unexpected(std::move(fine.error()));
    if (port_) {
      auto answering = call<Method>(std::move(context), std::move(request));
      auto answer = co_await std::move(answering);
      co_return answer;
    }
    const Running running(*this, false);
    const auto remote = remote_;
    typename Signature<Method>::Out answer{};
    auto calling = remote->unary(row_of<Method>(), std::move(context), &request, &answer);
    auto outcome = co_await std::move(calling);
    count(outcome);
    if (!outcome) co_return std::unexpected(std::move(outcome.error()));
    if constexpr (std::is_void_v<typename Signature<Method>::Answer>)
      co_return Result<void>{};
    else
      co_return answer;
  }

  template <auto Method, class In, class Out>
  Task<Result<void>> stream_away(CallContext context, In request, Sink<Out> sink) {
    auto settling = settled(context);
    if (auto fine = co_await std::move(settling); !fine) co_return std::unexpected(std::move(fine.error()));
    if (port_) {
      auto streaming = call<Method>(std::move(context), std::move(request), sink);
      auto outcome = co_await std::move(streaming);
      co_return outcome;
    }
    const Running running(*this, true);
    const auto remote = remote_;
    using Request = typename Signature<Method>::In;
    using Messages = std::conditional_t<std::is_same_v<In, Request>, detail::OneRequest<Request, Out>,
                                        detail::ManyRequests<Request, Out>>;
    Messages messages(std::move(request), sink.outbound());
    auto streaming = remote->stream(row_of<Method>(), std::move(context), messages);
    auto outcome = co_await std::move(streaming);
    count(outcome);
    co_return outcome;
  }

  template <auto Method, class In>
  Task<Result<typename Signature<Method>::Answer>> collect_away(CallContext context, Source<In> source) {
    auto settling = settled(context);
    if (auto fine = co_await std::move(settling); !fine) co_return std::unexpected(std::move(fine.error()));
    if (port_) {
      auto answering = call<Method>(std::move(context), source);
      auto answer = co_await std::move(answering);
      co_return answer;
    }
    const Running running(*this, true);
    const auto remote = remote_;
    detail::OneAnswer<typename Signature<Method>::Out> kept;
    detail::ManyRequests<In, typename Signature<Method>::Out> messages(source, kept);
    auto streaming = remote->stream(row_of<Method>(), std::move(context), messages);
    auto outcome = co_await std::move(streaming);
    count(outcome);
    if (!outcome) co_return std::unexpected(std::move(outcome.error()));
    if (!kept.value) co_return fail(Code::internal, "the call ended without an answer");
    co_return std::move(*kept.value);
  }
};

}  // namespace parley
