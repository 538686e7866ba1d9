#include "client_wire.hpp"

namespace parley::net::client {

struct EventSource::Impl {
  Target target;
  Connection connection;
  AnswerReader reader;
  std::string last_id;

  // One line, without its end, if the text has it whole.
  std::optional<std::string> take_line() {
    auto& text = reader.body();
    const auto end = text.find_first_of("\r\n");
    if (end == text.npos) return std::nullopt;
    // A CR at the very end may be half of a pair.
    if (text[end] == '\r' && end + 1 == text.size()) return std::nullopt;
    auto line = text.substr(0, end);
    text.erase(0, end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1));
    return line;
  }

  Result<std::string> next_line(SteadyTime deadline) {
    for (;;) {
      if (auto line = take_line()) return std::move(*line);
      if (reader.is_done()) return fail(Code::unavailable, "the stream ended");
      const auto more = reader.more(connection, deadline);
      if (!more) return std::unexpected(more.error());
    }
  }
};

EventSource::EventSource(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
EventSource::EventSource(EventSource&&) noexcept = default;
EventSource& EventSource::operator=(EventSource&&) noexcept = default;
EventSource::~EventSource() = default;

Result<EventSource> EventSource::open(const Target& target, const std::string& path, const Headers& headers) {
  Request request{.path = path, .headers = headers};
  request.headers.emplace_back("Accept", "text/event-stream");
  auto head = request_head(target, request);
  if (!head) return std::unexpected(head.error());
  auto connection = Connection::open(target);
  if (!connection) return std::unexpected(connection.error());
  const auto deadline = deadline_of(target);
  if (auto sent = connection->write(*head + "\r\n", deadline); !sent) return std::unexpected(sent.error());
  AnswerReader reader;
  while (!reader.has_head()) {
    const auto more = reader.more(*connection, deadline);
    if (!more) return std::unexpected(more.error());
  }
  const auto answer = reader.head();
  if (answer.status != 200 || !answer.header("Content-Type").starts_with("text/event-stream")) {
    return fail(Code::failed_precondition,
                "GET " + path + " answers no stream of events but status " + std::to_string(answer.status));
  }
  return EventSource(std::make_unique<Impl>(Impl{target, std::move(*connection), std::move(reader), {}}));
}

Result<Event> EventSource::next() {
  const auto deadline = deadline_of(impl_->target);
  Event event;
  bool has_data = false;
  for (;;) {
    auto line = impl_->next_line(deadline);
    if (!line) return std::unexpected(line.error());
    if (line->empty()) {
      if (!has_data) {  // nothing to dispatch: a comment, or an id alone
        event.name.clear();
        continue;
      }
      event.data.pop_back();  // the last line break
      event.id = impl_->last_id;
      if (event.name.empty()) event.name = "message";
      return event;
    }
    const auto colon = line->find(':');
    const auto field = line->substr(0, colon);
    auto value = colon == line->npos ? std::string() : line->substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (field == "data") {
      event.data += value + "\n";
      has_data = true;
      if (event.data.size() > max_answer) return fail(Code::data_loss, "the event is larger than 16 MiB");
    } else if (field == "event") {
      event.name = value;
    } else if (field == "id") {
      impl_->last_id = value;
    }
  }
}

void EventSource::cut() noexcept {
  impl_->connection.cut();
}

}  // namespace parley::net::client
