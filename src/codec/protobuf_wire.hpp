// What the writer and the reader of protobuf agree on (protobuf.dev, "Encoding").
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <utility>

namespace parley::codec {

enum class Wire : std::uint8_t {
  varint = 0,
  fixed64 = 1,
  length = 2,
  open_group = 3,
  close_group = 4,
  fixed32 = 5
};

constexpr Wire wire_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::boolean:
    case Kind::i32:
    case Kind::i64:
    case Kind::duration:
    case Kind::enumeration:
      return Wire::varint;
    case Kind::f64:
    case Kind::money:
      return Wire::fixed64;
    default:
      return Wire::length;
  }
}

// What protobuf can repeat, put into a map or mark as optional; the rest goes into a message of its own.
constexpr bool is_single(Kind kind) noexcept {
  return kind != Kind::optional && kind != Kind::list && kind != Kind::map;
}

}  // namespace parley::codec
