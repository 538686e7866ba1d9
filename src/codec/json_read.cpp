// The reader: nlohmann's SAX parser drives a walk over the type's table. The value is filled in directly;
// no document is built.
#include "scalars.hpp"

#include <parley/codec/json.hpp>
#include <parley/utf8.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>
#include <expected>
#include <iterator>
#include <utility>

namespace parley::codec {
namespace {

using Json = nlohmann::json;

constexpr Rules no_rules;
constexpr double max_exact = 9007199254740992.0;  // 2^53: whole doubles up to here are exact

// The parser tells no positions. It reads through iterators that move a cursor of ours, and so the text of
// the number it has just read can be found.
class CursorIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit CursorIterator(const char** at) noexcept : at_(at) {}
  reference operator*() const noexcept { return **at_; }
  CursorIterator& operator++() noexcept {
    ++*at_;
    return *this;
  }
  CursorIterator operator++(int) noexcept { return ++*this; }
  bool operator==(const CursorIterator& other) const noexcept { return *at_ == *other.at_; }
  bool operator!=(const CursorIterator& other) const noexcept { return *at_ != *other.at_; }

 private:
  const char** at_;
};

void require(const TypeInfo& type, std::uint64_t present, const std::string& path, const JsonStyle& style,
             std::vector<FieldProblem>& problems) {
  for (std::size_t i = 0; i < type.fields.size() && problems.size() < max_problems; ++i) {
    const auto& field = type.fields[i];
    if (!field.rules.required || (present >> i & 1) || field.rules.since > style.version) continue;
    std::string at = path;
    append_member(at, field.name);
    problems.push_back({std::move(at), "is required"});
  }
}

// A SAX handler (nlohmann's interface: each function returns whether to go on).
class Reader {
 public:
  Reader(std::string_view text, const TypeInfo& type, void* value, const ReadOptions& options,
         std::vector<FieldProblem>& problems)
      : text_(text), type_(type), value_(value), options_(options), problems_(problems) {
    frames_.reserve(8);
  }

  // The bits of the fields seen, or the one problem after which there was no going on.
  std::expected<std::uint64_t, FieldProblem> read() {
    const char* end = text_.data() + text_.size();
    at_ = text_.data();
    const bool whole = Json::sax_parse(CursorIterator(&at_), CursorIterator(&end), this);
    // The parser takes a NUL for the end of the text.
    if (whole && (at_ != end || text_.ends_with('\0'))) stop_at("is not valid JSON", at_ - text_.data());
    if (!fatal_.problem.empty()) return std::unexpected(std::move(fatal_));
    return present_;
  }

  bool null() {
    if (fate_ != Fate::read) return pass("null");
    const auto slot = next_slot();
    if (!slot.type) return go_on();
    if (slot.type->kind != Kind::optional || slot.rules->never_null) return wrong(slot, "must not be null");
    // Of two optionals the outer one says that there is a null.
    if (slot.type->element->kind == Kind::optional)
      slot.type->element->clear(slot.type->emplace(slot.value));
    else
      slot.type->clear(slot.value);
    return true;
  }

  bool boolean(bool value) {
    if (fate_ != Fate::read) return pass(value ? "true" : "false");
    const auto slot = next_value();
    if (!slot.type) return go_on();
    if (slot.type->kind != Kind::boolean) return wrong(slot);
    *static_cast<bool*>(slot.value) = value;
    return true;
  }

  bool number_integer(std::int64_t value) {
    if (fate_ != Fate::read) return pass(number_text());
    const auto slot = next_value();
    if (!slot.type) return go_on();
    if (slot.type->kind == Kind::money) return store_money(slot);
    if (slot.type->kind == Kind::f64) {
      const bool minus_zero = value == 0 && number_text().front() == '-';
      *static_cast<double*>(slot.value) = minus_zero ? -0.0 : static_cast<double>(value);
      return true;
    }
    return store_integer(slot, value);
  }

  bool number_unsigned(std::uint64_t value) {
    if (std::in_range<std::int64_t>(value)) return number_integer(static_cast<std::int64_t>(value));
    if (fate_ != Fate::read) return pass(number_text());
    const auto slot = next_value();
    if (!slot.type) return go_on();
    if (slot.type->kind == Kind::money) return store_money(slot);
    if (slot.type->kind != Kind::f64) return out_of_range(slot);
    *static_cast<double*>(slot.value) = static_cast<double>(value);
    return true;
  }

