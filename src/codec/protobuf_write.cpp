// The writer: a walk over the type's table. Lengths are filled in behind what they count.
#include "protobuf_wire.hpp"

#include <parley/codec/protobuf.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace parley::codec {
namespace {

constexpr std::size_t max_varint = 10;

std::size_t varint_size(std::uint64_t value) noexcept {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}
char* put_varint(std::uint64_t value, char* at) noexcept {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}
char* put_fixed64(std::uint64_t value, char* at) noexcept {
  for (int i = 0; i < 8; ++i) *at++ = static_cast<char>(value >> (8 * i));
  return at;
}

// The target string, grown ahead of what is written.
class Bytes {
 public:
  explicit Bytes(std::string& target)
      : target_(target), begin_(target.size()), used_(begin_), grown_(begin_) {}

  // Room for `size` bytes; the caller takes() what it has used.
  char* room(std::size_t size) {
    if (grown_ - used_ < size) grow(size);
    return target_.data() + used_;
  }
  void take(const char* end) noexcept { used_ = static_cast<std::size_t>(end - target_.data()); }

  void tag(std::uint32_t number, Wire wire) {
    char* at = room(max_varint);
    take(put_varint(number << 3 | std::to_underlying(wire), at));
  }
  void varint(std::uint64_t value) {
    char* at = room(max_varint);
    take(put_varint(value, at));
  }
  void fixed64(std::uint64_t value) {
    char* at = room(8);
    take(put_fixed64(value, at));
  }
  void text(std::string_view text) {
    char* at = put_varint(text.size(), room(max_varint + text.size()));
    std::char_traits<char>::copy(at, text.data(), text.size());
    take(at + text.size());
  }

  // A length comes before bytes that are not known yet. Most are below 128: one byte is kept for it.
  std::size_t open() {
    take(room(1) + 1);
    return used_;
  }
  void close(std::size_t begin) {
    const auto size = used_ - begin;
    const auto more = varint_size(size) - 1;
    if (more > 0) {
      room(more);
      char* body = target_.data() + begin;
      std::memmove(body + more, body, size);
      used_ += more;
    }
    put_varint(size, target_.data() + begin - 1);
  }

  void finish() { target_.resize(used_); }

 private:
  [[gnu::noinline]] void grow(std::size_t size) {
    grown_ = used_ + std::max({size, used_ - begin_, std::size_t{256}});
    target_.resize(grown_);
  }

  std::string& target_;
  const std::size_t begin_;
  std::size_t used_;
  std::size_t grown_;
};

class Writer {
 public:
  Writer(Bytes& out, const ProtobufStyle& style) : out_(out), style_(style) {}

  void message(const TypeInfo& type, const void* value) {
    for (const auto& row : type.fields) {
      const auto& rules = row.rules;
      if (rules.number == 0 || rules.since > style_.version) continue;
      const void* at = static_cast<const char*>(value) + row.offset;
      if (rules.structured != 0)
        text_or_message(rules, *row.type, at);
      else
        field(rules.number, *row.type, at, !rules.required);
    }
  }

 private:
  // `zero`: written although it may be zero.
  void field(std::uint32_t number, const TypeInfo& type, const void* at, bool zero) {
    switch (type.kind) {
      case Kind::boolean:
      case Kind::i32:
      case Kind::i64:
      case Kind::duration:
      case Kind::enumeration:
        if (const auto value = integer(type.kind, at); value != 0 || zero) {
          out_.tag(number, Wire::varint);
          out_.varint(value);
        }
        return;
      case Kind::f64:
      case Kind::money:
        if (const auto bits = number_bits(type.kind, at); bits != 0 || zero) {
          out_.tag(number, Wire::fixed64);
          out_.fixed64(bits);
        }
        return;
      case Kind::string:
        return text(number, *static_cast<const std::string*>(at), zero);
      case Kind::extra:
        return text(number, static_cast<const ExtraMembers*>(at)->json, false);
      case Kind::time:
        return time(number, *static_cast<const Timestamp*>(at));
      case Kind::optional:
        if (const void* inner = type.get(at)) element(number, *type.element, inner);
        return;
      case Kind::list:
        return list(number, type, at);
      case Kind::map:
        return map(number, type, at);
      case Kind::object:
        return within(number, [&] { message(type, at); });
    }
  }

  // What is written whatever it holds, in a message of its own where it has to be.
  void element(std::uint32_t number, const TypeInfo& type, const void* at) {
    if (is_single(type.kind)) return field(number, type, at, true);
    within(number, [&] { field(1, type, at, true); });
  }

  template <class Body>
  void within(std::uint32_t number, Body body) {
    out_.tag(number, Wire::length);
    const auto begin = out_.open();
    body();
    out_.close(begin);
  }

