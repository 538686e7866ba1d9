#include "hosting/hosting.hpp"

#include <parley/log.hpp>
#include <parley/suggest.hpp>

#include <unistd.h>

#include <algorithm>
#include <ranges>
#include <thread>

namespace parley::app {
namespace {

using topology::TopologyService;

constexpr std::chrono::milliseconds stream_time{2'000};  // for streams to notice that it has gone
constexpr std::chrono::milliseconds held_interval{20}, held_time{500};

const ModuleDatabase* database_of(std::string_view module) {
  const auto rows = module_databases();
  const auto found = std::ranges::find(rows, module, &ModuleDatabase::name);
  return found == rows.end() ? nullptr : &*found;
}

// What a token of this server may do with a port, and ask of its process.
std::vector<std::string> token_permissions(std::span<const Operation> rows) {
  auto all = permissions_of(rows);
  all.merge(permissions_of({&row_of<&TopologyService::list_metrics>(), 1}));
  return {all.begin(), all.end()};
}

}  // namespace

Task<void> next_turn(net::Loop& loop) {
  co_await callback<bool>([&loop](Resume<bool> resume) {
    auto shared = std::make_shared<Resume<bool>>(std::move(resume));  // std::function copies
    loop.post([shared] { (*shared)(true); });
  });
}

void Hosting::Rate::sample(std::uint64_t total) noexcept {
  totals_[samples_++ % totals_.size()] = total;
}
double Hosting::Rate::per_second() const noexcept {
  if (samples_ < 2) return 0;
  const auto span = std::min(samples_, totals_.size()) - 1;
  const auto newest = totals_[(samples_ - 1) % totals_.size()];
  const auto oldest = totals_[(samples_ - 1 - span) % totals_.size()];
  return static_cast<double>(newest - oldest) / static_cast<double>(span);
}

Hosting::Hosting(Dependencies dependencies)
    : deps_(std::move(dependencies)),
      environment_{deps_.loop, deps_.clock, deps_.config.server.data, deps_.config.storage},
      tasks_(log_failures("app", "placing a module failed")) {
  const auto& config = deps_.config;
  auto& loop = deps_.loop;
  const auto max_waiting = static_cast<std::size_t>(config.placement.max_waiting);
  users_ = users::make_placed(loop, max_waiting);
  orders_ = orders::make_placed(loop, max_waiting);
  chat_ = chat::make_placed(loop, max_waiting);
  notifications_ = notifications::make_placed(loop, max_waiting);
  calculator_ = calculator::make_placed(loop, max_waiting);
  numbers_ = numbers::make_placed(loop, max_waiting);

  using Database = std::unique_ptr<db::Database>;
  add<users::UserService, users::UserModule>(*users_, {}, [this](Database database, Metrics& metrics) {
    return users::make_user_service({std::move(database), metrics, deps_.random}, deps_.config.users);
  });
  add<orders::OrderService, orders::OrderModule>(
      *orders_, {"users"}, [this](Database database, Metrics& metrics) {
        return orders::make_orders(
            {std::move(database), *users_, deps_.loop, deps_.clock, metrics, deps_.random},
            deps_.config.orders);
      });
  add<chat::ChatService, chat::ChatModule>(*chat_, {}, [this](Database database, Metrics& metrics) {
    return chat::make_chat({std::move(database), deps_.loop, deps_.clock, metrics, deps_.random},
                           deps_.config.chat);
  });
  add<notifications::NotificationService, notifications::NotificationModule>(
      *notifications_, {"orders", "chat"}, [this](Database database, Metrics& metrics) {
        return notifications::make_notifications(
            {std::move(database), deps_.loop, deps_.clock, metrics, deps_.random, *orders_, *chat_},
            deps_.config.notifications);
      });
  add<calculator::Calculator, calculator::Calculator>(
      *calculator_, {}, [](Database, Metrics&) { return calculator::make_calculator(); });
  add<numbers::NumberService, numbers::NumberService>(*numbers_, {"chat"}, [this](Database, Metrics&) {
    return numbers::make_numbers({deps_.loop, *chat_}, deps_.config.numbers);
  });
}

Hosting::~Hosting() = default;

template <class Port, class Module>
Hosting::Place& Hosting::add(Placed<Port>& port, std::vector<std::string> uses,
                             typename Hosted<Port, Module>::Build build) {
  auto& place = places_.emplace_back(deps_.metrics);
  place.module = std::make_unique<Hosted<Port, Module>>(port, database_of(port.module()), environment_,
                                                        place.metrics, std::move(build));
  place.uses = std::move(uses);
  return place;
}

Result<std::unique_ptr<Hosting>> Hosting::make(Dependencies dependencies) {
  std::unique_ptr<Hosting> hosting(new Hosting(std::move(dependencies)));
  if (auto placed = hosting->place(); !placed) return std::unexpected(std::move(placed.error()));
  return hosting;
}

// Reads where the configuration puts the modules.
Result<void> Hosting::place() {
  const auto& options = deps_.config.placement;
  std::vector<std::string> names;
  for (const auto& place : places_) names.emplace_back(place.module->name());
  const auto unknown = [&](const std::string& setting, const std::string& name) {
    std::string all;
    for (const auto& known : names) all += (all.empty() ? "" : ", ") + known;
    const auto hint = did_you_mean(name, names);
    return fail(Code::invalid_argument, setting + " names the module '" + name + "', which there is not" +
                                            (hint.empty() ? "; there are " + all : hint));
  };
  for (const auto& name : options.modules) {
    auto* const found = find(name);
    if (!found) return unknown("placement.modules (--modules)", name);
    found->hosted = true;
  }
  for (const auto& binding : options.bind) {
    const auto equals = binding.find('=');
    if (equals == binding.npos)
      return fail(Code::invalid_argument, "placement.bind (--bind) has '" + binding +
                                              "': write MODULE=HOST:PORT, such as users=127.0.0.1:50052");
    const auto name = binding.substr(0, equals);
    auto* const found = find(name);
    if (!found) return unknown("placement.bind (--bind)", name);
    found->bound.push_back(binding.substr(equals + 1));
  }
  for (auto& place : places_) {
    if (auto addresses = placement::make_resolver(place.bound, deps_.loop); !addresses)
      return fail(Code::invalid_argument, "placement.bind (--bind): " + addresses.error().message);
    if (options.modules.empty()) place.hosted = place.bound.empty();
    if (place.hosted && !place.bound.empty())
      return fail(Code::invalid_argument,
                  "the module " + std::string(place.module->name()) +
                      " is in both placement.modules and placement.bind: it is either "
                      "hosted here or somewhere else");
  }
  for (const auto& place : places_) {
    if (!place.hosted) continue;
    for (const auto& name : place.uses)
      if (const auto* used = find(name); !used->hosted && used->bound.empty())
        return fail(Code::invalid_argument, "the module " + std::string(place.module->name()) + " calls " +
                                                name + ": host it too, or tell where it is with --bind " +
                                                name + "=HOST:PORT");
  }
  return {};
}

Hosting::Place* Hosting::find(std::string_view module) {
  const auto found =
      std::ranges::find(places_, module, [](const Place& place) { return place.module->name(); });
  return found == places_.end() ? nullptr : &*found;
}
const Hosting::Place* Hosting::find(std::string_view module) const {
  return const_cast<Hosting*>(this)->find(module);
}

bool Hosting::shows(std::string_view module) const {
  const auto* const place = find(module);
  return !place || place->hosted || deps_.config.placement.modules.empty();
}

std::vector<const NamedDatabase*> Hosting::databases() const {
  std::vector<const NamedDatabase*> all;
  for (const auto& place : places_)
    if (const auto* database = place.module->database(); database && place.hosted) all.push_back(database);
  return all;
}

bool Hosting::well(std::string_view module) const {
  const auto* const place = find(module);
  if (!place) return true;
  switch (place->module->placement().where()) {
    case Placement::Where::nowhere:
      return false;
    case Placement::Where::moving:
      return true;  // calls wait, and are answered
    case Placement::Where::elsewhere:
      return place->remote() && place->remote()->well();
    case Placement::Where::here:
      break;
  }
  const auto* const database = place->module->database();
  return !database || database->healthy().value_or(true);
}

std::vector<std::pair<std::string, std::string>> Hosting::health() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& place : places_) {
    const auto where = place.module->placement().where();
    if (where == Placement::Where::here || (where == Placement::Where::nowhere && !place.hosted)) continue;
    std::string state = "healthy";
    if (where == Placement::Where::nowhere) state = "failed: it is nowhere";
    if (const auto* remote = place.remote(); remote && !remote->well()) {
      state = "failed";
      for (const auto& instance : remote->instances()) {
        state += ": " + instance.address;
        if (!instance.problem.empty()) state += ", " + instance.problem;
        if (instance.breaker != placement::CircuitBreaker::State::closed)
          state += ", circuit breaker " + std::string(name_of(instance.breaker));
      }
    }
    all.emplace_back("module." + std::string(place.module->name()), std::move(state));
  }
  return all;
}

