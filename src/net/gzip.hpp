// The gzip coding (RFC 1952): of HTTP's bodies (RFC 9110 section 8.4.1.3) and gRPC's messages.
#pragma once

#include <parley/net/http.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace parley::net {

// Keeps zlib's state, a quarter of a megabyte, from its first use on. Loop thread only.
class Gzip {
 public:
  // Bodies of `min` to `max` bytes are compressed; `max` 0: none.
  Gzip(std::size_t min, std::size_t max);
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  bool takes(std::size_t size) const noexcept { return size >= min_ && size <= max_; }
  // The coded form of `body`; empty, and the body goes as it is, when that would not be shorter. Good until
  // the next call.
  std::string_view compress(std::string_view body);

 private:
  struct State;
  const std::size_t min_, max_;
  std::unique_ptr<State> state_;
};

// Keeps zlib's state, 40 KiB, from its first use on. Loop thread only.
class Gunzip {
 public:
  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  enum class Outcome : std::uint8_t { whole, too_large, malformed };
  // Undoes the coding into `out`, which never gets more than `most` bytes; what it has is of use when whole.
  Outcome decompress(std::string_view coded, std::size_t most, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether answers of this type are text, which becomes much shorter.
bool is_text(std::string_view content_type) noexcept;

// RFC 9110 section 12.5.3 over all Accept-Encoding fields: gzip is acceptable, and identity is not preferred.
bool accepts_gzip(const Request& request) noexcept;

}  // namespace parley::net