  static std::uint64_t integer(Kind kind, const void* at) noexcept {
    switch (kind) {
      case Kind::boolean:
        return *static_cast<const bool*>(at) ? 1 : 0;
      case Kind::i64:
        return static_cast<std::uint64_t>(*static_cast<const std::int64_t*>(at));
      case Kind::duration:
        return static_cast<std::uint64_t>(static_cast<const std::chrono::milliseconds*>(at)->count());
      default: {
        std::int32_t value;  // an enumeration is no std::int32_t to the compiler
        std::memcpy(&value, at, sizeof value);
        return static_cast<std::uint64_t>(std::int64_t{value});  // negative ones take all ten bytes
      }
    }
  }

  static std::uint64_t number_bits(Kind kind, const void* at) noexcept {
    if (kind == Kind::f64) return std::bit_cast<std::uint64_t>(*static_cast<const double*>(at));
    const auto hundredths = static_cast<long double>(static_cast<const Money*>(at)->hundredths);
    return std::bit_cast<std::uint64_t>(static_cast<double>(hundredths / 100));
  }

  void text(std::uint32_t number, std::string_view text, bool zero) {
    if (text.empty() && !zero) return;
    out_.tag(number, Wire::length);
    out_.text(text);
  }

  void time(std::uint32_t number, Timestamp time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto nanoseconds = std::chrono::nanoseconds(time - seconds).count();
    within(number, [&] {
      if (const auto count = seconds.time_since_epoch().count(); count != 0) {
        out_.tag(1, Wire::varint);
        out_.varint(static_cast<std::uint64_t>(count));
      }
      if (nanoseconds != 0) {
        out_.tag(2, Wire::varint);
        out_.varint(static_cast<std::uint64_t>(nanoseconds));
      }
    });
  }

  void list(std::uint32_t number, const TypeInfo& type, const void* at) {
    const auto count = type.size(at);
    if (count == 0) return;
    const auto& inner = *type.element;
    const auto* entry = static_cast<const char*>(type.get(at));
    const auto wire = wire_of(inner.kind);
    if (wire == Wire::length) {
      for (std::size_t i = 0; i < count; ++i, entry += type.stride) element(number, inner, entry);
      return;
    }
    within(number, [&] {
      for (std::size_t i = 0; i < count; ++i, entry += type.stride)
        if (wire == Wire::varint)
          out_.varint(integer(inner.kind, entry));
        else
          out_.fixed64(number_bits(inner.kind, entry));
    });
  }

  void map(std::uint32_t number, const TypeInfo& type, const void* at) {
    struct Context {
      Writer* writer;
      std::uint32_t number;
      const TypeInfo* element;
    } context{this, number, type.element};
    type.map_each(at, &context, [](void* opaque, const std::string& key, const void* entry) {
      const auto& [writer, field_number, inner] = *static_cast<Context*>(opaque);
      writer->within(field_number, [&] {
        writer->text(1, key, true);
        writer->element(2, *inner, entry);
      });
    });
  }

  void text_or_message(const Rules& rules, const TypeInfo& field_type, const void* at) {
    const TypeInfo* type = &field_type;
    if (type->kind == Kind::optional) {
      at = type->get(at);
      if (!at) return;
      type = type->element;
    }
    if (const std::string* whole = text_form(*type, at)) return text(rules.number, *whole, true);
    text(rules.number, summary(*type, at), false);
    within(rules.structured, [&] { message(*type, at); });
  }

  // The parts as one line, for who knows the text alone.
  std::string summary(const TypeInfo& type, const void* value) const {
    std::string line;
    for (const auto& row : type.fields) {
      if (row.rules.since > style_.version) continue;
      const TypeInfo* part = row.type;
      const void* at = static_cast<const char*>(value) + row.offset;
      while (at && part->kind == Kind::optional) at = part->get(at), part = part->element;
      if (!at || part->kind != Kind::string) continue;
      const auto& text = *static_cast<const std::string*>(at);
      if (text.empty()) continue;
      if (!line.empty()) line += ", ";
      line += text;
    }
    return line;
  }

  Bytes& out_;
  const ProtobufStyle& style_;
};

}  // namespace

void write_protobuf(const TypeInfo& type, const void* value, std::string& out, const ProtobufStyle& style) {
  Bytes bytes(out);
  Writer(bytes, style).message(type, value);
  bytes.finish();
}

}  // namespace parley::codec

template <>
const parley::TypeInfo& parley::describe<parley::codec::Octets>() {
  static const TypeInfo type = [] {
    TypeInfo made;
    made.kind = Kind::string;  // its only member
    made.binary = true;
    return made;
  }();
  return type;
}
