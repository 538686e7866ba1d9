// The envelope of JSON-RPC messages, which is scanned and not parsed: a document that another parser builds
// says what must have been found. Names, ids and parameters are those of the text, and nothing is taken for a
// call that is none.
#include "envelope.hpp"
#include "fuzz.hpp"

#include <parley/utf8.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

using namespace parley;
using namespace parley::jsonrpc;
using fuzz::require;
using Json = nlohmann::json;

namespace {

constexpr std::size_t max_batch = 4;

// How deep the text goes, and whether it is what the other parser cannot judge: a number that no double holds
// is JSON all the same.
struct Judgement {
  bool json = false, unknown = false;
  Json document = {};
};

Judgement judge(std::string_view text) {
  Judgement out;
  try {
    out.document = Json::parse(text);
    out.json = true;
  } catch (const Json::out_of_range&) {
    out.unknown = true;
  } catch (const Json::exception&) {
  }
  return out;
}

std::uint32_t depth_of(const Json& value) {
  std::uint32_t deepest = 0;
  if (!value.is_structured()) return 0;
  for (const auto& element : value) deepest = std::max(deepest, depth_of(element));
  return deepest + 1;
}

void check_call(const Envelope& call, const Json& document, std::string_view text) {
  const auto lies_inside = [&](std::string_view part) {
    return part.empty() ||
           (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
  };
  require(lies_inside(call.id) && lies_inside(call.params) && lies_inside(call.plain_name),
          "views lie in the text");
  require(is_utf8(call.problem), "a problem is readable", call.problem);
  if (!call.id.empty()) {
    const auto id = Json::parse(call.id);
    require(id.is_string() || id.is_number() || id.is_null(), "an id is text, a number or null", call.id);
    require(id == document.at("id") || id.is_number_float(), "an id is the one that came", call.id);
  }
  if (!call.problem.empty()) return;
  require(document.is_object() && document.at("jsonrpc") == "2.0", "a call is of version 2.0", text);
  require(document.at("method") == std::string(call.method()), "the method is the one that came",
          call.method());
  require(document.contains("id") == !call.notification(), "a call without an id is a notification", text);
  require(document.contains("params") == !call.params.empty(), "there are params if there were", text);
  if (call.params.empty()) return;
  const auto params = Json::parse(call.params);
  require(params.is_structured() && params == document.at("params"), "the params are those that came",
          call.params);
  if (!params.is_array()) return;
  const auto elements = elements_of(call.params);
  require(elements.size() == params.size(), "an array has its elements", call.params);
  for (std::size_t i = 0; i < elements.size(); ++i)
    require(Json::parse(elements[i]) == params[i], "an element is the one that came", elements[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The other parser takes a NUL for the end, and passes over a byte order mark.
  const auto given = fuzz::text_of(data, size);
  if (size > 4096 || given.contains('\0') || given.starts_with('\xEF')) return 0;
  const fuzz::Exact exact(given);
  const auto text = exact.view();
  const auto message = read_message(text, max_batch);
  const auto other = judge(text);
  if (message.refusal)
    require(is_utf8(message.refusal->detail), "a refusal is readable", message.refusal->detail);
  const bool read = !message.refusal || message.refusal->code != parse_error;
  if (other.unknown) return 0;
  if (!other.json) {
    require(!read, "what is no JSON is refused", text);
    return 0;
  }
  if (!read) {
    require(depth_of(other.document) > max_depth, "JSON is read", text);
    return 0;
  }
  const auto& document = other.document;
  require(message.batch == document.is_array(), "an array is a batch", text);
  if (!message.batch) {
    check_call(message.single, document, text);
    return 0;
  }
  require(message.refusal.has_value() == (document.empty() || document.size() > max_batch),
          "a batch has one call at least, and not too many", text);
  if (message.refusal) return 0;
  require(message.calls.size() == document.size(), "a batch has its calls", text);
  for (std::size_t i = 0; i < message.calls.size(); ++i) check_call(message.calls[i], document[i], text);
  return 0;
}
