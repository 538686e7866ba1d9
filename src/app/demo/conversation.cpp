// One log of messages: over WebSocket, by polling, and as a stream that breaks.
#include "demo/telling.hpp"
#include "text.hpp"

namespace parley::app {
namespace {

constexpr int patience = 1000;  // messages of others that may come in between

// The message of that content; others may speak in the same room.
Result<seen::Message> hear(client::WebSocket& socket, const std::string& content) {
  for (int i = 0; i < patience; ++i) {
    const auto frame = socket.next();
    if (!frame) return unlike("the message `" + content + "`", frame.error().message);
    if (auto message = codec::from_json<seen::Message>(*frame); message && message->content == content)
      return std::move(*message);
  }
  return unlike("the message `" + content + "`", "a thousand others");
}

Result<seen::Message> next_message(client::EventSource& events, std::string& raw) {
  const auto event = events.next();
  if (!event) return unlike("the next event of the stream", event.error().message);
  if (event->name != "message") return unlike("a message", "the event " + event->name + " " + event->data);
  raw = event->data;
  auto message = read_as<seen::Message>(event->data);
  if (message && event->id != std::to_string(message->seq))
    return unlike("the event id " + std::to_string(message->seq), event->id);
  return message;
}

std::string words(const std::string& user, const std::string& content) {
  return R"({"user":")" + user + R"(","content":")" + content + R"("})";
}

}  // namespace

Result<std::string> chat(Story& story) {
  const std::string content = "Hello Bob, are you there? (" + story.number + ")";
  const std::string frame = R"({"type":"message","content":")" + content + R"(","user":"Alice"})";
  auto alice = client::WebSocket::open(story.target, "/chat");
  auto bob = client::WebSocket::open(story.target, "/chat");
  if (!alice || !bob) return unlike("two WebSocket connections", (alice ? bob : alice).error().message);
  story.stage.say("Both have opened the room. Alice writes; everybody hears it, she too:");
  story.stage.command("echo " + shell_word(frame) + " | websocat -n1 " + story.sockets() + "/chat");
  if (!story.stage.pause(0.3)) return fail(Code::cancelled, "interrupted");
  if (const auto sent = alice->send_text(frame); !sent)
    return unlike("a frame on its way", sent.error().message);
  auto at_alice = hear(*alice, content);
  if (!at_alice) return std::unexpected(at_alice.error());
  auto at_bob = hear(*bob, content);
  if (!at_bob) return std::unexpected(at_bob.error());
  story.stage.answer(codec::to_json(*at_bob), "what Bob received:");
  alice->close();
  bob->close();
  if (at_alice->id != at_bob->id || at_alice->seq != at_bob->seq || at_bob->user != "Alice")
    return unlike("one message of Alice for both",
                  codec::to_json(*at_alice) + " and " + codec::to_json(*at_bob));
  story.hello = std::move(*at_bob);
  return "the same message at both, number " + std::to_string(story.hello.seq) + " of the room, on disk";
}

Result<std::string> poll_messages(Story& story) {
  std::string since = std::to_string(to_unix_seconds(story.hello.timestamp));
  story.stage.command("curl -s " + shell_word(story.base() + "/api/messages?since=" + since));
  if (!story.stage.pause(0.3)) return fail(Code::cancelled, "interrupted");
  for (int page = 0; page < patience; ++page) {
    const auto body = ask_quietly(story, {.path = "/api/messages?since=" + since}, 200);
    if (!body) return body;
    const auto messages = read_as<seen::Page>(*body);
    if (!messages) return std::unexpected(messages.error());
    if (page == 0) story.stage.answer(*body);
    const auto found = std::ranges::find(messages->messages, story.hello.id, &seen::Message::id);
    if (found != messages->messages.end()) {
      if (found->seq != story.hello.seq)
        return unlike("its number " + std::to_string(story.hello.seq), *body);
      return "Alice's message, with the same id and number; `next` is where the next poll goes on";
    }
    if (!messages->has_new) break;
    since = messages->next;
  }
  return unlike("Alice's message " + story.hello.id, "none of that id");
}

Result<std::string> resume_stream(Story& story) {
  const auto path = "/api/messages/stream";
  const auto open = [&](std::int64_t last) {
    story.stage.command("curl -sN --max-time 2 " + story.base() + path +
                        " -H 'Last-Event-ID: " + std::to_string(last) + "'");
    return client::EventSource::open(story.target, path, {{"Last-Event-ID", std::to_string(last)}});
  };
  const std::string contents[] = {"One (" + story.number + ")", "Two (" + story.number + ")",
                                  "Three (" + story.number + ")"};
  std::string raw;

  story.stage.say("Bob follows the room as Server-Sent Events:");
  auto events = open(story.hello.seq);
  if (!events) return unlike("a stream of events", events.error().message);
  story.stage.say("Alice writes to it over HTTP:");
  const auto request = json_request("POST", "/api/messages", words("Alice", contents[0]));
  story.stage.command(curl_command(story.base(), request));
  if (const auto answer = ask_quietly(story, request, 201); !answer) return answer;
  std::int64_t last = story.hello.seq;
  for (std::string content; content != contents[0];) {
    const auto message = next_message(*events, raw);
    if (!message) return std::unexpected(message.error());
    if (message->seq != last + 1)
      return unlike("message " + std::to_string(last + 1) + " of the room", std::to_string(message->seq));
    last = message->seq, content = message->content;
  }
  const auto seen_last = last;

  events->cut();
  story.stage.say("His connection breaks. Alice writes two more:");
  for (int i : {1, 2}) {
    const auto another = json_request("POST", "/api/messages", words("Alice", contents[i]));
    story.stage.command(curl_command(story.base(), another));
    if (const auto answer = ask_quietly(story, another, 201); !answer) return answer;
  }
  story.stage.say("He comes back with the last id he saw, " + std::to_string(seen_last) + ":");
  if (!story.stage.pause(0.3)) return fail(Code::cancelled, "interrupted");
  events = open(seen_last);
  if (!events) return unlike("the stream again", events.error().message);
  int found = 0;
  while (found < 2) {
    const auto message = next_message(*events, raw);
    if (!message) return std::unexpected(message.error());
    if (message->seq != last + 1)
      return unlike("message " + std::to_string(last + 1) + ", nothing lost and nothing twice",
                    std::to_string(message->seq));
    last = message->seq;
    if (message->content != contents[found + 1]) continue;  // somebody else's
    story.stage.answer(raw, "id: " + std::to_string(last));
    ++found;
  }
  events->cut();
  return "both messages he missed, each once, in their order";
}

}  // namespace parley::app
