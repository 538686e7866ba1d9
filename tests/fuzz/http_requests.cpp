// Requests as a connection reads them: heads, bodies of a length, chunked bodies, one after another. However
// the bytes are cut, the same requests come out, and they are what a naive reading of the text says.
#include "chunked_body.hpp"
#include "fuzz.hpp"
#include "request_parser.hpp"

#include <parley/net/http.hpp>
#include <parley/task.hpp>

#include <string>
#include <vector>

using namespace parley;
using namespace parley::net;
using fuzz::require;

namespace {

// Small, so that inputs reach them.
constexpr HeadLimits limits{1024, 16};
constexpr std::size_t max_body = 512;

bool is_inside(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A head that was taken, line by line: what an attacker hides from one reader, another would see.
void check_head(std::string_view text, const Request& request, const Head& head) {
  while (text.starts_with("\r\n")) text.remove_prefix(2);
  require(text.ends_with("\r\n\r\n"), "a head ends with an empty line", text);
  require(text.size() <= limits.max_size, "a head keeps to its limit", text);
  text.remove_suffix(2);
  const auto line = fuzz::take_until(text, "\r\n");
  require(
      line.starts_with(request.method_name) && line.ends_with(request.http_1_0 ? " HTTP/1.0" : " HTTP/1.1"),
      "the request line has a method and a version", line);
  require(trimmed(line.substr(request.method_name.size(), line.size() - request.method_name.size() - 9)) ==
              request.target,
          "the target is what stands between them", line);
  std::size_t hosts = 0;
  for (const auto& field : request.fields) {
    const auto field_line = fuzz::take_until(text, "\r\n");
    const auto colon = field_line.find(':');
    require(colon != field_line.npos && trimmed(field_line.substr(0, colon)) == field.name &&
                trimmed(field_line.substr(colon + 1)) == field.value,
            "a field is one line", field_line);
    require(field.name.find_first_of(" \t\r\n") == field.name.npos, "a name holds no space", field.name);
    require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == field.value.npos,
            "a value holds no line end", field.value);
    hosts += field.name.size() == 4 && (field.name[0] | 32) == 'h' && (field.name[1] | 32) == 'o' &&
             (field.name[2] | 32) == 's' && (field.name[3] | 32) == 't';
  }
  require(text.empty(), "no line is left out", text);
  require(request.http_1_0 || hosts == 1, "there is one Host");
  require(request.fields.size() <= limits.max_fields, "the fields keep to their limit");
  require(!head.chunked || head.content_length == 0, "a body is framed in one way");
  require(!head.chunked || !request.http_1_0, "HTTP/1.0 knows no chunks");
}

void check_views(std::string_view input, const Request& request, const Head& head) {
  for (const auto view :
       {request.method_name, request.target, request.query, head.request_id, head.traceparent})
    require(view.empty() || is_inside(view, input), "a view lies in the input");
  require(request.path.empty() || request.path.data() == root_path.data() || is_inside(request.path, input),
          "the path lies in the input");
  for (const auto& field : request.fields)
    require(is_inside(field.name, input) && (field.value.empty() || is_inside(field.value, input)),
            "a field lies in the input");
}

// What handlers ask of a request.
void use(const Request& request) {
  static_cast<void>(request.query_parameter("q"));
  const auto all = request.query_parameters();
  require(all || all.error().code == Code::invalid_argument, "a bad query is an invalid argument");
  static_cast<void>(request.header("Accept"));
}

std::string naive_body(std::string_view raw) {
  std::string body;
  for (;;) {
    const auto line = fuzz::take_until(raw, "\r\n");
    std::size_t size = 0;
    for (const char c : line.substr(0, line.find_first_not_of("0123456789abcdefABCDEF")))
      size = size * 16 + static_cast<std::size_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    if (size == 0) return body;
    body.append(raw.substr(0, size));
    raw.remove_prefix(size + 2);
  }
}

struct Outcome {
  std::vector<std::string> requests;  // "METHOD target body"
  bool refused = false;
  bool operator==(const Outcome&) const = default;
};

// One connection's reading side.
class Stream {
 public:
  Outcome outcome;

