// Follows the frames that another writer sends, to know where a frame of ours may stand between them.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::net {

// Unmasked frames, RFC 6455 section 5.2, in pieces of any length.
class FrameTracker {
 public:
  void follow(std::string_view bytes) noexcept;
  // Neither inside a frame nor between the fragments of a message.
  bool at_border() const noexcept { return remaining_ == 0 && header_size_ == 0 && !fragmented_; }
  // A Close frame has begun.
  bool closed() const noexcept { return closed_; }

 private:
  std::uint64_t remaining_ = 0;  // of the present frame's payload
  unsigned char header_[10];
  unsigned char header_size_ = 0;
  bool fragmented_ = false;
  bool closed_ = false;
};

}  // namespace parley::net