Result<void> Hosting::open() {
  for (auto& place : places_) {
    if (!place.hosted) continue;
    auto opened = place.module->open();
    // A child of a server that was killed may need a moment to end.
    for (auto waited = held_interval;
         !opened && opened.error().code == Code::unavailable && waited <= held_time;
         waited += held_interval) {
      std::this_thread::sleep_for(held_interval);
      opened = place.module->open();
    }
    if (!opened) return opened;
  }
  return {};
}

Task<Result<void>> Hosting::start() {
  for (auto& place : places_) {
    if (place.hosted) {
      auto starting = place.module->start();
      auto started = co_await std::move(starting);
      if (!started) co_return started;
    } else if (!place.bound.empty()) {
      auto remote = bind(place, place.bound);
      if (!remote) co_return std::unexpected(std::move(remote.error()));
      place.configured = std::move(*remote);
    }
  }
  sample();
  co_return Result<void>{};
}

Task<void> Hosting::stop() {
  stopping_ = true;
  sampling_.cancel();
  for (auto& place : places_ | std::views::reverse) {
    auto ending = place.module->stop();
    co_await std::move(ending);
    if (const auto process = place.process) {  // which a move that fails now lets go
      auto stopping = process->stop();
      co_await std::move(stopping);
    }
    if (place.configured) place.configured->stop();
  }
  auto watched = tasks_.when_empty();
  co_await std::move(watched);
}

