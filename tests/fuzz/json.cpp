// The reader and the writer of JSON over described types. The first byte chooses the type and style (see
// `shapes`), the rest is the text. What is read is JSON to another parser too and comes back the same when it
// is written and read again; what is refused is refused in words.
#include "fuzz.hpp"
#include "tree.hpp"
#include "unit/codec/sample.hpp"

#include <parley/codec/json.hpp>
#include <parley/utf8.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace parley;
using namespace parley::test;
using fuzz::check_refusal;
using fuzz::require;

namespace {

codec::ReadOptions options_of(char how) {
  codec::ReadOptions options;
  options.max_depth = 16;
  options.max_elements = 200;
  options.ignore_unknown = how != 'S';
  options.style.unix_time = how == 'U';
  if (how == 'V') options.style.version = 1;
  return options;
}

template <class T>
std::string written(const T& value, const codec::ReadOptions& options) {
  auto text = codec::to_json(value, options.style);
  require(nlohmann::json::accept(text), "what is written is JSON", text);
  return text;
}

template <class T>
void check(std::string_view text, const codec::ReadOptions& options) {
  const fuzz::Exact exact(text);
  const auto value = codec::from_json<T>(exact.view(), options);
  if (!value) return check_refusal(value.error());
  require(nlohmann::json::accept(text), "what is read is JSON", text);

  const auto first = written(*value, options);
  const auto again = codec::from_json<T>(first, options);
  require(again.has_value(), "what is written is read",
          again ? ""
                : first + "\n" + again.error().message + again.error().fields[0].field + " " +
                      again.error().fields[0].problem);
  // Fields that the version hides are read and not written.
  if (options.style.version > 1) require(*again == *value, "what is read comes back the same", first);
  const auto second = written(*again, options);
  require(first == second, "what is read is written again", first + "\n" + second);

  // A value that was read is in order: conforming once more changes nothing.
  T copy = *value;
  require(conform(copy).has_value() && written(copy, options) == first, "what is read conforms", first);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > 8192) return 0;
  auto text = fuzz::text_of(data, size);
  const char shape = text[0];
  const auto options = options_of(text[1]);
  text.remove_prefix(2);
  switch (shape) {
    case 'u':
      check<User>(text, options);
      break;
    case 'n':
      check<Notes>(text, options);
      break;
    case 's':
      check<Scalars>(text, options);
      break;
    case 'a':
      check<Account>(text, options);
      break;
    case 't':
      check<fuzz::Tree>(text, options);
      break;
    case '"': {  // any bytes as a string
      std::string out;
      codec::append_json_string(text, out);
      const auto back = nlohmann::json::parse(out);
      require(back.is_string(), "a string is one");
      require(!is_utf8(text) || back.get<std::string>() == text, "a string comes back", out);
      break;
    }
    default:
      break;
  }
  return 0;
}
