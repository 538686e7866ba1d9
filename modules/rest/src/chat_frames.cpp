#include "chat_frames.hpp"

#include <parley/codec/json.hpp>

namespace parley::rest {
namespace {

std::string begin(std::string_view type) {
  std::string out = R"({"type":")";
  out += type;
  out += '"';
  return out;
}

void member(std::string_view key, std::string_view value, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  codec::append_json_string(value, out);
}

std::string end(std::string out, Timestamp now) {
  out += R"(,"user":"system","timestamp":")";
  append_rfc3339(now, out);
  out += "\"}";
  return out;
}

}  // namespace

std::string system_frame(std::string_view type, std::string_view content, Timestamp now) {
  auto out = begin(type);
  member("content", content, out);
  return end(std::move(out), now);
}

std::string gap_frame(std::string_view room, const LogGap& gap, Timestamp now) {
  const auto from = std::to_string(gap.from), to = std::to_string(gap.to);
  auto out = begin("gap");
  member("content", "messages " + from + " to " + to + " are no longer kept", out);
  member("room", room, out);
  out += ",\"from\":" + from + ",\"to\":" + to;
  return end(std::move(out), now);
}

std::string error_frame(const Error& error, Timestamp now) {
  auto out = begin("error");
  member("code", info(error.code).name, out);
  member("content", error.message, out);
  if (!error.fields.empty()) {
    out += R"(,"errors":[)";
    for (auto& problem : error.fields) {
      if (&problem != &error.fields.front()) out += ',';
      out += R"({"field":)";
      codec::append_json_string(problem.field, out);
      out += R"(,"message":)";
      codec::append_json_string(problem.problem, out);
      out += '}';
    }
    out += ']';
  }
  if (error.retry_after.count() > 0)
    out += ",\"retry_after\":" +
           std::to_string(std::chrono::ceil<std::chrono::seconds>(error.retry_after).count());
  return end(std::move(out), now);
}

}  // namespace parley::rest
