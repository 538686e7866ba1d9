// In-process publish and subscribe between modules. Loop thread only.
//
// Handlers run inline, in the order they subscribed; one that throws is reported and does not stop the
// others. A bus message is a wake-up, never the only copy: what must not be lost is in a log or an outbox.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <typeindex>
#include <unordered_map>
#include <utility>

namespace parley {

class Bus {
 public:
  // Ends the subscription when destroyed; may outlive the bus.
  class Subscription {
   public:
    Subscription() noexcept = default;
    explicit Subscription(std::shared_ptr<void> state) noexcept : state_(std::move(state)) {}

   private:
    std::shared_ptr<void> state_;
  };

  template <class Event>
  [[nodiscard]] Subscription subscribe(std::function<void(const Event&)> handler) {
    return add(typeid(Event),
               [h = std::move(handler)](const void* event) { h(*static_cast<const Event*>(event)); });
  }
  template <class Event>
  void publish(const Event& event) {
    deliver(typeid(Event), &event);
  }

 private:
  using Handler = std::function<void(const void*)>;
  Subscription add(std::type_index type, Handler handler);
  void deliver(std::type_index type, const void* event);

  std::unordered_map<std::type_index, std::list<std::weak_ptr<Handler>>> handlers_;
};

}  // namespace parley
