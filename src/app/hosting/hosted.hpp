// A module that this process hosts, or may host again.
#pragma once

#include "databases.hpp"
#include "statistics.hpp"

#include <parley/db/sqlite.hpp>
#include <parley/net/loop.hpp>
#include <parley/pause.hpp>
#include <parley/placed.hpp>
#include <parley/placement/remote.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>
#include <parley/thread.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
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
  // The same while the loop goes on.
  virtual Task<Result<void>> reopen() = 0;
  // Starts what was opened, and binds the port to it.
  virtual Task<Result<void>> start() = 0;
  // Ends what it follows and serves; what its database has taken is answered, and its files are closed.
  virtual Task<void> stop() = 0;
  // Behind stop(), when nobody calls it any more.
  virtual void close() = 0;
  virtual void bind_remote(std::shared_ptr<Remote> remote) = 0;

  // Null for a module without one.
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
        named_(row_ ? row_->name : "", metrics) {}

  Placement& placement() noexcept override { return port_; }
  std::span<const Operation> rows() const noexcept override { return operations<Port>(); }

  Result<void> open() override { return build(open_database()); }

  Task<Result<void>> reopen() override {
    Opened opened;
    try {
      auto opening = run_beside(env_.loop, "db-open", [this] { return open_database(); });
      opened = co_await std::move(opening);
    } catch (const std::system_error&) {  // no thread to be had, nor would the database have any
      opened = open_database();
    }
    co_return build(std::move(opened));
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
    auto closing = close_database();
    co_await std::move(closing);
    auto turn = next_turn(env_.loop);  // what it answered last still finds its callers
    co_await std::move(turn);
  }

  void close() override {
    named_.closing();
    module_.reset();
  }

  void bind_remote(std::shared_ptr<Remote> remote) override { port_.bind_remote(std::move(remote)); }

  const NamedDatabase* database() const noexcept override { return row_ ? &named_ : nullptr; }

 private:
  using Opened = Result<std::unique_ptr<db::Database>>;

  // Null for a module without one.
  Opened open_database() const {
    if (!row_) return Opened(nullptr);
    return db::open_sqlite(row_->name, row_->path(env_.data), row_->migrations, env_.storage, env_.loop,
                           env_.clock);
  }

  // A move and the end of the server may both ask for it: who comes second waits for the first, so that
  // nobody is at the database any more once either goes on to close().
  Task<void> close_database() {
    while (closing_) {
      auto waiting = closed_.wait(env_.loop, std::chrono::hours(1));
      co_await std::move(waiting);
    }
    auto* const database = std::exchange(open_, nullptr);
    if (!database) co_return;
    closing_ = true;
    try {
      auto stopping = run_beside(env_.loop, "db-stop", [database] { return database->stop(), true; });
      co_await std::move(stopping);
    } catch (const std::system_error&) {  // no thread to be had
      database->stop();
    }
    closing_ = false;
    closed_.wake();
  }

  Result<void> build(Opened opened) {
    if (!opened) return std::unexpected(std::move(opened.error()));
    open_ = opened->get();
    if (open_) named_.opened(*open_);
    module_ = build_(std::move(*opened), named_.metrics());
    return {};
  }

  Placed<Port>& port_;
  const ModuleDatabase* const row_;
  const Environment& env_;
  const Build build_;
  NamedDatabase named_;
  std::unique_ptr<Module> module_;
  db::Database* open_ = nullptr;  // until somebody closes it
  bool closing_ = false;
  Pause closed_;
};

}  // namespace parley::app
