// The reader and the writer of protobuf over described types. The first byte chooses the type, the second the
// version of the style; the rest is the message. What is read comes back the same when it is written and read
// again, and as JSON too; what is refused is refused in words.
#include "fuzz.hpp"
#include "tree.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/protobuf.hpp>

#include <string>
#include <type_traits>

using namespace parley;
using namespace parley::test;
using fuzz::require;

namespace {

template <class T>
void check(std::string_view bytes, const codec::ProtobufLimits& limits) {
  const fuzz::Exact exact(bytes);
  const auto value = codec::from_protobuf<T>(exact.view(), limits);
  if (!value) return fuzz::check_refusal(value.error());

  const auto first = codec::to_protobuf(*value, limits.style);
  const auto again = codec::from_protobuf<T>(first, limits);
  require(again.has_value(), "what is written is read", again ? "" : again.error().message);
  require(*again == *value, "what is read comes back the same", first);
  require(codec::to_protobuf(*again, limits.style) == first, "what is read is written again", first);

  T copy = *value;
  require(conform(copy).has_value() && copy == *value, "what is read conforms", first);

  // An extra member that is called like a field is left out of JSON.
  if constexpr (std::is_same_v<T, Notes> || std::is_same_v<T, fuzz::Tree>) return;
  const auto text = codec::to_json(*value);
  const auto from_text = codec::from_json<T>(text);
  require(from_text.has_value() && *from_text == *value, "what is read comes back as JSON", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 8192) return 0;
  auto bytes = fuzz::text_of(data, size);
  const char shape = bytes[0];
  codec::ProtobufLimits limits;
  limits.max_depth = 16;
  limits.max_elements = 200;
  if (bytes[1] == '1') limits.style.version = 1;
  bytes.remove_prefix(2);
  switch (shape) {
    case 'u':
      check<User>(bytes, limits);
      break;
    case 'n':
      check<Notes>(bytes, limits);
      break;
    case 's':
      check<Scalars>(bytes, limits);
      break;
    case 'p':
      check<Parcel>(bytes, limits);
      break;
    case 'a':
      check<Account>(bytes, limits);
      break;
    case 't':
      check<fuzz::Tree>(bytes, limits);
      break;
    default:
      break;
  }
  return 0;
}
