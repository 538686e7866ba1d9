// A log of a port as this edge streams it: how to follow it, and what its entries look like to clients.
#pragma once

#include <parley/context.hpp>
#include <parley/follow.hpp>
#include <parley/net/peer.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::rest {

// How a client takes what it is sent: as WebSocket text messages or as Server-Sent Events.
enum class Form : std::uint8_t { text, event };
inline constexpr std::size_t forms = 2;

// Implemented once per port that is streamed. Loop thread only.
class LogSource {
 public:
  // What an update of the port holds. Good while the update lives.
  struct View {
    std::optional<LogGap> gap;  // before the entries
    const void* entries = nullptr;
    std::size_t count = 0;
    // Behind the update, where the port tells it: entries that are none of this reader's business may lie
    // before it. Otherwise the last entry's.
    std::optional<std::int64_t> position = std::nullopt;
  };
  // Who speaks in log lines, and of what: "chat", "a room".
  struct Name {
    std::string_view component, log;
  };

  virtual ~LogSource() = default;
  virtual Task<Result<void>> follow(CallContext context, std::optional<std::int64_t> after,
                                    Outbound& out) = 0;
  virtual View view(const void* update) const = 0;
  virtual const void* entry(const View& view, std::size_t index) const noexcept = 0;
  virtual std::int64_t seq(const void* entry) const noexcept = 0;

  virtual Name name() const noexcept = 0;
  virtual std::string_view event() const noexcept = 0;  // what an entry is called as a Server-Sent Event
  // Appends.
  virtual void write_entry(const void* entry, std::string& json) const = 0;
  virtual void write_gap(const LogGap& gap, Timestamp now, std::string& json) const = 0;
};

// An entry or a gap as clients see it, encoded for a form when the first client of that form gets it. Refers
// to what it is made of.
class Frames {
 public:
  // `buffer` is work space that keeps its room from one to the next.
  Frames(const LogSource& source, const void* entry, std::string& buffer) noexcept
      : source_(source), entry_(entry), buffer_(buffer) {}
  // `behind`: the position behind the gap, which is where a client goes on.
  Frames(const LogSource& source, const LogGap& gap, std::int64_t behind, Timestamp now, std::string& buffer)
      : source_(source), entry_(nullptr), gap_(gap), behind_(behind), now_(now), buffer_(buffer) {}
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;

  const net::Frame& in(Form form);
  const void* entry() const noexcept { return entry_; }

 private:
  const LogSource& source_;
  const void* entry_;  // null: a gap
  LogGap gap_{};
  std::int64_t behind_ = 0;
  Timestamp now_{};
  std::string& buffer_;
  bool written_ = false;  // the JSON is in `buffer_`
  std::array<net::Frame, forms> frames_;
};

}  // namespace parley::rest
