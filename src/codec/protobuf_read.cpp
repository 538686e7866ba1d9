// The reader: a walk over the bytes that finds each field in the type's table. The value is filled in
// directly.
#include "protobuf_wire.hpp"
#include "scalars.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/protobuf.hpp>
#include <parley/place.hpp>
#include <parley/utf8.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace parley::codec {
namespace {

// A field's number and how its value is written.
struct Tag {
  std::uint32_t number = 0;
  Wire wire{};
};

// Where a value belongs.
struct Slot {
  const TypeInfo& type;
  const Rules& rules;
  void* at;
  bool fresh;  // nothing of this message has been read into it
  const Place& place;
};

void prepare(const TypeInfo& type, void* value, const ProtobufStyle& style);

// A time stays as it is: protobuf has it as a message, and one that is absent is not zero.
void make_zero(const TypeInfo& type, void* at, const ProtobufStyle& style) {
  switch (type.kind) {
    case Kind::boolean:
      *static_cast<bool*>(at) = false;
      return;
    case Kind::i32:
    case Kind::enumeration:
      std::memset(at, 0, sizeof(std::int32_t));
      return;
    case Kind::i64:
      *static_cast<std::int64_t*>(at) = 0;
      return;
    case Kind::f64:
      *static_cast<double*>(at) = 0;
      return;
    case Kind::string:
      return static_cast<std::string*>(at)->clear();
    case Kind::duration:
      *static_cast<std::chrono::milliseconds*>(at) = std::chrono::milliseconds(0);
      return;
    case Kind::money:
      *static_cast<Money*>(at) = Money{};
      return;
    case Kind::extra:
      return static_cast<ExtraMembers*>(at)->json.clear();
    case Kind::optional:
    case Kind::list:
    case Kind::map:
      return type.clear(at);
    case Kind::object:
      return prepare(type, at, style);
    case Kind::time:
      return;
  }
}

// Who sends a zero sends nothing, so what is required starts from there and not from the struct's defaults.
void prepare(const TypeInfo& type, void* value, const ProtobufStyle& style) {
  for (const auto& row : type.fields)
    if (row.rules.required && row.rules.number != 0 && row.rules.since <= style.version)
      make_zero(*row.type, static_cast<char*>(value) + row.offset, style);
}

// Beyond 2^45 units neighbouring doubles are too far apart to tell hundredths.
constexpr Money most_money{(std::int64_t{1} << 45) * 100};
constexpr Money least_money{-most_money.hundredths};

// Nothing for what is no whole number of hundredths. The writer's double is half a unit in its last place
// away from the decimal amount, a sum of some such doubles a few.
std::optional<Money> to_money(double amount) noexcept {
  constexpr long double noise = 0x1p-50L, most_noise = 0.25L;
  const long double hundredths = static_cast<long double>(amount) * 100;
  if (!(std::fabs(hundredths) <= static_cast<long double>(most_money.hundredths))) return std::nullopt;
  const long double whole = std::round(hundredths);
  if (std::fabs(hundredths - whole) > std::min(std::fabs(hundredths) * noise, most_noise))
    return std::nullopt;
  return Money{static_cast<std::int64_t>(whole)};
}

// The JSON reader says what members are, and brings them into its own form; nothing for what are none.
std::optional<std::string> to_members(std::string_view text) {
  struct Message {
    ExtraMembers members;
  };
  static constexpr Row rows[] = {field<&Message::members>("members")};
  static const TypeInfo type = object<Message>("Message", rows);
  Message message;
  std::vector<FieldProblem> problems;
  std::uint64_t present = 0;
  const auto json = std::string("{").append(text).append("}");
  if (!read_json_fields(json, type, &message, problems, present) || !problems.empty()) return std::nullopt;
  return std::move(message.members.json);
}

class Reader {
 public:
  Reader(std::string_view bytes, const ProtobufLimits& limits, std::vector<FieldProblem>& problems)
      : begin_(bytes.data()),
        at_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        limits_(limits),
        problems_(problems) {}

