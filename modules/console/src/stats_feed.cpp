#include "stats_feed.hpp"

#include <parley/codec/json.hpp>

namespace parley::console {
namespace {

net::Frame frame_of(const Stats& stats) {
  return net::Frame::event({}, "stats", codec::to_json(stats));
}

}  // namespace

StatsFeed::StatsFeed(net::Loop& loop, Scheduler& scheduler, Figures& figures, const Options& options)
    : scheduler_(scheduler), figures_(figures), options_(options), members_(loop) {}

bool StatsFeed::has_room() const noexcept {
  return streams_ < static_cast<std::size_t>(options_.max_streams);
}

void StatsFeed::enter(net::Peer& peer) {
  ++streams_;
  members_.join(peer);
  if (running_) return peer.send(frame_of(figures_.read()));
  running_ = true;  // from here on rates are measured
  peer.send(frame_of(figures_.follow()));
  timer_ = scheduler_.after(options_.interval, [this] { run(); });
}

void StatsFeed::leave() {
  --streams_;
}

void StatsFeed::run() {
  running_ = streams_ > 0;
  if (!running_) return;
  members_.publish(frame_of(figures_.follow()));
  timer_ = scheduler_.after(options_.interval, [this] { run(); });
}

}  // namespace parley::console
