// The process that a module was extracted into: a child of this one, the calls to it, and what it measures.
#pragma once

#include "hosting/child.hpp"

#include <parley/observe/observe.hpp>
#include <parley/pause.hpp>
#include <parley/placement/remote.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace parley::app {

// Loop thread only.
class ModuleProcess {
 public:
  struct Dependencies {
    net::Loop& loop;
    const Clock& clock;
    observe::Registry& metrics;  // gets what the module measures
    // Sends the module's calls to an address, from now on.
    std::function<Result<std::shared_ptr<placement::RemoteModule>>(const std::string& address)> bind;
    std::string host;  // that its gRPC listens on
    std::chrono::milliseconds grace;
  };

  // What `dependencies` refers to outlives it.
  ModuleProcess(ChildSettings settings, Dependencies dependencies);

  // Completes when calls go to it. From then on it is started again whenever it ends by itself. An error says
  // why it does not run.
  Task<Result<void>> start();
  // From here on it is not started again.
  void retire();
  // Completes when it has ended.
  Task<void> stop();
  // As far as it answers. Nothing comes after stop().
  Task<void> gather_metrics();

  pid_t pid() const noexcept { return child_.pid(); }
  bool restarting() const noexcept { return restarting_; }
  const std::shared_ptr<placement::RemoteModule>& remote() const noexcept { return remote_; }

 private:
  Task<Result<void>> start_child();
  Task<void> watch();
  void forget_metrics();

  const Dependencies deps_;
  const std::string module_;
  Child child_;
  std::int32_t grpc_port_ = 0;  // kept when it is started again
  std::shared_ptr<placement::RemoteModule> remote_;
  bool stopping_ = false, restarting_ = false;
  Pause pause_;
  observe::Mirror mirror_;
  std::uint64_t metrics_asked_ = 0, metrics_told_ = 0;
  TaskGroup tasks_;
};

}  // namespace parley::app