  // False after the one problem with which there is no going on.
  bool read(const TypeInfo& type, void* value) {
    ++depth_;
    return message(type, value, true, Place{});
  }
  FieldProblem& fatal() noexcept { return fatal_; }

 private:
  // Up to end_.
  bool message(const TypeInfo& type, void* value, bool fresh, const Place& place) {
    if (fresh) prepare(type, value, limits_.style);
    std::uint64_t seen = 0;         // a bit per field of the table
    std::uint64_t as_messages = 0;  // of those with a structured() number
    std::size_t next = 0;           // where to look first: most writers keep to the order
    Tag tag;
    while (at_ != end_) {
      if (!read_tag(tag, place)) return false;
      const FieldInfo* row = find(type, tag.number, next);
      if (!row) {
        if (!skip(tag, place)) return false;
        continue;
      }
      const auto index = static_cast<std::size_t>(row - type.fields.data());
      const auto bit = std::uint64_t{1} << index;
      next = index;
      const Place here{&place, row->name};
      const Slot slot{*row->type, row->rules, static_cast<char*>(value) + row->offset, fresh && !(seen & bit),
                      here};
      const bool read = row->rules.structured == 0            ? field(slot, tag)
                        : tag.number == row->rules.structured ? as_message(slot, tag, !(as_messages & bit))
                                                              : as_text(slot, tag, (as_messages & bit) != 0);
      if (!read) return false;
      seen |= bit;
      if (tag.number == row->rules.structured) as_messages |= bit;
    }
    return true;
  }

  const FieldInfo* find(const TypeInfo& type, std::uint32_t number, std::size_t next) const noexcept {
    const auto count = type.fields.size();
    for (std::size_t i = 0; i < count; ++i, ++next) {
      if (next >= count) next = 0;
      const auto& rules = type.fields[next].rules;
      if ((rules.number == number || rules.structured == number) && rules.since <= limits_.style.version)
        return &type.fields[next];
    }
    return nullptr;
  }

  bool field(const Slot& slot, Tag tag) {
    switch (slot.type.kind) {
      case Kind::optional:
        return optional(slot, tag);
      case Kind::list:
        return list(slot, tag);
      case Kind::map:
        return map(slot, tag);
      default:
        return tag.wire == wire_of(slot.type.kind) ? single(slot) : skip(tag, slot.place);
    }
  }

  // The value of a tag of the right wire type.
  bool single(const Slot& slot) {
    switch (wire_of(slot.type.kind)) {
      case Wire::varint: {
        std::uint64_t value = 0;
        if (!varint(value, slot.place)) return false;
        store_integer(slot, value);
        return true;
      }
      case Wire::fixed64: {
        std::uint64_t bits = 0;
        if (!fixed64(bits, slot.place)) return false;
        store_number(slot, std::bit_cast<double>(bits));
        return true;
      }
      default:
        break;
    }
    switch (slot.type.kind) {
      case Kind::time:
        return within_message(slot.place, [&] { return time(slot); });
      case Kind::object:
        return within_message(slot.place,
                              [&] { return message(slot.type, slot.at, slot.fresh, slot.place); });
      default: {
        std::string_view text;
        if (!bytes(text, slot.place)) return false;
        store_text(slot, text);
        return true;
      }
    }
  }

  // An element of a list or map, or what is in an optional.
  bool element(const Slot& slot) {
    if (is_single(slot.type.kind)) return single(slot);
    return within_message(slot.place, [&] {
      bool fresh = slot.fresh;
      Tag tag;
      while (at_ != end_) {
        if (!read_tag(tag, slot.place)) return false;
        if (tag.number != 1) {
          if (!skip(tag, slot.place)) return false;
          continue;
        }
        if (!field({slot.type, slot.rules, slot.at, fresh, slot.place}, tag)) return false;
        fresh = false;
      }
      return true;
    });
  }

  bool optional(const Slot& slot, Tag tag) {
    const TypeInfo& inner = *slot.type.element;
    if (tag.wire != wire_of(inner.kind)) return skip(tag, slot.place);
    bool fresh = slot.fresh;
    void* at = in_optional(slot, fresh);
    return element({inner, slot.rules, at, fresh, slot.place});
  }