  void feed(std::string_view bytes) {
    input_.append(bytes);
    while (!outcome.refused && (in_body_ ? read_body() : read_head())) {
    }
  }

 private:
  bool read_head() {
    if (input_.empty()) return false;
    const fuzz::Exact input(input_);
    Request request;
    std::vector<Field> fields;
    const auto parsed = parse_head(input.view(), limits, seen_, request, fields, head_);
    check_views(input.view(), request, head_);
    if (parsed.status == HeadStatus::refused) {
      require(parsed.refusal >= 400 && parsed.refusal < 600 && parsed.why, "a refusal says why");
      outcome.refused = true;
      return false;
    }
    if (parsed.status == HeadStatus::incomplete) {
      require(input_.size() < limits.max_size + 16, "an endless head is refused");
      require(parsed.size == std::size_t{2} * parsed.empty_lines, "only empty lines are done with");
      input_.erase(0, parsed.size);
      return false;
    }
    require(parsed.size <= input_.size() && seen_ == 0, "a head ends in the input");
    check_head(input.view().substr(0, parsed.size), request, head_);
    use(request);
    request_ = std::string(request.method_name) + " " + std::string(request.target) + " ";
    input_.erase(0, parsed.size);
    if (head_.content_length > max_body) {
      outcome.refused = true;
      return false;
    }
    in_body_ = true;
    body_.clear();
    raw_.clear();
    chunks_.reset(max_body);
    return true;
  }

  bool read_body() {
    if (!head_.chunked) {
      const auto size = static_cast<std::size_t>(head_.content_length);
      if (input_.size() < size) return false;
      finish(input_.substr(0, size));
      input_.erase(0, size);
      return true;
    }
    if (input_.empty()) return false;
    const fuzz::Exact raw(input_);
    const std::unique_ptr<char[]> out(new char[input_.size()]);
    const auto progress = chunks_.decode(out.get(), raw.view().data(), input_.size());
    require(progress.consumed <= input_.size() && progress.produced <= progress.consumed,
            "decoding makes bytes fewer");
    body_.append(out.get(), progress.produced);
    raw_.append(input_, 0, progress.consumed);
    input_.erase(0, progress.consumed);
    require(body_.size() <= max_body, "a body keeps to its limit");
    switch (progress.status) {
      case ChunkedBody::Status::more:
        return false;
      case ChunkedBody::Status::done:
        require(body_ == naive_body(raw_), "a chunked body is its chunks", body_);
        finish(body_);
        return true;
      case ChunkedBody::Status::malformed:
        require(chunks_.problem(), "a malformed body has a problem");
        break;
      case ChunkedBody::Status::too_large:
        break;
    }
    outcome.refused = true;
    return false;
  }

  void finish(const std::string& body) {
    outcome.requests.push_back(request_ + body);
    in_body_ = false;
  }

  std::string input_, request_, body_, raw_;
  std::size_t seen_ = 0;
  Head head_;
  ChunkedBody chunks_;
  bool in_body_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  if (size > 8192) return 0;
  Stream whole;
  whole.feed(text);

  Stream cut;
  fuzz::Pieces pieces(text);
  for (auto rest = text; !rest.empty();) {
    const auto length = pieces.next(rest.size());
    cut.feed(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  require(cut.outcome.requests == whole.outcome.requests, "pieces make the same requests");

  if (size <= 512) {
    Stream trickled;
    for (std::size_t i = 0; i < size; ++i) trickled.feed(text.substr(i, 1));
    require(trickled.outcome == cut.outcome || trickled.outcome.requests == whole.outcome.requests,
            "single bytes make the same requests");
  }
  return 0;
}