  bool number_float(double value, const std::string& text) {
    if (fate_ != Fate::read) return pass(number_text());
    const auto slot = next_value();
    if (!slot.type) return go_on();
    if (slot.type->kind == Kind::money) return store_money(slot);
    if (slot.type->kind == Kind::f64) {
      *static_cast<double*>(slot.value) = value;
      return true;
    }
    if (!takes_integer(slot) || value != std::trunc(value)) return wrong(slot);
    if (std::fabs(value) < max_exact) return store_integer(slot, static_cast<std::int64_t>(value));
    if (std::fabs(value) >= 9223372036854775808.0) return out_of_range(slot);
    // Whole digits alone come as an integer; here precision may already be lost.
    return text.find_first_of(".eE") == std::string::npos
               ? out_of_range(slot)
               : wrong(slot, "must be written without a fraction or an exponent");
  }

  bool string(std::string& value) {
    if (fate_ == Fate::keep) {
      separate();
      append_json_string(value, *kept_);
    }
    if (fate_ != Fate::read) return passed();
    const auto slot = next_value();
    if (!slot.type) return go_on();
    switch (slot.type->kind) {
      case Kind::string:
        static_cast<std::string*>(slot.value)->assign(value);
        keep_alias(value);
        return true;
      case Kind::time:
        if (options_.style.unix_time) return wrong(slot);
        if (const auto time = parse_rfc3339(value)) {
          *static_cast<Timestamp*>(slot.value) = *time;
          return true;
        }
        return wrong(slot);
      case Kind::enumeration:
        for (const auto& item : slot.type->items)
          if (item.name == value) {
            std::memcpy(slot.value, &item.value, sizeof item.value);
            return true;
          }
        return wrong(slot);
      case Kind::object:
        if (slot.type->text_field < 0) return wrong(slot);
        set_text_form(*slot.type, slot.value, value);
        if (frames_.empty()) present_ = ~std::uint64_t{0};  // it stands for every field
        return true;
      default:
        return wrong(slot);
    }
  }

  bool binary(Json::binary_t&) { return false; }  // JSON text has none

  bool start_object(std::size_t) { return open('{'); }
  bool start_array(std::size_t) { return open('['); }
  bool end_array() { return close(']'); }
  bool end_object() { return close('}'); }

  bool key(std::string& name) {
    if (nested_ > 0) {
      if (fate_ == Fate::keep) keep_name(name);
      return true;
    }
    Frame& frame = frames_.back();
    if (frame.type->kind == Kind::map) {
      frame.key = name;
      return true;
    }
    frame.field = find(frame, name);
    if (!frame.field) return unknown(frame, name);
    const auto bit = std::uint64_t{1} << (frame.field - frame.type->fields.data());
    // An alias that is kept may stand beside the name, which then counts: what was written is read again.
    frame.by_alias = frame.type->extra_field >= 0 && frame.field->name != name;
    auto& given = frame.by_alias ? frame.aliased : frame.named;
    if (given & bit) {
      fate_ = Fate::drop;
      return add(path(), "is given twice");
    }
    given |= bit;
    return frame.by_alias && (frame.named & bit) ? unknown(frame, name) : true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    constexpr int number_overflow = 406;
    if (error.id == number_overflow) {
      if (fate_ == Fate::read && !frames_.empty()) {
        if (Frame& frame = frames_.back(); frame.type->kind == Kind::list) ++frame.count;
        return stop("is a number that is too large", path());
      }
      return stop_at("holds a number that is too large,", number_text().data() - text_.data() + 1);
    }
    if (text_.find_first_not_of(" \t\r\n") == text_.npos) return stop("must not be empty: JSON is expected");
    if (position > text_.size())
      return stop("is not complete JSON: it ends after byte " + std::to_string(text_.size()));
    if (const auto bad = first_ill_formed(position); bad < position)
      return stop_at("is not valid UTF-8", static_cast<std::ptrdiff_t>(bad + 1));
    return stop_at("is not valid JSON", static_cast<std::ptrdiff_t>(position));
  }