void Hosting::sample() {
  for (auto& place : places_) place.rate.sample(place.module->placement().calls());
  tasks_.spawn(gather_metrics());
  sampling_ = deps_.loop.after(std::chrono::seconds(1), [this] { sample(); });
}

// ---- what it looks like
// ------------------------------------------------------------------------------------

topology::Topology Hosting::look() const {
  topology::Topology all;
  topology::Process& own = all.processes.emplace_back();
  own.pid = ::getpid();
  own.role = "this";
  std::vector<topology::Process> children;
  for (const auto& place : places_) {
    auto& placed = place.module->placement();
    if (placed.where() == Placement::Where::nowhere && !place.hosted) continue;
    topology::Module module;
    module.name = place.module->name();
    module.uses = place.uses;
    module.calls_per_second = place.rate.per_second();
    module.calls = static_cast<std::int64_t>(placed.calls());
    module.errors = static_cast<std::int64_t>(placed.errors());
    module.running = static_cast<std::int64_t>(placed.running());
    module.waiting = static_cast<std::int64_t>(placed.waiting());
    if (placed.where() == Placement::Where::moving) {
      module.placement = "moving";
    } else if (place.process) {
      module.placement = "extracted";
      if (const auto pid = place.process->pid(); pid > 0) {
        module.pid = pid;
        children.push_back({pid, "extracted", {module.name}});
      }
    } else if (placed.where() == Placement::Where::here) {
      module.placement = "in-process";
      module.pid = own.pid;
      own.modules.push_back(module.name);
    } else {
      module.placement = "remote";
    }
    if (const auto* remote = place.remote())
      for (const auto& instance : remote->instances())
        module.instances.push_back(
            {instance.address, instance.well, instance.problem, std::string(name_of(instance.breaker)),
             static_cast<std::int64_t>(instance.calls), static_cast<std::int64_t>(instance.failures)});
    all.modules.push_back(std::move(module));
  }
  std::ranges::move(children, std::back_inserter(all.processes));
  return all;
}

// ---- what is measured
// --------------------------------------------------------------------------------------

topology::ModuleMetrics Hosting::measured() {
  std::set<observe::Registry::SeriesId> here;
  for (const auto& place : places_)
    if (place.module->placement().where() == Placement::Where::here)
      here.insert(place.metrics.series().begin(), place.metrics.series().end());
  return {deps_.metrics.read(here)};
}

Task<void> Hosting::gather_metrics() {
  for (auto& place : places_) {
    const auto process = place.process;  // which may be absorbed meanwhile
    if (!process) continue;
    auto gathering = process->gather_metrics();
    co_await std::move(gathering);
  }
}

// ---- moving
// ------------------------------------------------------------------------------------------------

Result<Hosting::Place*> Hosting::movable(const std::string& module) {
  auto* const place = find(module);
  if (!place || !place->hosted)
    return fail(Code::not_found, "there is no module " + module + " that this process hosts");
  if (place->moving || (place->process && place->process->restarting()) || stopping_)
    return fail(Code::failed_precondition, "the module " + module + " moves or starts at this moment");
  return place;
}

