#include "log_source.hpp"

namespace parley::rest {

const net::Frame& Frames::in(Form form) {
  auto& frame = frames_[static_cast<std::size_t>(form)];
  if (frame) return frame;
  if (!written_) {
    written_ = true;
    buffer_.clear();
    if (entry_)
      source_.write_entry(entry_, buffer_);
    else
      source_.write_gap(gap_, now_, buffer_);
  }
  if (form == Form::text)
    frame = net::Frame::text(buffer_);
  else if (entry_)
    frame = net::Frame::event(std::to_string(source_.seq(entry_)), source_.event(), buffer_);
  else
    frame = net::Frame::event(std::to_string(behind_), "gap", buffer_);
  return frame;
}

}  // namespace parley::rest
