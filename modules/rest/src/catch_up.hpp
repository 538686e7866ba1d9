// One client that reads a log up to where the log's hub is.
#pragma once

#include "log_hub.hpp"

namespace parley::rest {

// Loop thread only. Lives as long as its run().
class CatchUp final : public SourceCursor {
 public:
  // Of a place that has been entered; its peer stays valid until drop().
  CatchUp(Place& place, std::int64_t after);
  ~CatchUp() override;

  // The client has gone.
  void drop() noexcept;
  // Joins the group if the cursors have met; true when it has.
  bool try_join();

 private:
  Task<bool> take(const void* update) override;
  Task<void> wait_for_peer();
  void send(Frames& frames, std::int64_t position);
  void unlist() noexcept;

  const std::shared_ptr<Group> group_;
  LogHub& hub_;
  Place* place_;
  net::Peer* peer_;    // null once it has gone or joined; so is `place_`
  std::size_t index_;  // in hub_.catching_up_
};

}  // namespace parley::rest
