#include "frame_tracker.hpp"

#include <algorithm>

namespace parley::net {

void FrameTracker::follow(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    if (remaining_ > 0) {
      const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
      remaining_ -= step;
      bytes.remove_prefix(step);
      continue;
    }
    header_[header_size_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (header_size_ < 2) continue;
    const unsigned short_length = header_[1] & 0x7f;
    const unsigned header = short_length == 127 ? 10 : short_length == 126 ? 4 : 2;
    if (header_size_ < header) continue;
    remaining_ = short_length;
    if (header > 2) {
      remaining_ = 0;
      for (unsigned i = 2; i < header; ++i) remaining_ = remaining_ << 8 | header_[i];
    }
    header_size_ = 0;
    const unsigned opcode = header_[0] & 0x0f;
    if (opcode == 8)
      closed_ = true;
    else if (opcode < 8)
      fragmented_ = (header_[0] & 0x80) == 0;
  }
}

}  // namespace parley::net
