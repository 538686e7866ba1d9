#include "envelope.hpp"

#include "scanner.hpp"

#include <parley/codec/json.hpp>

#include <array>

namespace parley::jsonrpc {
namespace {

enum Member { version, method, params, id, members };
constexpr std::array<std::string_view, members> names{"jsonrpc", "method", "params", "id"};

bool has_escape(std::string_view text) noexcept {
  return text.find('\\') != std::string_view::npos;
}

// A well-formed JSON string, without quotes and escapes.
std::string decode(std::string_view text) {
  std::string out;
  (void)codec::read_json(text, describe<std::string>(), &out);
  return out;
}

std::string_view without_quotes(std::string_view text) noexcept {
  return text.substr(1, text.size() - 2);
}

// Which member a key names; `members` for one that the specification does not know.
std::size_t find_member(std::string_view key) {
  std::string decoded;
  std::string_view name = without_quotes(key);
  if (has_escape(name)) name = decoded = decode(key);
  std::size_t i = 0;
  while (i < members && names[i] != name) ++i;
  return i;
}

bool may_be_id(std::string_view text) noexcept {
  return text.front() == '"' || text.front() == '-' || (text.front() >= '0' && text.front() <= '9') ||
         text == "null";
}

bool is_version_2(std::string_view text) {
  if (text == R"("2.0")") return true;
  return text.starts_with('"') && has_escape(text) && decode(text) == "2.0";
}

// Reads the object that comes next. False when the text is not JSON; an object that is JSON and no request
// says so in `problem`.
bool read_object(Scanner& scanner, Envelope& call) {
  std::array<std::string_view, members> found;
  std::size_t twice = members;
  bool two_ids = false;
  if (!scanner.enter()) return false;
  scanner.skip_space();
  if (!scanner.take('}')) {
    for (;;) {
      std::string_view key, value;
      if (!scanner.string(key)) return false;
      scanner.skip_space();
      if (!scanner.take(':')) return scanner.fail("is not valid JSON");
      scanner.skip_space();
      if (!scanner.value(value)) return false;
      // Members that the specification does not know are none of our business.
      if (const auto member = find_member(key); member < members) {
        if (!found[member].empty()) {
          twice = member;
          two_ids |= member == id;
        }
        found[member] = value;
      }
      scanner.skip_space();
      if (scanner.take('}')) break;
      if (!scanner.take(',')) return scanner.fail("is not valid JSON");
      scanner.skip_space();
    }
  }
  scanner.leave();

  call.params = found[params];
  if (!two_ids && !found[id].empty() && may_be_id(found[id])) call.id = found[id];
  // Two values of one member: which one counts would depend on the reader, so none does.
  if (twice != members) {
    call.problem = "the member \"" + std::string(names[twice]) + "\" is given twice";
  } else if (!is_version_2(found[version])) {
    call.problem = R"("jsonrpc" must be "2.0")";
  } else if (!found[id].empty() && call.id.empty()) {
    call.problem = "\"id\" must be text, a number or null";
  } else if (found[method].empty() || found[method].front() != '"') {
    call.problem = "\"method\" must be the name of a method";
  } else if (!call.params.empty() && call.params.front() != '[' && call.params.front() != '{') {
    call.problem = "\"params\" must be an array or an object, or be left out";
  } else {
    call.plain_name = without_quotes(found[method]);
    if (has_escape(call.plain_name)) call.decoded_name = decode(found[method]);
  }
  return true;
}

// A call, or anything else in its place.
bool read_call(Scanner& scanner, Envelope& call) {
  if (scanner.next() == '{') return read_object(scanner, call);
  std::string_view ignored;
  if (!scanner.value(ignored)) return false;
  call.problem = "a call must be an object";
  return true;
}

bool read_batch(Scanner& scanner, std::size_t max_batch, Message& message) {
  message.batch = true;
  if (!scanner.enter()) return false;
  std::size_t count = 0;
  scanner.skip_space();
  if (!scanner.take(']')) {
    for (;;) {
      Envelope surplus;
      ++count;
      if (!read_call(scanner, count <= max_batch ? message.calls.emplace_back() : surplus)) return false;
      scanner.skip_space();
      if (scanner.take(']')) break;
      if (!scanner.take(',')) return scanner.fail("is not valid JSON");
      scanner.skip_space();
    }
  }
  scanner.leave();
  if (count == 0) message.refusal = {invalid_request, "A batch must hold at least one call"};
  if (count > max_batch)
    message.refusal = {invalid_request, "A batch may hold at most " + std::to_string(max_batch) +
                                            " calls, this one holds " + std::to_string(count)};
  return true;
}

}  // namespace

Message read_message(std::string_view text, std::size_t max_batch) {
  Message message;
  Scanner scanner(text, max_depth);
  scanner.skip_space();
  const bool well_formed =
      scanner.next() == '[' ? read_batch(scanner, max_batch, message) : read_call(scanner, message.single);
  scanner.skip_space();
  if (!well_formed || !scanner.at_end()) message.refusal = {parse_error, "The message " + scanner.problem()};
  return message;
}

std::vector<std::string_view> elements_of(std::string_view array) {
  std::vector<std::string_view> elements;
  Scanner scanner(array, max_depth);
  scanner.take('[');
  for (;;) {
    scanner.skip_space();
    if (scanner.take(']') || scanner.at_end()) return elements;
    std::string_view element;
    if (!scanner.value(element)) return elements;
    elements.push_back(element);
    scanner.skip_space();
    scanner.take(',');
  }
}

}  // namespace parley::jsonrpc
