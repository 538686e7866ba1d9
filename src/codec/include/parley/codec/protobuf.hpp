// Protobuf (proto3) of described types, interpreted from their tables. No protobuf library is behind it.
//
// A field is on the wire under its number(); without one it is not. The types are
//
//   bool, int32, int64, double, string   themselves
//   Timestamp                            google.protobuf.Timestamp, cut to microseconds
//   milliseconds                         int64
//   Money                                double, in units of the currency; exact up to 2^45 of them, and more
//   is not read enumeration                          enum object                               message
//   optional<T>                          optional T; absent is not written, a zero that is present is
//   vector<T>, map<string, T>            repeated T, packed where that is possible; map<string, T>
//   ExtraMembers                         string: the JSON members as they stand
//   an object with structured()          string under number(), its message under the second number
//
// Where protobuf has no such thing (an optional of an optional, a list or a map; a list or a map of one of
// these three) there is a message with the inner one as its only field, `value = 1`.
#pragma once

#include <parley/describe.hpp>
#include <parley/result.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace parley::codec {

// Is `bytes` on the wire and in .proto files.
struct Octets {
  std::string value;
};

// How a message looks to a client of a given API version.
struct ProtobufStyle {
  std::uint16_t version = std::numeric_limits<std::uint16_t>::max();  // hides fields of later versions
};

// Appends the fields of the object at `value`, in the order of its table. A plain scalar that is zero is not
// written, unless the field may be absent on input: there a reader would take the struct's default for it.
// Text must be UTF-8; a message must stay below 2 GiB.
void write_protobuf(const TypeInfo& type, const void* value, std::string& out,
                    const ProtobufStyle& style = {});
template <class T>
std::string to_protobuf(const T& value, const ProtobufStyle& style = {}) {
  std::string out;
  write_protobuf(describe<T>(), &value, out, style);
  return out;
}

struct ProtobufLimits {
  std::uint32_t max_depth = 64;  // of messages within each other, the outermost one counted
  // Of all lists and maps of one message together, so that a few bytes cannot become a large value.
  std::uint32_t max_elements = 100'000;
  ProtobufStyle style = {};  // that the bytes are in: a field hidden from its version is unknown
};

// Reads as the protobuf libraries do (unknown fields and known ones of another wire type are skipped, the
// last one of a scalar wins, messages merge, repeated scalars come packed or not) and conforms the value. A
// scalar, list or map that is required and absent is its zero value; another field that is absent keeps what
// the struct gives it. invalid_argument lists every problem with its path; bytes that are no message are one
// problem, which tells the byte.
Result<void> read_protobuf(std::string_view bytes, const TypeInfo& type, void* value,
                           const ProtobufLimits& limits = {});
template <class T>
Result<T> from_protobuf(std::string_view bytes, const ProtobufLimits& limits = {}) {
  T value{};
  if (auto read = read_protobuf(bytes, describe<T>(), &value, limits); !read)
    return std::unexpected(read.error());
  return value;
}

}  // namespace parley::codec

template <>
const parley::TypeInfo& parley::describe<parley::codec::Octets>();