// Where a child finds what the module calls: here, unless the configuration says otherwise.
std::vector<std::string> Hosting::bindings_of(const Place& place) const {
  std::vector<std::string> all;
  for (const auto& name : place.uses) {
    const auto* const used = find(name);
    if (used->bound.empty()) all.push_back(name + "=" + own_address_);
    for (const auto& address : used->bound) all.push_back(name + "=" + address);
  }
  return all;
}

Result<std::shared_ptr<placement::RemoteModule>> Hosting::bind(Place& place,
                                                               const std::vector<std::string>& addresses) {
  auto resolver = placement::make_resolver(addresses, deps_.loop);
  if (!resolver) return std::unexpected(std::move(resolver.error()));
  const auto rows = place.module->rows();
  auto tokens =
      auth::make_token_source(deps_.key, "parley", token_permissions(rows), deps_.clock, deps_.config.tokens);
  auto remote = placement::make_remote(
      place.module->name(), rows,
      {deps_.loop, deps_.clock, deps_.random, deps_.metrics, std::move(tokens), std::move(*resolver)},
      deps_.config.placement, deps_.config.grpc_client);
  place.module->bind_remote(remote);
  return remote;
}

Task<Result<void>> Hosting::extract(std::string module) {
  auto found = movable(module);
  if (!found) co_return std::unexpected(std::move(found.error()));
  Place& place = **found;
  if (place.process)
    co_return fail(Code::failed_precondition, "the module " + module + " is extracted already");
  place.moving = true;
  auto handing = hand_over(place);
  auto outcome = co_await std::move(handing);
  place.moving = false;
  if (outcome)
    log::info("app", "a module was extracted", {{"module", module}, {"pid", place.process->pid()}});
  co_return outcome;
}

Task<Result<void>> Hosting::absorb(std::string module) {
  auto found = movable(module);
  if (!found) co_return std::unexpected(std::move(found.error()));
  Place& place = **found;
  if (!place.process)
    co_return fail(Code::failed_precondition, "the module " + module + " is in this process");
  place.moving = true;
  auto taking = take_back(place);
  auto outcome = co_await std::move(taking);
  place.moving = false;
  if (outcome) log::info("app", "a module was absorbed", {{"module", module}});
  co_return outcome;
}

Task<Result<void>> Hosting::hand_over(Place& place) {
  auto& module = *place.module;
  // Calls wait from here on. Those that run have their deadlines, so that none keeps this for ever.
  module.placement().hold();
  auto idle = module.placement().idle();
  co_await std::move(idle);
  auto ending = module.stop();
  co_await std::move(ending);
  auto streams = module.placement().streams_ended(stream_time);
  const bool ended = co_await std::move(streams);
  if (!ended)
    log::warn("app", "streams of a module did not end before it moved", {{"module", module.name()}});
  module.close();

  place.process = std::make_shared<ModuleProcess>(
      ChildSettings{std::string(module.name()), deps_.config.server.data, deps_.settings(), deps_.admin_token,
                    bindings_of(place)},
      ModuleProcess::Dependencies{
          deps_.loop, deps_.clock, deps_.metrics,
          [this, &place](const std::string& address) { return bind(place, {address}); },
          deps_.config.server.host, deps_.config.server.grace});
  auto starting = place.process->start();
  auto started = co_await std::move(starting);
  if (started) co_return started;
  place.process.reset();
  auto reopening = module.reopen();
  auto back = co_await std::move(reopening);
  if (back) {
    auto resuming = module.start();
    back = co_await std::move(resuming);
  }
  if (!back)
    log::error("app", "a module that could not be extracted cannot be opened again",
               {{"module", module.name()}, {"reason", back.error().message}});
  co_return started;
}

Task<Result<void>> Hosting::take_back(Place& place) {
  auto& module = *place.module;
  place.process->retire();  // one that starts meanwhile would let the held calls on
  module.placement().hold();
  auto idle = module.placement().idle();
  co_await std::move(idle);
  auto gathering = place.process->gather_metrics();
  co_await std::move(gathering);
  auto stopping = place.process->stop();
  co_await std::move(stopping);
  auto streams = module.placement().streams_ended(stream_time);
  co_await std::move(streams);
  place.process.reset();
  auto reopening = module.reopen();
  auto opened = co_await std::move(reopening);
  if (!opened) co_return opened;
  auto starting = module.start();
  auto started = co_await std::move(starting);
  co_return started;
}

}  // namespace parley::app
