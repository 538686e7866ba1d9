// JSON of described types, interpreted from their tables. No JSON library is visible here.
#pragma once

#include <parley/describe.hpp>
#include <parley/result.hpp>
#include <parley/validate.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace parley::codec {

// How a message looks to a client of a given API version.
struct JsonStyle {
  std::uint16_t version = std::numeric_limits<std::uint16_t>::max();  // hides fields of later versions
  bool unix_time = false;  // times as whole seconds instead of RFC 3339 (v1 and JSON-RPC)
};

// Appends. Absent optionals are left out; an explicit null is written. Doubles in their shortest form that
// reads back the same, whole ones without a fraction; NaN and infinities as null. Durations are whole
// milliseconds; amounts of money have two decimals; an object in its text form is a string. Text must be
// UTF-8: ill-formed bytes are written as U+FFFD. Of the extra members those are left out that bear the name
// of a declared field.
void write_json(const TypeInfo& type, const void* value, std::string& out, const JsonStyle& style = {});
template <class T>
std::string to_json(const T& value, const JsonStyle& style = {}) {
  std::string out;
  write_json(describe<T>(), &value, out, style);
  return out;
}
// A JSON string with its quotes.
void append_json_string(std::string_view text, std::string& out);

struct ReadOptions {
  std::uint32_t max_depth = 64;
  bool ignore_unknown = true;  // a client may know more than the server
  // Of all arrays and maps of one message together, so that a small text cannot become a large value.
  std::uint32_t max_elements = 100'000;
  JsonStyle style = {};  // that the text is in
  // Bits of the outermost type's fields that come from elsewhere: the text's members of those names are
  // unknown.
  std::uint64_t hidden = 0;
};

// Reads strictly (RFC 8259: UTF-8, no duplicate member among the known ones, nothing after the end) and
// conforms the value. invalid_argument lists every problem with its path; text that is not JSON is one
// problem, of the field "", that tells the byte. A field hidden from `style.version` is unknown to it.
// Whole numbers may be written with a fraction or an exponent (5.0, 5e0) up to 2^53; amounts of money are
// taken from their digits, whichever way they are written. Null clears an optional.
Result<void> read_json(std::string_view text, const TypeInfo& type, void* value,
                       const ReadOptions& options = {});
// The same without conform() and without asking for required fields of `type` itself, for an edge that fills
// in more fields from elsewhere and conforms afterwards. An error when reading had to end early: no JSON,
// nested too deeply, not of `type` at all; what else is wrong with fields is appended to `problems`.
// `present` collects a bit per declared field that was seen.
Result<void> read_json_fields(std::string_view text, const TypeInfo& type, void* value,
                              std::vector<FieldProblem>& problems, std::uint64_t& present,
                              const ReadOptions& options = {});
// Appends "<field> is required" for required fields of `type` whose bit is not in `present`.
void require_fields(const TypeInfo& type, std::uint64_t present, std::vector<FieldProblem>& problems,
                    const JsonStyle& style = {});

template <class T>
Result<T> from_json(std::string_view text, const ReadOptions& options = {}) {
  T value{};
  if (auto read = read_json(text, describe<T>(), &value, options); !read)
    return std::unexpected(read.error());
  return value;
}

// problem+json (RFC 9457) of an error: type, title, status, detail, code, trace_id, and for validation
// `errors`: [{"field","message"}]. `status` 0: the one of the code.
std::string problem_json(const Error& error, std::string_view trace_id, std::string_view instance = {},
                         std::uint16_t status = 0);
// The JSON Schema of what that writes.
std::string problem_schema();

}  // namespace parley::codec

// {"field","message"}, as errors name it everywhere.
template <>
const parley::TypeInfo& parley::describe<parley::FieldProblem>();
