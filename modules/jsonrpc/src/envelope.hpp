// The request object of JSON-RPC 2.0 (sections 4 and 6), as spans of the text it came in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::jsonrpc {

// Codes of the specification, section 5.1. Those of domain errors come from the one table
// (parley/result.hpp).
inline constexpr int parse_error = -32700, invalid_request = -32600, method_not_found = -32601,
                     invalid_params = -32602, internal_error = -32603;
// The one code of a domain error that the table leaves to the edge: invalid_argument without a field at
// fault.
inline constexpr int refused_argument = -32003;

// Of a whole message: two levels more than the codec takes of params.
inline constexpr std::uint32_t max_depth = 66;

// One call. Views are of the message's text.
struct Envelope {
  std::string_view id;          // JSON, exactly as it came: 1.50 stays 1.50; empty for none
  std::string_view params;      // JSON of an array or object; empty for none
  std::string_view plain_name;  // without its quotes, when it has no escapes
  std::string decoded_name;     // otherwise
  std::string problem;          // why it is no request object; empty for a good one

  std::string_view method() const noexcept { return decoded_name.empty() ? plain_name : decoded_name; }
  // Gets no answer, whatever happens (section 4.1).
  bool notification() const noexcept { return id.empty() && problem.empty(); }
};

struct Message {
  struct Refusal {
    int code;
    std::string detail;
  };
  // Instead of all else: nothing of it was called.
  std::optional<Refusal> refusal = {};
  bool batch = false;
  Envelope single = {};              // unless `batch`
  std::vector<Envelope> calls = {};  // of a batch: at least one
};

// Checks the whole text before anything of it is called. `text` outlives what is returned.
Message read_message(std::string_view text, std::size_t max_batch);

// The elements of a JSON array that is well-formed.
std::vector<std::string_view> elements_of(std::string_view array);

}  // namespace parley::jsonrpc
