// A module that this process hosts, or may host again.
#pragma once

#include "databases.hpp"
#include "statistics.hpp"

#include <parley/db/sqlite.hpp>
#include <parley/net/loop.hpp>
#include <parley/placed.hpp>
#include <parley/placement/remote.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace parley::app {

// A turn of the loop behind everything that was posted so far.
Task<void> next_turn(net::Loop& loop);

// Loop thread only.
class HostedModule {
 public:
  struct Environment {
    net::Loop& loop;
    const Clock& clock;
    const std::string& data;  // the folder
    const db::Options& storage;
  };

  virtual ~HostedModule() = default;

  virtual Placement& placement() noexcept = 0;
  virtual std::span<const Operation> rows() const noexcept = 0;
  std::string_view name() noexcept { return placement().module(); }

  // Opens its database and builds the module. Blocks for as long as SQLite takes.
  virtual Result<void> open() = 0;
  // Starts what was opened, and binds the port to it.
  virtual Task<Result<void>> start() = 0;
  // Ends what it follows and serves; what its database has taken is answered. Blocks as open() does.
  virtual Task<void> stop() = 0;
  // Behind stop(), when nobody calls it any more.
  virtual void close() = 0;
  virtual void bind_remote(std::shared_ptr<Remote> remote) = 0;

  // Its database; null in it while it is not here. Null itself for a module without one.
  virtual const NamedDatabase* database() const noexcept = 0;
};

template <class Port, class Module>
class Hosted final : public HostedModule {
 public:
  using Build = std::function<std::unique_ptr<Module>(std::unique_ptr<db::Database>, Metrics&)>;

  // `port`, `database` (null for none), the environment and the module's metrics outlive it.
  Hosted(Placed<Port>& port, const ModuleDatabase* database, const Environment& environment, Metrics& metrics,
         Build build)
      : port_(port),
        row_(database),
        env_(environment),
        build_(std::move(build)),
        named_{row_ ? row_->name : "", &metrics} {}

  Placement& placement() noexcept override { return port_; }
  std::span<const Operation> rows() const noexcept override { return operations<Port>(); }

  Result<void> open() override {
    std::unique_ptr<db::Database> database;
    if (row_) {
      auto opened = db::open_sqlite(row_->name, row_->path(env_.data), row_->migrations, env_.storage,
                                    env_.loop, env_.clock);
      if (!opened) return std::unexpected(std::move(opened.error()));
      database = std::move(*opened);
      named_.database = database.get();
    }
    module_ = build_(std::move(database), *named_.metrics);
    return {};
  }

  Task<Result<void>> start() override {
    if constexpr (requires(Module & module) { module.start(); }) {
      auto starting = module_->start();
      auto started = co_await std::move(starting);
      if (!started) co_return started;
    }
    port_.bind_here(*module_);
    co_return Result<void>{};
  }

  Task<void> stop() override {
    if (!module_) co_return;
    if constexpr (requires(Module & module) { module.stop(); }) module_->stop();
    if (named_.database) named_.database->stop();
    auto turn = next_turn(env_.loop);  // what it answered last still finds its callers
    co_await std::move(turn);
  }

  void close() override {
    named_.database = nullptr;
    module_.reset();
  }

  void bind_remote(std::shared_ptr<Remote> remote) override { port_.bind_remote(std::move(remote)); }

  const NamedDatabase* database() const noexcept override { return row_ ? &named_ : nullptr; }

 private:
  Placed<Port>& port_;
  const ModuleDatabase* const row_;
  const Environment& env_;
  const Build build_;
  NamedDatabase named_;
  std::unique_ptr<Module> module_;
};

}  // namespace parley::app
