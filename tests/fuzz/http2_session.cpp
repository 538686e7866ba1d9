// HTTP/2 sessions in both roles, without sockets: whatever a peer sends, streams get their events in order
// and end once, and nothing remains of them. However the bytes are cut, the events are the same.
//
// The first byte of an input tells: 1 a client's session instead of a server's, 2 without the usual beginning
// (preface, SETTINGS), 4 bodies are not consumed, 8 everything is answered at its header.
#include "http2_session.hpp"

#include "fuzz.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

using namespace parley;
using namespace parley::net;
using fuzz::require;

namespace {

enum Mode : std::uint8_t { as_client = 1, bare = 2, holds = 4, hasty = 8 };

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view settings("\0\0\0\4\0\0\0\0\0", 9);

class Peer;

class Stream final : public Http2Stream {
 public:
  explicit Stream(Peer& peer, std::size_t number) : peer_(peer), number_(number) {}

  void field(std::string_view name, std::string_view value) override;
  void fields_complete() override;
  void data(std::string_view bytes) override;
  void peer_ended() override;
  void closed(Http2Error error) override;
  bool is_closed() const noexcept { return closed_; }

 private:
  void note(std::string_view what, std::string_view more = {});

  Peer& peer_;
  const std::size_t number_;
  std::string reset_;  // by a field "reset"
  bool header_ = false, ended_ = false, closed_ = false, answered_ = false;
};

class Peer final : public Http2Session::Owner {
 public:
  Peer(Http2Session::Role role, std::uint8_t mode) : mode_(mode), session_(role, limits(), *this) {}

  Http2Stream* begin_stream() override {
    if (streams_.size() % 5 == 4 && (mode_ & hasty)) {
      say("refused");
      streams_.push_back(nullptr);
      return nullptr;
    }
    return &open();
  }
  void has_output() override {}
  void drained(Http2Stream&) override { say("drained"); }
  void going_away() override {
    say("going away");
    // Without a stream the session is finished, and takes no further bytes; but for those it has got with
    // these.
    silent_ |= session_.streams() == 0;
  }
  void ping_answered() override { say("pong"); }

  Stream& open() {
    streams_.push_back(std::make_unique<Stream>(*this, streams_.size()));
    return *streams_.back();
  }
  void ask() {
    static constexpr std::array header{Field{":method", "POST"}, Field{":scheme", "http"},
                                       Field{":path", "/a"}, Field{":authority", "a"}};
    for (int i = 0; i < 3; ++i) {
      auto& stream = open();
      require(session_.request(stream, header), "a new session takes requests");
      session_.append(stream, "question");
      if (i > 0) session_.end(stream);
    }
  }
  void gather() {
    for (;;) {
      const auto before = output.size();
      session_.gather(output, before + 5000);
      if (output.size() == before) return;
    }
  }
  void finish() {
    gather();
    session_.reset_stalled();
    session_.go_away();
    gather();
    session_.close_all(Http2Error::cancel);
    for (const auto& stream : streams_)
      require(!stream || stream->is_closed(), "every stream is told its end");
    require(session_.streams() == 0 && session_.backlog() == 0, "nothing remains");
    require(session_.finished() && !session_.receive("x"), "a session that is over takes nothing");
  }

  void say(std::string_view line) {
    if (!silent_) events.emplace_back(line);
  }

  std::vector<std::string> events;
  std::string output;
  Http2Session& session() noexcept { return session_; }
  bool does(Mode mode) const noexcept { return (mode_ & mode) != 0; }

 private:
  static Http2Session::Limits limits() {
    return {.max_streams = 10, .max_header = 2048, .stream_window = 70'000, .connection_window = 100'000};
  }
  const std::uint8_t mode_;
  bool silent_ = false;
  std::vector<std::unique_ptr<Stream>> streams_;  // outlive the session
  Http2Session session_;
};

void Stream::note(std::string_view what, std::string_view more) {
  require(!closed_, "nothing comes behind the end of a stream", what);
  const auto line = std::to_string(number_) + " " + std::string(what) + " ";
  auto& events = peer_.events;
  // However a body is cut.
  if (what == "data" && !events.empty() && events.back().starts_with(line))
    events.back().append(more);
  else
    peer_.say(line + std::string(more));
}

void Stream::field(std::string_view name, std::string_view value) {
  note("field", std::string(name) + ": " + std::string(value));
  if (name == "reset") reset_ = value;
}

void Stream::fields_complete() {
  note("complete");
  header_ = true;
  auto& session = peer_.session();
  if (!reset_.empty()) return session.reset(*this, Http2Error::cancel);
  if (peer_.does(as_client) || answered_ || !peer_.does(hasty)) return;
  answered_ = true;
  static constexpr std::array header{Field{":status", "200"}, Field{"a", "b"}};
  session.respond(*this, header, true);
}

void Stream::data(std::string_view bytes) {
  require(header_ && !ended_, "a body stands between header and end");
  note("data", bytes);
  if (!peer_.does(holds)) peer_.session().consume(*this, bytes.size());
}

void Stream::peer_ended() {
  require(!ended_, "a stream ends once");
  ended_ = true;
  note("ended");
  if (peer_.does(as_client) || answered_) return;
  answered_ = true;
  auto& session = peer_.session();
  static constexpr std::array header{Field{":status", "200"}};
  static constexpr std::array trailers{Field{"status", "0"}, Field{"empty", ""}};
  session.respond(*this, header);
  session.append(*this, "head", std::string(30'000, 'x'));
  session.watch(*this);
  session.end(*this, trailers);
}

void Stream::closed(Http2Error error) {
  note("closed", std::to_string(static_cast<unsigned>(error)));
  closed_ = true;
}

struct Outcome {
  std::vector<std::string> events;
  std::string output;
};

Outcome run(std::string_view text, std::uint8_t mode, bool cut, bool answers) {
  const bool client = (mode & as_client) != 0;
  Peer peer(client ? Http2Session::Role::client : Http2Session::Role::server, mode);
  if (client) peer.ask();
  if (client) peer.gather();  // the answers are to requests that have been sent
  bool goes = true;
  const auto take = [&](std::string_view bytes) {
    if (goes) goes = peer.session().receive(bytes);
    if (answers) peer.gather();
  };
  if (!(mode & bare)) take(client ? std::string(settings) : std::string(preface).append(settings));
  fuzz::Pieces pieces(text);
  for (auto rest = text; !rest.empty();) {
    const auto length = cut ? pieces.next(rest.size()) : rest.size();
    const fuzz::Exact piece(rest.substr(0, length));
    take(piece.view());
    rest.remove_prefix(length);
  }
  peer.finish();
  return {std::move(peer.events), std::move(peer.output)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 8192) return 0;
  const auto text = fuzz::text_of(data + 1, size - 1);
  const auto mode = data[0];
  const auto whole = run(text, mode, false, false);
  const auto cut = run(text, mode, true, false);
  std::string differs;
  for (std::size_t i = 0; i < std::max(whole.events.size(), cut.events.size()); ++i) {
    const std::string a = i < whole.events.size() ? whole.events[i] : "(nothing)";
    const std::string b = i < cut.events.size() ? cut.events[i] : "(nothing)";
    if (a != b) differs.append("whole: ").append(a).append("\npieces: ").append(b).append("\n");
  }
  require(whole.events == cut.events, "pieces make the same events", differs);
  // What a session says to such a peer, another session of ours can take.
  const auto talk = run(text, mode, true, true);
  run(talk.output, static_cast<std::uint8_t>(bare | (mode & as_client ? 0 : as_client)), true, true);
  return 0;
}
