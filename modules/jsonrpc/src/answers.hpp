// The response object of JSON-RPC 2.0 (section 5), written as text.
#pragma once

#include <parley/context.hpp>
#include <parley/result.hpp>

#include <string>
#include <string_view>

namespace parley::jsonrpc {

// A response with a result: begin_result(), the result's JSON, end_response().
void begin_result(std::string& out);
// An empty `id` is null: the call's could not be told.
void end_response(std::string_view id, std::string& out);

// {"code":-32005,"message":"...","data":{...}} of an error that an operation answered, or that has a place in
// the same table. `data` has the canonical code, the fields at fault, when to try again (seconds), and the
// trace. Where the specification gives a code its text, that is the message, and the error's own is
// data.detail.
void append_error(const Error& error, const Trace& trace, std::string& out);
// One of the specification's own errors. `canonical` is what data.code names.
void append_error(int code, Code canonical, std::string_view detail, const Trace& trace, std::string& out);

// Whole responses.
void write_error(std::string_view id, const Error& error, const Trace& trace, std::string& out);
void write_error(std::string_view id, int code, Code canonical, std::string_view detail, const Trace& trace,
                 std::string& out);

// What the specification calls `code`; empty for a code that it leaves to the server.
std::string_view standard_message(int code) noexcept;

}  // namespace parley::jsonrpc
