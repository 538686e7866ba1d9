// Heads of HTTP/1.1 requests (RFC 9112 sections 2 to 7), parsed where they lie.
#pragma once

#include <parley/net/http.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace parley::net {

// What a head says beyond the Request: how the body is framed and what the connection does next.
struct Head {
  bool keep_alive = false;
  bool chunked = false;
  std::uint64_t content_length = 0;
  bool expects_continue = false;   // Expect: 100-continue, from an HTTP/1.1 client
  bool wants_websocket = false;    // HTTP/1.1 and Upgrade names websocket
  bool conditional = false;        // has If-None-Match
  bool negotiates_coding = false;  // has Accept-Encoding
  std::string_view request_id;     // X-Request-Id, when it is sane
  std::string_view traceparent;
  std::optional<std::string_view> authorization;  // whatever it is worth
};

struct HeadLimits {
  std::size_t max_size = 16 << 10;  // bytes, from the method to the empty line
  std::size_t max_fields = 100;
};
inline constexpr std::uint8_t max_empty_lines = 2;  // before a request
inline constexpr std::size_t max_target = 8000;     // bytes (RFC 9110 section 4.1 recommends to take as many)

// The path of a URL without one; the only view of a parsed request that is not one of its input. Told apart
// by its address, which a literal has anew in every translation unit.
inline constexpr char root_path_text[] = "/";
inline constexpr std::string_view root_path = root_path_text;

enum class HeadStatus : std::uint8_t { complete, incomplete, refused };

struct ParsedHead {
  HeadStatus status;
  std::size_t size = 0;  // bytes of the input that are done with: a complete head, and what came before it
  std::uint8_t empty_lines = 0;  // among them, before the head
  std::uint16_t refusal = 0;     // HTTP status of a refused one
  const char* why = nullptr;     // sentence for it; static storage
};

// Parses the head at the start of `input`. Complete: `request` (without ids, context and parameters) and
// `head` are filled in with views of `input`, and `fields` holds what request.fields refers to. Refused: they
// hold what had been read until then. `seen` is 0 for a new request and otherwise what this function left
// there the last time, so that a head that trickles in is not parsed over and over.
ParsedHead parse_head(std::string_view input, const HeadLimits& limits, std::size_t& seen, Request& request,
                      std::vector<Field>& fields, Head& head);

}  // namespace parley::net