 private:
  enum class Fate : std::uint8_t {
    read,
    drop,
    keep,  // as text of an extra member
  };

  // An object, array or map that is being filled in.
  struct Frame {
    const TypeInfo* type;
    void* value;
    const Rules* rules;                    // of an array or map
    const FieldInfo* field = nullptr;      // of an object: the member at hand
    bool by_alias = false;                 // it came under its other name, and is kept under that too
    std::size_t expected = 0;              // of an object: the field that comes next if all keep to the order
    std::uint64_t named = 0, aliased = 0;  // of an object: the fields seen, and those under a kept alias
    std::uint64_t seen() const noexcept { return named | aliased; }
    std::size_t count = 0;  // of an array or map: elements so far
    std::string key = {};   // of a map
  };

  // Where a value belongs; without a type it is dropped.
  struct Slot {
    const TypeInfo* type = nullptr;
    void* value = nullptr;
    const Rules* rules = &no_rules;
  };

  // The offset of the first byte below `end` that begins no UTF-8 character, otherwise `end` or a little
  // more.
  std::size_t first_ill_formed(std::size_t end) const {
    std::size_t at = 0;
    while (at < end) {
      const auto step = utf8_step(text_.substr(at));
      if (!step.well_formed) break;
      at += step.length;
    }
    return at;
  }

  const FieldInfo* find(Frame& frame, std::string_view name) const {
    const auto& fields = frame.type->fields;
    const auto is_it = [&](const FieldInfo& field) {
      return (field.name == name || (field.rules.alias && field.rules.alias == name)) &&
             field.type->kind != Kind::extra && field.rules.since <= options_.style.version;
    };
    const std::uint64_t hidden = &frame == frames_.data() ? options_.hidden : 0;
    for (std::size_t i = 0, at = frame.expected; i < fields.size(); ++i, ++at) {
      if (at >= fields.size()) at = 0;
      if (!is_it(fields[at]) || (hidden >> at & 1)) continue;
      frame.expected = at + 1;
      return &fields[at];
    }
    return nullptr;
  }

  bool unknown(const Frame& frame, const std::string& name) {
    fate_ = Fate::drop;
    if (frame.type->extra_field >= 0) {
      fate_ = Fate::keep;
      kept_ = extra_of(frame);
      keep_name(name);
      return true;
    }
    if (options_.ignore_unknown) return true;
    std::string at = path();
    append_member(at, name);
    return add(std::move(at), "is not a known field");
  }

  static std::string* extra_of(const Frame& frame) {
    const auto& field = frame.type->fields[static_cast<std::size_t>(frame.type->extra_field)];
    return &static_cast<ExtraMembers*>(member(frame, field))->json;
  }

  // Who wrote a text under its other name reads it under that name again.
  void keep_alias(std::string_view value) {
    if (frames_.empty()) return;
    const Frame& frame = frames_.back();
    if (!frame.by_alias) return;
    kept_ = extra_of(frame);
    keep_name(frame.field->rules.alias);
    append_json_string(value, *kept_);
  }

  static void* member(const Frame& frame, const FieldInfo& field) {
    return static_cast<char*>(frame.value) + field.offset;
  }

  // Takes the place of the value that comes now.
  Slot next_slot() {
    if (frames_.empty()) return {&type_, value_};
    Frame& frame = frames_.back();
    if (frame.type->kind == Kind::object)
      return {frame.field->type, member(frame, *frame.field), &frame.field->rules};

    ++frame.count;
    if (++elements_ > options_.max_elements) {
      stop("holds more than " + std::to_string(options_.max_elements) + " array elements");
      return {};
    }
    if (frame.count > frame.rules->max_items) return {};
    if (frame.type->kind == Kind::list) return {frame.type->element, frame.type->emplace(frame.value)};
    const auto before = frame.type->size(frame.value);
    void* entry = frame.type->map_slot(frame.value, frame.key);
    if (frame.type->size(frame.value) == before) {
      add(path(), "is given twice");
      return {};
    }
    return {frame.type->element, entry};
  }

  // The same, inside its optionals.
  Slot next_value() {
    auto slot = next_slot();
    while (slot.type && slot.type->kind == Kind::optional) {
      slot.value = slot.type->emplace(slot.value);
      slot.type = slot.type->element;
    }
    return slot;
  }

