// Answers as they go over the wire (RFC 9110, RFC 9112).
#pragma once

#include <parley/net/http.hpp>
#include <parley/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::net {

struct Exchange;
class Gzip;

// `Server` and `Date`, renewed once a second, and the configured fields of every answer.
class CommonFields {
 public:
  // `fields` go with every answer, `page_fields` instead of them with one of HTML.
  CommonFields(const Clock& clock, std::string_view server, std::string_view fields,
               std::string_view page_fields);
  // As of `now` on the clock's steady time, for an answer of that type.
  std::string_view at(SteadyTime now, std::string_view content_type);

 private:
  void renew(SteadyTime now);

  const Clock& clock_;
  std::string server_, fields_, page_fields_, text_, page_text_;
  SteadyTime valid_until_ = SteadyTime::min();
};

// Appends the response of `exchange` to its output: ETag and If-None-Match, the content coding, the body's
// length, what the connection does next. A 304 changes response.status. Gives the bytes of the body that were
// appended.
std::size_t append_answer(Exchange& exchange, std::string_view common, Gzip& gzip, bool keep_alive);

// The head of an answer whose body comes later: a stream of events, or a body that is produced.
void append_stream_head(Exchange& exchange, std::string_view common, std::string& out);

// X-Request-Id, traceparent and the response's own fields.
void append_own_fields(const Request& request, const Response& response, std::string& out);

// RFC 9110 section 13.1.2, weak comparison with `etag`, over all If-None-Match fields of the request.
bool none_match_fails(const Request& request, std::string_view etag) noexcept;

}  // namespace parley::net