  // The value that is there, or else a new one.
  static void* in_optional(const Slot& slot, bool& fresh) {
    // get() gives const for the writer's sake; the optional itself is ours to change.
    void* there = fresh ? nullptr : const_cast<void*>(slot.type.get(slot.at));
    fresh = !there;
    return there ? there : slot.type.emplace(slot.at);
  }

  bool list(const Slot& slot, Tag tag) {
    const TypeInfo& inner = *slot.type.element;
    const Wire wire = wire_of(inner.kind);
    const bool packed = wire != Wire::length && tag.wire == Wire::length;
    if (tag.wire != wire && !packed) return skip(tag, slot.place);
    if (slot.fresh) slot.type.clear(slot.at);
    std::size_t count = slot.type.size(slot.at);
    const auto append = [&] {
      const Place here{&slot.place, {}, count++};
      if (!one_more(slot.place)) return false;
      return element({inner, no_rules, slot.type.emplace(slot.at), true, here});
    };
    if (!packed) return append();
    return within(slot.place, [&] {
      while (at_ != end_)
        if (!append()) return false;
      return true;
    });
  }

  bool map(const Slot& slot, Tag tag) {
    if (tag.wire != Wire::length) return skip(tag, slot.place);
    if (slot.fresh) slot.type.clear(slot.at);
    if (!one_more(slot.place)) return false;
    return within_message(slot.place, [&] { return map_entry(slot); });
  }

  // Its key may come behind its value, so that the entry is read twice.
  bool map_entry(const Slot& slot) {
    const char* begin = at_;
    std::string_view key;
    Tag tag;
    while (at_ != end_) {
      if (!read_tag(tag, slot.place)) return false;
      const bool is_key = tag.number == 1 && tag.wire == Wire::length;
      if (!(is_key ? bytes(key, slot.place) : skip(tag, slot.place))) return false;
    }
    if (!is_utf8(key)) return stop_at("has a key that is not UTF-8", key.data(), slot.place);

    const TypeInfo& inner = *slot.type.element;
    const Place here{&slot.place, key};
    const auto before = slot.type.size(slot.at);
    void* entry = slot.type.map_slot(slot.at, key);
    if (slot.type.size(slot.at) == before) {
      if (inner.kind == Kind::object) {  // cannot be brought back to its defaults
        add(here, "is given twice");
        return true;
      }
      make_zero(inner, entry, limits_.style);
      if (inner.kind == Kind::time) *static_cast<Timestamp*>(entry) = Timestamp{};
    } else if (inner.kind == Kind::object) {
      prepare(inner, entry, limits_.style);
    }

    bool fresh = true;
    at_ = begin;
    while (at_ != end_) {
      if (!read_tag(tag, here)) return false;
      if (tag.number != 2 || tag.wire != wire_of(inner.kind)) {
        if (!skip(tag, here)) return false;
        continue;
      }
      if (!element({inner, no_rules, entry, fresh, here})) return false;
      fresh = false;
    }
    return true;
  }

  // The message says all that the text says: the text counts where it is alone.
  bool as_text(const Slot& slot, Tag tag, bool has_message) {
    if (tag.wire != Wire::length || has_message) return skip(tag, slot.place);
    std::string_view text;
    if (!bytes(text, slot.place)) return false;
    bool fresh = slot.fresh;
    if (slot.type.kind == Kind::optional)
      set_text_form(*slot.type.element, in_optional(slot, fresh), text);
    else
      set_text_form(slot.type, slot.at, text);
    return true;
  }

  bool as_message(const Slot& slot, Tag tag, bool first) {
    if (tag.wire != Wire::length) return skip(tag, slot.place);
    const bool is_optional = slot.type.kind == Kind::optional;
    const TypeInfo& type = is_optional ? *slot.type.element : slot.type;
    bool fresh = slot.fresh;
    void* at = is_optional ? in_optional(slot, fresh) : slot.at;
    if (first && !fresh && text_form(type, at)) {
      const auto& text = type.fields[static_cast<std::size_t>(type.text_field)];
      make_zero(*text.type, static_cast<char*>(at) + text.offset, limits_.style);
      fresh = true;
    }
    return within_message(slot.place, [&] { return message(type, at, fresh, slot.place); });
  }

