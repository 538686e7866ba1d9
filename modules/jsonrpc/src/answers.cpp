#include "answers.hpp"

#include "envelope.hpp"

#include <parley/codec/json.hpp>

#include <chrono>

namespace parley::jsonrpc {
namespace {

constexpr std::string_view response_head = R"({"jsonrpc":"2.0",)";

void member(std::string_view key, std::string_view value, std::string& out) {
  out += key;
  codec::append_json_string(value, out);
}

void append(int code, Code canonical, std::string_view detail, const std::vector<FieldProblem>& fields,
            std::chrono::milliseconds retry_after, const Trace& trace, std::string& out) {
  const auto standard = standard_message(code);
  const bool own_words = standard.empty();
  out += R"({"code":)";
  out += std::to_string(code);
  member(R"(,"message":)", own_words ? detail : standard, out);
  member(R"(,"data":{"code":)", info(canonical).name, out);
  if (!own_words) member(R"(,"detail":)", detail, out);
  if (!fields.empty()) {
    out += R"(,"errors":)";
    char separator = '[';
    for (const auto& field : fields) {
      out += separator;
      separator = ',';
      member(R"({"field":)", field.field, out);
      member(R"(,"message":)", field.problem, out);
      out += '}';
    }
    out += ']';
  }
  if (retry_after.count() > 0) {
    out += R"(,"retry_after":)";
    out += std::to_string(std::chrono::ceil<std::chrono::seconds>(retry_after).count());
  }
  if (trace.valid()) member(R"(,"trace_id":)", trace.trace_id_hex(), out);
  out += "}}";
}

// Params that no field is wrong with were understood: what is refused then, such as a division by zero, is
// the domain's error and none of the params.
int code_of(const Error& error) noexcept {
  const bool of_domain = error.code == Code::invalid_argument && error.fields.empty();
  return of_domain ? refused_argument : info(error.code).jsonrpc_code;
}

}  // namespace

std::string_view standard_message(int code) noexcept {
  switch (code) {
    case parse_error:
      return "Parse error";
    case invalid_request:
      return "Invalid Request";
    case method_not_found:
      return "Method not found";
    case invalid_params:
      return "Invalid params";
    case internal_error:
      return "Internal error";
    default:
      return {};
  }
}

void begin_result(std::string& out) {
  out += response_head;
  out += R"("result":)";
}

void end_response(std::string_view id, std::string& out) {
  out += R"(,"id":)";
  out += id.empty() ? std::string_view("null") : id;
  out += '}';
}

void append_error(const Error& error, const Trace& trace, std::string& out) {
  append(code_of(error), error.code, error.message, error.fields, error.retry_after, trace, out);
}

void append_error(int code, Code canonical, std::string_view detail, const Trace& trace, std::string& out) {
  append(code, canonical, detail, {}, {}, trace, out);
}

void write_error(std::string_view id, const Error& error, const Trace& trace, std::string& out) {
  out += response_head;
  out += R"("error":)";
  append_error(error, trace, out);
  end_response(id, out);
}

void write_error(std::string_view id, int code, Code canonical, std::string_view detail, const Trace& trace,
                 std::string& out) {
  out += response_head;
  out += R"("error":)";
  append_error(code, canonical, detail, trace, out);
  end_response(id, out);
}

}  // namespace parley::jsonrpc