  static std::int64_t lowest(Kind kind) {
    return kind == Kind::i32 ? std::numeric_limits<std::int32_t>::min()
                             : std::numeric_limits<std::int64_t>::min();
  }
  static std::int64_t highest(Kind kind) {
    return kind == Kind::i32 ? std::numeric_limits<std::int32_t>::max()
                             : std::numeric_limits<std::int64_t>::max();
  }

  bool takes_integer(const Slot& slot) const {
    return slot.type->kind == Kind::i32 || slot.type->kind == Kind::i64 ||
           slot.type->kind == Kind::duration || (slot.type->kind == Kind::time && options_.style.unix_time);
  }

  bool store_integer(const Slot& slot, std::int64_t value) {
    if (!takes_integer(slot)) return wrong(slot);
    switch (slot.type->kind) {
      case Kind::i32:
        if (!std::in_range<std::int32_t>(value)) return out_of_range(slot);
        *static_cast<std::int32_t*>(slot.value) = static_cast<std::int32_t>(value);
        return true;
      case Kind::i64:
        *static_cast<std::int64_t*>(slot.value) = value;
        return true;
      case Kind::duration:
        *static_cast<std::chrono::milliseconds*>(slot.value) = std::chrono::milliseconds(value);
        return true;
      default: {
        if (!is_writable_time(value)) return wrong(slot);
        *static_cast<Timestamp*>(slot.value) = Timestamp(std::chrono::seconds(value));
        return true;
      }
    }
  }

  // From the digits as they came: no amount passes through a binary fraction.
  bool store_money(const Slot& slot) {
    const auto text = number_text();
    if (const auto amount = parse_money(text)) {
      *static_cast<Money*>(slot.value) = *amount;
      return true;
    }
    return wrong(slot, money_expectation(*slot.type, *slot.rules));
  }

  // The text of the number that the parser has just read; it has read one character beyond, if there is one.
  std::string_view number_text() const {
    const auto is_of_number = [](char c) {
      return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    };
    const char* end = at_;
    if (end[-1] < '0' || end[-1] > '9') --end;  // a number ends with a digit
    const char* begin = end;
    while (begin != text_.data() && is_of_number(begin[-1])) --begin;
    return {begin, end};
  }

  // A scalar that is not read into the value.
  bool pass(std::string_view text) {
    if (fate_ == Fate::keep) {
      separate();
      kept_->append(text);
    }
    return passed();
  }
  bool passed() {
    if (nested_ == 0) fate_ = Fate::read;
    return true;
  }
  // A comma, unless a container or a member's value begins here: no value ends with one of these characters.
  void separate() {
    if (!kept_->empty() && std::string_view("{[:").find(kept_->back()) == std::string_view::npos)
      *kept_ += ',';
  }
  void keep_name(std::string_view name) {
    separate();
    append_json_string(name, *kept_);
    *kept_ += ':';
  }

  bool open(char bracket) {
    if (++depth_ > options_.max_depth)
      return stop("is nested more than " + std::to_string(options_.max_depth) + " levels deep");
    if (fate_ != Fate::read) {
      if (fate_ == Fate::keep) {
        separate();
        *kept_ += bracket;
      }
      ++nested_;
      return true;
    }
    const auto slot = next_value();
    const auto fits = [&] {
      return bracket == '[' ? slot.type->kind == Kind::list
                            : slot.type->kind == Kind::object || slot.type->kind == Kind::map;
    };
    if (!slot.type || !fits()) {
      fate_ = Fate::drop;
      nested_ = 1;
      return slot.type ? wrong(slot) : go_on();
    }
    if (slot.type->kind != Kind::object) slot.type->clear(slot.value);
    frames_.push_back({slot.type, slot.value, slot.rules});
    if (slot.type->extra_field >= 0) extra_of(frames_.back())->clear();
    return true;
  }

