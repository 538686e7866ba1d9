// The rules of a described type, applied to a value.
#pragma once

#include <parley/describe.hpp>
#include <parley/result.hpp>

#include <vector>

namespace parley {

// The most problems reported of one message; further ones are not looked for.
inline constexpr std::size_t max_problems = 16;

// Normalises `value` in place (trimmed, lower case) and appends what breaks a rule, in declaration order,
// with paths such as `items[0].quantity` below `path`. A field whose path already has a problem is skipped
// with all below it. Text that is not well-formed UTF-8, a number that is not finite and an enumeration value
// without a name break a rule everywhere.
void conform(const TypeInfo& type, void* value, std::vector<FieldProblem>& problems,
             std::string_view path = {});

// The same for a port's implementation: every placement checks, whoever called. invalid_argument with all
// problems, or nothing.
template <class T>
Result<void> conform(T& value) {
  std::vector<FieldProblem> problems;
  conform(describe<T>(), &value, problems);
  if (!problems.empty()) return std::unexpected(invalid_argument(std::move(problems)));
  return {};
}

// Sets the field `name` (or its alias) of the object `value` from text, as it stands in a query string, a
// path or an environment variable: numbers in decimal, true/false, RFC 3339, enumeration names, durations
// such as "1500ms", "54s", "10m"; for a byte count "16MiB". A list field takes one more element per call.
// False when the type has no such field; otherwise true, with a problem appended if the text does not fit.
bool set_from_text(const TypeInfo& type, void* value, std::string_view name, std::string_view text,
                   std::vector<FieldProblem>& problems);

// What a value of `type` under `rules` must be, as a problem: "must be a whole number between 1 and 999",
// "must be one of red, green".
std::string expectation(const TypeInfo& type, const Rules& rules = {});

// Goes from the path of an object or map to that of its member: `address` + `city` is `address.city`. A
// member name that a client chose is cut to a readable length.
void append_member(std::string& path, std::string_view name);
void append_index(std::string& path, std::size_t index);

}  // namespace parley
