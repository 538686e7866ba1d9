#include "demo/story.hpp"

#include "demo/telling.hpp"
#include "text.hpp"

namespace parley::app {
namespace {

constexpr Step steps[] = {
    {"The server is there", greet},
    {"Two users are created", create_users},
    {"Bad input is answered with every problem at once", refuse_bad_input},
    {"Alice and Bob chat over WebSocket", chat},
    {"Polling sees the same conversation", poll_messages},
    {"A stream breaks and goes on without a loss", resume_stream},
    {"Alice orders, and an impatient click costs nothing", place_order},
    {"She hears of her order as it moves on", be_notified},
    {"Several calls in one JSON-RPC batch", call_in_a_batch},
    {"The server has counted it all", count},
};

std::string replaced(std::string text, std::string_view by) {
  for (auto at = text.find("$$"); at != text.npos; at = text.find("$$", at + by.size()))
    text.replace(at, 2, by);
  return text;
}

std::string shortened(const std::string& body) {
  if (body.size() <= 300) return body;
  return body.substr(0, 300).append("...");
}

}  // namespace

std::span<const Step> story_steps() noexcept {
  return steps;
}

std::unexpected<Error> unlike(const std::string& expected, const std::string& came) {
  return fail(Code::internal, "expected " + expected + "; came " + shortened(came));
}

client::Request json_request(std::string method, std::string path, std::string body,
                             client::Headers headers) {
  headers.insert(headers.begin(), {"Content-Type", "application/json"});
  return {std::move(method), std::move(path), std::move(headers), std::move(body)};
}

std::string curl_command(const std::string& base, const client::Request& request) {
  std::string line = "curl -s";
  if (request.method != "GET" && !(request.method == "POST" && !request.body.empty()))
    line += " -X " + request.method;
  line += " " + shell_word(base + request.path);
  for (const auto& [name, value] : request.headers) line += " -H " + shell_word(name + ": " + value);
  if (!request.body.empty()) line += " -d " + replaced(shell_word(request.body), "'$RANDOM'");
  return line;
}

Result<std::string> ask_quietly(Story& story, client::Request request, std::uint16_t status) {
  request.body = replaced(std::move(request.body), story.number);
  const auto answer = client::send(story.target, request);
  const auto what = request.method + " " + request.path;
  if (!answer) return unlike("an answer to " + what, answer.error().message);
  if (answer->status != status)
    return unlike("status " + std::to_string(status) + " for " + what,
                  std::to_string(answer->status) + " " + answer->body);
  return answer->body;
}

Result<std::string> ask(Story& story, client::Request request, std::uint16_t status) {
  story.stage.command(curl_command(story.base(), request));
  if (!story.stage.pause(0.3)) return fail(Code::cancelled, "interrupted");
  auto body = ask_quietly(story, std::move(request), status);
  if (body) story.stage.answer(*body, status == 200 ? "" : "status " + std::to_string(status));
  return body;
}

}  // namespace parley::app