  bool close(char bracket) {
    --depth_;
    if (nested_ > 0) {
      if (fate_ == Fate::keep) *kept_ += bracket;
      --nested_;
      return passed();
    }
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.type->kind != Kind::object) {
      if (frame.count > frame.rules->max_items)
        return add(path(), "must have at most " + std::to_string(frame.rules->max_items) + " entries, has " +
                               std::to_string(frame.count));
    } else if (frames_.empty()) {
      present_ = frame.seen();
    } else if (missing(*frame.type, frame.seen())) {
      require(*frame.type, frame.seen(), path(), options_.style, problems_);
    }
    return go_on();
  }

  static bool missing(const TypeInfo& type, std::uint64_t seen) {
    for (std::size_t i = 0; i < type.fields.size(); ++i)
      if (type.fields[i].rules.required && !(seen >> i & 1)) return true;
    return false;
  }

  std::string path() const {
    std::string text;
    for (const auto& frame : frames_) {
      if (frame.type->kind == Kind::list)
        append_index(text, frame.count - 1);
      else if (frame.type->kind == Kind::map)
        append_member(text, frame.key);
      else if (frame.field)
        append_member(text, frame.field->name);
    }
    return text;
  }

  bool wrong(const Slot& slot) {
    if (slot.type->kind == Kind::time && options_.style.unix_time)
      return wrong(slot, "must be a time in whole Unix seconds");
    return wrong(slot, expectation(*slot.type, *slot.rules));
  }
  bool wrong(const Slot&, std::string problem) {
    // What is wrong with the outermost value leaves nothing to go on with.
    if (frames_.empty()) return stop(std::move(problem));
    return add(path(), std::move(problem));
  }
  // Of an integer: the type's own limits count where the rules set none.
  bool out_of_range(const Slot& slot) {
    if (!takes_integer(slot) || slot.type->kind == Kind::time) return wrong(slot);
    Rules limits = *slot.rules;
    limits.min_integer = std::max(limits.min_integer, lowest(slot.type->kind));
    limits.max_integer = std::min(limits.max_integer, highest(slot.type->kind));
    return wrong(slot, "must be a whole number between " + std::to_string(limits.min_integer) + " and " +
                           std::to_string(limits.max_integer));
  }

  bool add(std::string where, std::string problem) {
    if (problems_.size() < max_problems) problems_.push_back({std::move(where), std::move(problem)});
    return go_on();
  }
  bool go_on() const { return fatal_.problem.empty() && problems_.size() < max_problems; }
  bool stop(std::string problem, std::string where = {}) {
    if (fatal_.problem.empty()) fatal_ = {std::move(where), std::move(problem)};
    return false;
  }
  // `byte` counts from one.
  bool stop_at(const char* problem, std::ptrdiff_t byte) {
    return stop(std::string(problem) + " at byte " + std::to_string(byte));
  }

  const std::string_view text_;
  const TypeInfo& type_;
  void* const value_;
  const ReadOptions& options_;
  std::vector<FieldProblem>& problems_;

  const char* at_ = nullptr;  // behind what the parser has read
  std::vector<Frame> frames_;
  Fate fate_ = Fate::read;  // of the value that comes now
  std::string* kept_ = nullptr;
  std::size_t nested_ = 0;  // arrays and objects that are open inside a value that is not read
  std::size_t depth_ = 0;
  std::size_t elements_ = 0;
  std::uint64_t present_ = 0;
  FieldProblem fatal_;
};

}  // namespace

Result<void> read_json_fields(std::string_view text, const TypeInfo& type, void* value,
                              std::vector<FieldProblem>& problems, std::uint64_t& present,
                              const ReadOptions& options) {
  auto seen = Reader(text, type, value, options, problems).read();
  if (!seen) return invalid_field(std::move(seen.error().field), std::move(seen.error().problem));
  present |= *seen;
  return {};
}

void require_fields(const TypeInfo& type, std::uint64_t present, std::vector<FieldProblem>& problems,
                    const JsonStyle& style) {
  require(type, present, {}, style, problems);
}

Result<void> read_json(std::string_view text, const TypeInfo& type, void* value, const ReadOptions& options) {
  std::vector<FieldProblem> problems;
  std::uint64_t present = 0;
  if (auto read = read_json_fields(text, type, value, problems, present, options); !read) return read;
  require_fields(type, present, problems, options.style);
  conform(type, value, problems);
  if (!problems.empty()) return std::unexpected(invalid_argument(std::move(problems)));
  return {};
}

}  // namespace parley::codec
