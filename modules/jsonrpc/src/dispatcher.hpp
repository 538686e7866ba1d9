// From a message to the text of its answer, over whatever transport it came.
#pragma once

#include "envelope.hpp"
#include "methods.hpp"

#include <parley/context.hpp>
#include <parley/task.hpp>

#include <functional>
#include <span>
#include <string>

namespace parley::jsonrpc {

// Loop thread only. Outlives the tasks it gives.
class Dispatcher {
 public:
  // What happens to a call whose client has gone.
  enum class Orphans : std::uint8_t {
    cancelled,         // the context's cancellation reaches every call
    writes_completed,  // only those that do not change anything
  };

  // `document` gives the OpenRPC document. Both outlive it.
  Dispatcher(const Methods& methods, const std::function<const std::string&()>& document,
             std::size_t batch_in_flight) noexcept
      : methods_(methods), document_(document), batch_in_flight_(batch_in_flight) {}

  // Appends the response, nothing for a notification. `context` and what `call` views live until then.
  Task<void> answer(const Envelope& call, const CallContext& context, Orphans orphans,
                    std::string& out) const;
  // The same for a batch: its calls run side by side, their answers stand in their order.
  Task<void> answer(std::span<const Envelope> calls, const CallContext& context, Orphans orphans,
                    std::string& out) const;

  const Methods& methods() const noexcept { return methods_; }
  // How many calls of a batch run at the same time.
  std::size_t width(std::size_t calls) const noexcept { return std::min(calls, batch_in_flight_); }

 private:
  struct Batch;
  Task<void> work(Batch& batch) const;
  Task<void> call(const Method& method, const Envelope& call, const CallContext& context, Orphans orphans,
                  std::string& out) const;

  const Methods& methods_;
  const std::function<const std::string&()>& document_;
  const std::size_t batch_in_flight_;
};

}  // namespace parley::jsonrpc
