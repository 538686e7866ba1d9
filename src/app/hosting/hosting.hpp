// The modules of this process: which are here, which elsewhere, and moving them.
#pragma once

#include "announce.hpp"
#include "config/config.hpp"
#include "hosting/hosted.hpp"
#include "hosting/module_process.hpp"

#include <parley/auth/token.hpp>
#include <parley/calculator/placed.hpp>
#include <parley/chat/placed.hpp>
#include <parley/ids.hpp>
#include <parley/notifications/placed.hpp>
#include <parley/numbers/placed.hpp>
#include <parley/observe/observe.hpp>
#include <parley/orders/placed.hpp>
#include <parley/placement/remote.hpp>
#include <parley/topology/compose.hpp>
#include <parley/users/placed.hpp>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// Loop thread only.
class Hosting final : public topology::Placer {
 public:
  struct Dependencies {
    const Config& config;
    net::Loop& loop;
    const Clock& clock;
    observe::Registry& metrics;
    Random& random;
    const auth::Key& key;                   // of the tokens that its calls carry
    const std::string& admin_token;         // that its children take too
    std::function<std::string()> settings;  // of this process, as TOML, for its children
  };

  // What it refers to outlives it. invalid_argument, naming the setting, for a placement that cannot be.
  static Result<std::unique_ptr<Hosting>> make(Dependencies dependencies);
  ~Hosting() override;

  // Every module's port, wherever it is.
  users::UserService& users() noexcept { return *users_; }
  orders::OrderService& orders() noexcept { return *orders_; }
  chat::ChatService& chat() noexcept { return *chat_; }
  notifications::NotificationService& notifications() noexcept { return *notifications_; }
  calculator::Calculator& calculator() noexcept { return *calculator_; }
  numbers::NumberService& numbers() noexcept { return *numbers_; }

  // Whether the edges of this process show the module.
  bool shows(std::string_view module) const;
  // Of the modules that are here at the start; the names stay, whatever moves.
  std::vector<const NamedDatabase*> databases() const;
  // Whether the module's services serve.
  bool well(std::string_view module) const;
  // For /health: "module.users" and what is wrong, of each module that is elsewhere.
  std::vector<std::pair<std::string, std::string>> health() const;

  // Opens the databases of what is hosted here. Blocks.
  Result<void> open();
  // Starts the modules, from the ones that are used to the ones that use them.
  Task<Result<void>> start();
  // Backwards.
  Task<void> stop();
  // Where this process serves gRPC: what its children call.
  void serves_at(std::string address) { own_address_ = std::move(address); }

  // Brings what modules in children have measured into this process's metrics, as far as they answer.
  Task<void> gather_metrics();

  topology::Topology look() const override;
  topology::ModuleMetrics measured() override;
  Task<Result<void>> extract(std::string module) override;
  Task<Result<void>> absorb(std::string module) override;

 private:
  // Calls a second, over the last seconds.
  class Rate {
   public:
    void sample(std::uint64_t total) noexcept;
    double per_second() const noexcept;

   private:
    std::array<std::uint64_t, 6> totals_{};
    std::size_t samples_ = 0;
  };

  struct Place {
    explicit Place(observe::Registry& all) : metrics(all) {}
    // To its calls, when it is in another process.
    placement::RemoteModule* remote() const noexcept {
      return process ? process->remote().get() : configured.get();
    }

    observe::PartMetrics metrics;
    std::unique_ptr<HostedModule> module;
    std::vector<std::string> uses;
    bool hosted = false;                                  // at the start
    std::vector<std::string> bound;                       // addresses of the configuration, and ...
    std::shared_ptr<placement::RemoteModule> configured;  // ... the calls to them
    std::shared_ptr<ModuleProcess> process;               // while it is extracted
    bool moving = false;
    Rate rate;
  };

  explicit Hosting(Dependencies dependencies);
  template <class Port, class Module>
  Place& add(Placed<Port>& port, std::vector<std::string> uses, typename Hosted<Port, Module>::Build build);
  Result<void> place();
  Place* find(std::string_view module);
  const Place* find(std::string_view module) const;
  Result<Place*> movable(const std::string& module);
  std::vector<std::string> bindings_of(const Place& place) const;
  Result<std::shared_ptr<placement::RemoteModule>> bind(Place& place,
                                                        const std::vector<std::string>& addresses);
  Task<Result<void>> hand_over(Place& place);
  Task<Result<void>> take_back(Place& place);
  void sample();

  const Dependencies deps_;
  const HostedModule::Environment environment_;
  std::unique_ptr<Placed<users::UserService>> users_;
  std::unique_ptr<Placed<orders::OrderService>> orders_;
  std::unique_ptr<Placed<chat::ChatService>> chat_;
  std::unique_ptr<Placed<notifications::NotificationService>> notifications_;
  std::unique_ptr<Placed<calculator::Calculator>> calculator_;
  std::unique_ptr<Placed<numbers::NumberService>> numbers_;
  std::deque<Place> places_;  // what is used before what uses it
  std::string own_address_;
  Scheduler::Timer sampling_;
  bool stopping_ = false;
  TaskGroup tasks_;
};

}  // namespace parley::app
