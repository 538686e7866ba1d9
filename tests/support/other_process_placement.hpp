// A port whose module is in a process of its own that the test moves the time of.
#pragma once

#include "other_process.hpp"
#include "over_grpc.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace parley::test {

// The side of the caller: its time goes with the other's.
class OtherProcessCaller {
 public:
  explicit OtherProcessCaller(const std::function<std::unique_ptr<OtherProcess::Side>()>& make)
      : process(make) {}

  void advance(std::chrono::milliseconds by) {
    settle();
    process.advance(by);
    time.advance(by);
    settle();
  }
  // What is on its way arrives, and so does what follows from it.
  void settle() {
    running.settle();
    process.settle();
    running.settle();
  }
  CallContext context() {
    CallContext context;
    context.clock = &time;
    return context;
  }

  OtherProcess process;  // before anything here has a thread
  ManualTime time;
  RunningLoop running{[this] { time.drain(); }};
};

// The contract's view of it, for the suites that have a class `Placement`.
template <class Base, class InProcess, class Port>
class OtherProcessPlacement : public Base {
 public:
  using Make = typename Calling<Port>::Make;

  template <class... Arguments>
  OtherProcessPlacement(std::string_view name, Make make, Arguments... arguments)
      : caller_([=] { return std::make_unique<Inside>(name, make, arguments...); }),
        calling_(name, make, caller_.running, caller_.time, caller_.process.port()) {}

  Port& port() override { return calling_.port(); }
  void run_until(const std::function<bool()>& done) override { caller_.running.run_until(done); }
  void advance(std::chrono::milliseconds by) override { caller_.advance(by); }
  bool restart() override {
    caller_.settle();
    return caller_.process.restart();
  }
  CallContext context() override { return caller_.context(); }

 protected:
  std::string tell(char what) { return caller_.process.tell(what); }

 private:
  class Inside final : public OtherProcess::Side {
   public:
    template <class... Arguments>
    Inside(std::string_view name, Make make, Arguments... arguments)
        : inner_(arguments...),
          served_(make, running_, inner_.port()),
          serving_(running_, inner_.time, {bind_service<Port>(name, served_.port())}) {}

    std::uint16_t port() override { return serving_.port(); }
    void settle() override { running_.settle(); }
    void advance(std::chrono::milliseconds by) override { inner_.advance(by); }
    std::string tell(char what) override {
      if constexpr (requires { inner_.tell(what); })
        return inner_.tell(what);
      else
        return {};
    }
    bool restart() override {
      bool restarted = false;
      served_.rebind([&]() -> Port& {
        restarted = inner_.restart();
        return inner_.port();
      });
      return restarted;
    }

   private:
    InProcess inner_;
    RunningLoop running_{[this] { inner_.time.drain(); }};
    Served<Port> served_;
    Serving serving_;
  };

  OtherProcessCaller caller_;
  Calling<Port> calling_;
};

}  // namespace parley::test
