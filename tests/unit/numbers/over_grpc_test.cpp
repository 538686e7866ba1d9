// The port's contract, over gRPC within this process, and in another one.
#include "in_process.hpp"
#include "loopback.hpp"
#include "other_process_placement.hpp"

#include <parley/chat/placed.hpp>
#include <parley/numbers/placed.hpp>

namespace {

using parley::chat::ChatService;
using parley::numbers::NumberService;
using parley::numbers::test::InProcess;

class OverGrpc {
 public:
  static constexpr auto interval = InProcess::interval;

  NumberService& service() { return loopback_.port(); }
  ChatService& rooms() { return inner_.rooms(); }
  parley::CallContext context() { return inner_.context(); }
  void advance(std::chrono::milliseconds by) {
    loopback_.settle();
    inner_.advance(by);
    loopback_.settle();
  }
  void run_until(const std::function<bool()>& done) { loopback_.run_until(done); }

 private:
  InProcess inner_;
  parley::test::Loopback<NumberService> loopback_{"numbers", inner_.service(), &parley::numbers::make_placed,
                                                  inner_.time};
};

// With the chat that they join.
class AnotherProcess {
 public:
  static constexpr auto interval = InProcess::interval;

  NumberService& service() { return numbers_.port(); }
  ChatService& rooms() { return rooms_.port(); }
  parley::CallContext context() { return caller_.context(); }
  void advance(std::chrono::milliseconds by) { caller_.advance(by); }
  void run_until(const std::function<bool()>& done) { caller_.running.run_until(done); }

 private:
  class There final : public parley::test::OtherProcess::Side {
   public:
    std::uint16_t port() override { return serving_.port(); }
    void settle() override { running_.settle(); }
    void advance(std::chrono::milliseconds by) override { inner_.advance(by); }

   private:
    InProcess inner_;
    parley::test::RunningLoop running_{[this] { inner_.time.drain(); }};
    parley::test::Serving serving_{
        running_,
        inner_.time,
        {parley::bind_service<NumberService>("numbers", inner_.service()),
         parley::bind_service<ChatService>("chat", static_cast<ChatService&>(inner_.rooms()))}};
  };

  parley::test::OtherProcessCaller caller_{[] { return std::make_unique<There>(); }};
  parley::test::Calling<NumberService> numbers_{"numbers", &parley::numbers::make_placed, caller_.running,
                                                caller_.time, caller_.process.port()};
  parley::test::Calling<ChatService> rooms_{"chat", &parley::chat::make_placed, caller_.running, caller_.time,
                                            caller_.process.port()};
};

}  // namespace

#define NUMBER_PLACEMENTS OverGrpc, AnotherProcess
#include "contract/numbers/numbers_contract.hpp"
