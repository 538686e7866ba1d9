#include "catch.hpp"
#include "frame_body.hpp"
#include "frame_tracker.hpp"

using namespace parley::net;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

// The payload of a chunk, after checking its size line.
std::string unchunk(std::string_view chunk) {
  const auto line = chunk.find("\r\n");
  const auto size = std::stoul(std::string(chunk.substr(0, line)), nullptr, 16);
  REQUIRE(chunk.size() == line + 2 + size + 2);
  REQUIRE(chunk.substr(chunk.size() - 2) == "\r\n");
  return std::string(chunk.substr(line + 2, size));
}

}  // namespace

TEST_CASE("a message is one unmasked frame with the shortest length", "[net][frame]") {
  CHECK(Frame::text("").bytes() == bytes({0x81, 0}));
  CHECK(Frame::text("Hi").bytes() == bytes({0x81, 2, 'H', 'i'}));
  CHECK(Frame::binary("Hi").bytes() == bytes({0x82, 2, 'H', 'i'}));
  const auto header = [](std::size_t size, std::size_t length) {
    return std::string(Frame::binary(std::string(size, 'x')).bytes().substr(0, length));
  };
  CHECK(header(125, 3) == bytes({0x82, 125, 'x'}));
  CHECK(header(126, 5) == bytes({0x82, 126, 0, 126, 'x'}));
  CHECK(header(65535, 5) == bytes({0x82, 126, 0xff, 0xff, 'x'}));
  CHECK(header(65536, 11) == bytes({0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0, 'x'}));
  CHECK(Frame::binary(std::string(65536, 'x')).bytes().size() == 65546);
}

TEST_CASE("copies of a frame share its bytes", "[net][frame]") {
  Frame empty;
  CHECK_FALSE(empty);
  CHECK(empty.bytes().empty());
  auto first = Frame::text("shared");
  const auto* data = first.bytes().data();
  Frame second = first;
  first = Frame();
  CHECK(second.bytes().data() == data);
  const Frame third = std::move(second);
  CHECK_FALSE(second);
  CHECK(third.bytes().data() == data);
  Frame fourth = third;
  fourth = fourth;
  CHECK(fourth.bytes().substr(2) == "shared");
}

TEST_CASE("an event is a chunk whose data keeps its line breaks", "[net][frame]") {
  CHECK(unchunk(Frame::event("7", "message", "one").bytes()) == "id: 7\nevent: message\ndata: one\n\n");
  CHECK(unchunk(Frame::event("", "", "one").bytes()) == "data: one\n\n");
  CHECK(unchunk(Frame::event("", "", "").bytes()) == "data: \n\n");
  CHECK(unchunk(Frame::event("", "", "a\nb\rc\r\nd").bytes()) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(unchunk(Frame::event("", "", "a\n").bytes()) == "data: a\ndata: \n\n");
  CHECK(unchunk(Frame::event("", "", "\n\r").bytes()) == "data: \ndata: \ndata: \n\n");
  // Nobody gets to begin a line of their own.
  CHECK(unchunk(Frame::event("1\ndata: x", "a\r\nb", "y").bytes()) == "id: 1data: x\nevent: ab\ndata: y\n\n");
  const std::string large(70000, 'z');
  CHECK(unchunk(Frame::event("", "", large).bytes()) == "data: " + large + "\n\n");
}

TEST_CASE("a close frame's reason fits into a control frame, at a character's border", "[net][frame]") {
  CHECK(wire::close_frame(1000, "") == bytes({0x88, 2, 3, 0xe8}));
  CHECK(wire::close_frame(1012, "bye") == bytes({0x88, 5, 3, 0xf4, 'b', 'y', 'e'}));
  const auto longest = wire::close_frame(1000, std::string(123, 'a'));
  CHECK(longest.size() == 127);
  std::string umlauts = "x";
  for (int i = 0; i < 80; ++i) umlauts += "\xc3\xa4";  // 161 bytes
  const auto cut = wire::close_frame(1000, umlauts);
  CHECK(cut.size() == 2 + 2 + 123);
  std::string odd = "xx";
  for (int i = 0; i < 80; ++i) odd += "\xc3\xa4";
  CHECK(wire::close_frame(1000, odd).size() == 2 + 2 + 122);
}

TEST_CASE("borders of frames and chunks are found from the start", "[net][frame]") {
  std::string frames;
  std::vector<std::size_t> borders{0};
  for (const std::size_t size : {0, 5, 125, 126, 400, 65535, 65536}) {
    frames += Frame::binary(std::string(size, 'x')).bytes();
    borders.push_back(frames.size());
  }
  for (std::size_t sent = 0; sent <= frames.size(); sent += sent < 1000 ? 1 : 997)
    REQUIRE(wire::frame_border(frames, sent) == *std::lower_bound(borders.begin(), borders.end(), sent));
  CHECK(wire::frame_border(std::string_view(frames).substr(0, 4), 3) == 4);  // an unfinished one is kept

  std::string chunks;
  std::vector<std::size_t> ends{0};
  for (const std::size_t size : {0, 5, 300, 70000}) {
    chunks += Frame::event("1", "e", std::string(size, 'x')).bytes();
    ends.push_back(chunks.size());
  }
  for (std::size_t sent = 0; sent <= chunks.size(); sent += sent < 1000 ? 1 : 997)
    REQUIRE(wire::chunk_border(chunks, sent) == *std::lower_bound(ends.begin(), ends.end(), sent));
}

TEST_CASE("the tracker knows where a frame of ours may stand", "[net][frame]") {
  SECTION("in pieces of every length") {
    std::string stream;
    for (const std::size_t size : {0, 3, 125, 126, 300, 65536})
      stream += Frame::text(std::string(size, 'x')).bytes();
    for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
      FrameTracker tracker;
      for (std::size_t at = 0; at < stream.size(); at += piece) {
        tracker.follow(std::string_view(stream).substr(at, piece));
        const auto sent = std::min(at + piece, stream.size());
        REQUIRE(tracker.at_border() == (wire::frame_border(stream, sent) == sent));
      }
      CHECK(tracker.at_border());
      CHECK_FALSE(tracker.closed());
    }
  }
  SECTION("not between fragments, but control frames do not end a message") {
    FrameTracker tracker;
    tracker.follow(bytes({0x01, 1, 'a'}));
    CHECK_FALSE(tracker.at_border());
    tracker.follow(bytes({0x89, 0}));
    CHECK_FALSE(tracker.at_border());
    tracker.follow(bytes({0x00, 1, 'b'}));
    CHECK_FALSE(tracker.at_border());
    tracker.follow(bytes({0x80, 0}));
    CHECK(tracker.at_border());
  }
  SECTION("a close is seen with its header") {
    FrameTracker tracker;
    tracker.follow(bytes({0x88, 2}));
    CHECK(tracker.closed());
    CHECK_FALSE(tracker.at_border());
    tracker.follow(bytes({3, 0xe8}));
    CHECK(tracker.at_border());
  }
}
