// The live figures as Server-Sent Events: read and encoded once for all who follow them.
#pragma once

#include "figures.hpp"

#include <parley/net/http.hpp>
#include <parley/net/loop.hpp>
#include <parley/net/peer.hpp>

namespace parley::console {

// One timer, which runs only while somebody follows. Loop thread only; outlives its streams.
class StatsFeed {
 public:
  StatsFeed(net::Loop& loop, Scheduler& scheduler, Figures& figures, const Options& options);

  // False when there are as many streams as may be.
  bool has_room() const noexcept;
  // The figures as they are come at once.
  void enter(net::Peer& peer);
  void leave();
  std::size_t streams() const noexcept { return streams_; }

 private:
  void run();

  Scheduler& scheduler_;
  Figures& figures_;
  const Options options_;
  net::Fanout members_;
  Scheduler::Timer timer_;
  std::size_t streams_ = 0;
  bool running_ = false;
};

}  // namespace parley::console
