#include <parley/bus.hpp>
#include <parley/log.hpp>

#include <exception>

namespace parley {

Bus::Subscription Bus::add(std::type_index type, Handler handler) {
  auto state = std::make_shared<Handler>(std::move(handler));
  handlers_[type].push_back(state);
  return Subscription(state);
}

void Bus::deliver(std::type_index type, const void* event) {
  const auto found = handlers_.find(type);
  if (found == handlers_.end()) return;
  auto& subscribers = found->second;
  // A handler may subscribe (the list keeps its iterators) or unsubscribe while it runs; who comes during
  // this round gets the next event.
  const auto last = subscribers.empty() ? subscribers.end() : std::prev(subscribers.end());
  for (auto it = subscribers.begin(); it != subscribers.end();) {
    const bool is_last = it == last;
    if (const auto handler = it->lock()) {
      try {
        (*handler)(event);
      } catch (const std::exception& e) {
        log::error("bus", "a subscriber failed", {{"event", type.name()}, {"reason", e.what()}});
      }
      ++it;
    } else {
      it = subscribers.erase(it);
    }
    if (is_last) break;
  }
}

}  // namespace parley
