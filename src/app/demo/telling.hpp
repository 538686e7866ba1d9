// What the steps of the story have in common.
#pragma once

#include "demo/story.hpp"

#include <parley/codec/json.hpp>

namespace parley::app {

namespace client = net::client;

std::unexpected<Error> unlike(const std::string& expected, const std::string& came);

// A POST or PATCH of JSON.
client::Request json_request(std::string method, std::string path, std::string body,
                             client::Headers headers = {});

// Shows the command, sends the request, shows the answer. An error unless the status is `status`.
Result<std::string> ask(Story& story, client::Request request, std::uint16_t status);
// The same without showing anything.
Result<std::string> ask_quietly(Story& story, client::Request request, std::uint16_t status);

template <class T>
Result<T> read_as(const std::string& body) {
  auto value = codec::from_json<T>(body);
  if (!value) return unlike("an answer with all its fields", body + " (" + value.error().message + ")");
  return value;
}

// The steps, in files by subject.
Result<std::string> greet(Story& story);
Result<std::string> create_users(Story& story);
Result<std::string> refuse_bad_input(Story& story);
Result<std::string> chat(Story& story);
Result<std::string> poll_messages(Story& story);
Result<std::string> resume_stream(Story& story);
Result<std::string> place_order(Story& story);
Result<std::string> be_notified(Story& story);
Result<std::string> call_in_a_batch(Story& story);
Result<std::string> count(Story& story);

}  // namespace parley::app
