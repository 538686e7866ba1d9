#include "stats_feed.hpp"

#include <parley/codec/json.hpp>

namespace parley::console {

StatsFeed::StatsFeed(net::Loop& loop, Scheduler& scheduler, Figures& figures, const Options& options)
    : scheduler_(scheduler), figures_(figures), options_(options), members_(loop) {}

bool StatsFeed::has_room() const noexcept {
  return streams_ < static_cast<std::size_t>(options_.max_streams);
}

void StatsFeed::enter(net::Peer& peer) {
  ++streams_;
  members_.join(peer);
  if (!running_) {
    figures_.follow();  // from here on rates are measured
    running_ = true;
    timer_ = scheduler_.after(options_.interval, [this] { run(); });
  }
  peer.send(frame());
}

void StatsFeed::leave() {
  --streams_;
}

void StatsFeed::run() {
  running_ = streams_ > 0;
  if (!running_) return;
  figures_.follow();
  members_.publish(frame());
  timer_ = scheduler_.after(options_.interval, [this] { run(); });
}

net::Frame StatsFeed::frame() {
  return net::Frame::event({}, "stats", codec::to_json(figures_.read()));
}

}  // namespace parley::console