  static void store_integer(const Slot& slot, std::uint64_t value) {
    switch (slot.type.kind) {
      case Kind::boolean:
        *static_cast<bool*>(slot.at) = value != 0;
        return;
      case Kind::i64:
        *static_cast<std::int64_t*>(slot.at) = static_cast<std::int64_t>(value);
        return;
      case Kind::duration:
        *static_cast<std::chrono::milliseconds*>(slot.at) =
            std::chrono::milliseconds(static_cast<std::int64_t>(value));
        return;
      default: {
        const auto low = static_cast<std::int32_t>(value);  // the protobuf libraries cut as well
        std::memcpy(slot.at, &low, sizeof low);
        return;
      }
    }
  }

  void store_number(const Slot& slot, double value) {
    if (slot.type.kind == Kind::f64) {
      *static_cast<double*>(slot.at) = value;
    } else if (const auto amount = to_money(value)) {
      *static_cast<Money*>(slot.at) = *amount;
    } else {
      add(slot.place, money_expectation(slot.type, slot.rules, least_money, most_money));
    }
  }

  // conform() asks whether it is UTF-8.
  void store_text(const Slot& slot, std::string_view text) {
    if (slot.type.kind == Kind::string) {
      static_cast<std::string*>(slot.at)->assign(text);
    } else if (auto members = to_members(text)) {
      static_cast<ExtraMembers*>(slot.at)->json = std::move(*members);
    } else {
      add(slot.place, "must be the members of a JSON object, without its braces");
    }
  }

  bool time(const Slot& slot) {
    auto& value = *static_cast<Timestamp*>(slot.at);
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    if (!slot.fresh) {
      const auto whole = std::chrono::floor<std::chrono::seconds>(value);
      seconds = whole.time_since_epoch().count();
      nanoseconds = std::chrono::nanoseconds(value - whole).count();
    }
    Tag tag;
    while (at_ != end_) {
      if (!read_tag(tag, slot.place)) return false;
      std::uint64_t number;
      if (tag.wire != Wire::varint || tag.number > 2) {
        if (!skip(tag, slot.place)) return false;
      } else if (!varint(number, slot.place)) {
        return false;
      } else if (tag.number == 1) {
        seconds = static_cast<std::int64_t>(number);
      } else {
        nanoseconds = static_cast<std::int32_t>(number);
      }
    }
    if (!is_writable_time(seconds) || nanoseconds < 0 || nanoseconds >= 1'000'000'000)
      add(slot.place, "must be a time of the years 0 to 9999, its nanoseconds between 0 and 999999999");
    else
      value = Timestamp(std::chrono::seconds(seconds) + std::chrono::microseconds(nanoseconds / 1000));
    return true;
  }

  // ---- the wire ------------------------------------------------------------------------------------

  bool read_tag(Tag& tag, const Place& place) {
    const char* begin = at_;
    std::uint64_t value;
    if (!varint(value, place)) return false;
    constexpr std::uint32_t max_number = (1u << 29) - 1;
    const auto number = value >> 3;
    if (number == 0 || number > max_number) return stop_at("has a field number that cannot be", begin, place);
    if ((value & 7) > std::to_underlying(Wire::fixed32))
      return stop_at("has a wire type that cannot be", begin, place);
    tag = {static_cast<std::uint32_t>(number), static_cast<Wire>(value & 7)};
    return true;
  }

  bool varint(std::uint64_t& value, const Place& place) {
    if (at_ != end_ && !(*at_ & 0x80)) {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    return long_varint(value, place);
  }
  [[gnu::noinline]] bool long_varint(std::uint64_t& value, const Place& place) {
    value = 0;
    const char* at = at_;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at == end_) return cut_short(place);
      const auto byte = static_cast<unsigned char>(*at++);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) {
        at_ = at;
        return true;
      }
    }
    return stop_at("has a number of more than ten bytes", at_, place);
  }

  bool fixed64(std::uint64_t& value, const Place& place) {
    if (left() < 8) return cut_short(place);
    value = 0;
    for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(at_[i])} << (8 * i);
    at_ += 8;
    return true;
  }

  bool bytes(std::string_view& value, const Place& place) {
    std::uint64_t size;
    if (!length(size, place)) return false;
    value = {at_, size};
    at_ += size;
    return true;
  }

  bool length(std::uint64_t& size, const Place& place) {
    const char* begin = at_;
    if (!varint(size, place)) return false;
    return size <= left() || stop_at("has a length beyond its end", begin, place);
  }

  // `body` reads a value with a length, to its end.
  template <class Body>
  bool within(const Place& place, Body body) {
    std::uint64_t size;
    if (!length(size, place)) return false;
    const char* outer = std::exchange(end_, at_ + size);
    const bool read = body();
    end_ = outer;
    return read;
  }
  template <class Body>
  bool within_message(const Place& place, Body body) {
    if (!deeper(place)) return false;
    const bool read = within(place, body);
    --depth_;
    return read;
  }
  bool deeper(const Place& place) {
    return ++depth_ <= limits_.max_depth ||
           stop_at("is nested more than " + std::to_string(limits_.max_depth) + " levels deep", at_, place);
  }

  bool skip(Tag tag, const Place& place) {
    std::uint64_t ignored;
    switch (tag.wire) {
      case Wire::varint:
        return varint(ignored, place);
      case Wire::fixed64:
        return skip_bytes(8, place);
      case Wire::fixed32:
        return skip_bytes(4, place);
      case Wire::length:
        return length(ignored, place) && skip_bytes(ignored, place);
      case Wire::open_group:
        return skip_group(tag.number, place);
      case Wire::close_group:
        break;
    }
    return stop_at("ends a group that has not begun", at_, place);
  }
  bool skip_bytes(std::uint64_t size, const Place& place) {
    if (left() < size) return cut_short(place);
    at_ += size;
    return true;
  }
  bool skip_group(std::uint32_t number, const Place& place) {
    if (!deeper(place)) return false;
    Tag tag;
    for (;;) {
      if (!read_tag(tag, place)) return false;
      if (tag.wire == Wire::close_group && tag.number == number) break;
      if (!skip(tag, place)) return false;
    }
    --depth_;
    return true;
  }

  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  bool one_more(const Place& place) {
    return ++elements_ <= limits_.max_elements ||
           stop_at("holds more than " + std::to_string(limits_.max_elements) + " elements of lists and maps",
                   at_, place);
  }

  // ---- problems ------------------------------------------------------------------------------------

  void add(const Place& place, std::string problem) {
    if (problems_.size() < max_problems) problems_.push_back({place.path(), std::move(problem)});
  }
  bool cut_short(const Place& place) { return stop_at("is cut short", end_, place); }
  [[gnu::noinline]] bool stop_at(std::string problem, const char* at, const Place& place) {
    problem.append(" at byte ").append(std::to_string(at - begin_ + 1));  // counts from one
    fatal_ = {place.path(), std::move(problem)};
    return false;
  }

  static constexpr Rules no_rules{};

  const char* const begin_;
  const char* at_;
  const char* end_;  // of the innermost value with a length
  const ProtobufLimits& limits_;
  std::vector<FieldProblem>& problems_;
  std::uint32_t depth_ = 0;
  std::uint32_t elements_ = 0;
  FieldProblem fatal_;
};

}  // namespace

Result<void> read_protobuf(std::string_view bytes, const TypeInfo& type, void* value,
                           const ProtobufLimits& limits) {
  std::vector<FieldProblem> problems;
  Reader reader(bytes, limits, problems);
  if (!reader.read(type, value))
    return invalid_field(std::move(reader.fatal().field), std::move(reader.fatal().problem));
  conform(type, value, problems);
  if (!problems.empty()) return std::unexpected(invalid_argument(std::move(problems)));
  return {};
}

}  // namespace parley::codec
