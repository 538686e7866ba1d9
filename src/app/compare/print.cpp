#include "compare/print.hpp"

#include "demo/pretty.hpp"

#include <parley/utf8.hpp>

#include <algorithm>

namespace parley::app::compare {
namespace {

using Ink = Terminal::Ink;

constexpr std::size_t narrowest = 60, widest = 110;  // columns
constexpr std::size_t name_columns = 23;

std::size_t columns(std::string_view text) {
  return code_points(text).value_or(text.size());
}
std::string left(std::string_view text, std::size_t width) {
  const auto used = columns(text);
  return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}
std::string right(std::string_view text, std::size_t width) {
  const auto used = columns(text);
  return std::string(used < width ? width - used : 0, ' ') + std::string(text);
}
std::string right(std::int64_t number, std::size_t width) {
  return right(number == 0 ? "·" : std::to_string(number), width);
}

// Lines of so many columns, broken anywhere where there is no space in the last third of one: JSON has few.
std::vector<std::string> broken(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (columns(text) > width) {
    std::size_t end = 0, space = 0;  // bytes
    for (std::size_t used = 0; used < width; ++used) {
      if (text[end] == ' ' && used * 3 > width * 2) space = end;
      end += utf8_step(text.substr(end)).length;
    }
    lines.emplace_back(text.substr(0, space ? space : end));
    text.remove_prefix(space ? space + 1 : end);
  }
  lines.emplace_back(text);
  return lines;
}

class Page {
 public:
  explicit Page(const Terminal& terminal)
      : terminal_(terminal), width_(std::clamp(terminal.width, narrowest, widest)) {}

  void line(std::string_view text = {}) { out_.append(text) += '\n'; }
  void title(std::string_view text, std::size_t indent = 0) {
    for (const auto& part : wrapped(text, width_ - indent))
      line(std::string(indent, ' ') + terminal_.paint(Ink::bold, part));
  }
  std::string dim(std::string_view text) const { return terminal_.paint(Ink::dim, text); }
  // `text` in lines behind `before`, which takes `taken` columns.
  void paragraph(std::string before, std::size_t taken, std::string_view text, bool dimmed = false) {
    for (const auto& part : wrapped(text, width_ - taken)) {
      line(before + (dimmed ? dim(part) : part));
      before = std::string(taken, ' ');
    }
  }

  void sizes(const Subject& subject, const char* which, Exchange Measured::*exchange) {
    line("  " + left(which, name_columns + 7) + dim(" payload headers framing connection") + "   total");
    for (const auto& measured : subject.protocols) {
      const auto row = [&](std::string_view name, std::string_view way, const Bytes& bytes) {
        line("  " + left(name, name_columns) + dim(left(way, 7)) + right(bytes.payload, 8) +
             right(bytes.headers, 8) + right(bytes.framing, 8) + right(bytes.connection, 11) +
             terminal_.paint(Ink::bold, right(bytes.total, 8)));
      };
      row(measured.protocol, "call", (measured.*exchange).sent);
      row("", "answer", (measured.*exchange).received);
    }
    line();
  }

  void times(const Subject& subject) {
    const auto& first = subject.protocols.front().latency;
    if (!first) return;
    line("  " + left("Microseconds of a call", name_columns + 7) + dim("     p50     p90     p99") +
         dim("   first call"));
    for (const auto& measured : subject.protocols)
      if (const auto& latency = measured.latency)
        line("  " + left(measured.protocol, name_columns + 7) +
             terminal_.paint(Ink::bold, right(latency->p50, 8)) + right(latency->p90, 8) +
             right(latency->p99, 8) + right(measured.cold_time, 13));
    paragraph(
        "  ", 2,
        std::to_string(first->calls) +
            " later calls each, one in flight, from the request to the whole answer; the first call makes "
            "its connection.",
        true);
    line();
  }

  void wire(const Measured& measured, const char* which, const Shown& shown) {
    title(measured.protocol + ", " + which + ": " + measured.call, 2);
    pieces("call", shown.sent);
    pieces("answer", shown.received);
    if (shown.left_out > 0) line("    " + dim("and " + std::to_string(shown.left_out) + " pieces more"));
    line();
  }

  void claim(const Claim& claim) {
    paragraph("  " + (claim.holds ? terminal_.paint(Ink::green, "✓") : terminal_.paint(Ink::red, "✗")) + " ",
              4, claim.claim);
    const std::string verdict = claim.holds ? "holds:" : "does not hold:";
    auto lines = wrapped(verdict + " " + claim.measured, width_ - 4);
    lines.front().replace(0, verdict.size(), terminal_.paint(claim.holds ? Ink::green : Ink::red, verdict));
    for (const auto& part : lines) line("    " + part);
    paragraph(std::string(4, ' '), 4, claim.why, true);
    line();
  }

  std::string take() { return std::move(out_); }

 private:
  void pieces(std::string_view way, const std::vector<Piece>& all) {
    constexpr std::size_t bytes = 9, hex_columns = 3 * bytes;  // the header of an HTTP/2 frame
    constexpr std::size_t before = 2 + 5 + 2 + hex_columns + 2;
    line("  " + dim(way));
    for (const auto& piece : all) {
      const std::size_t indent = 2 * static_cast<std::size_t>(piece.depth);
      // Of what is longer the first bytes are enough.
      const auto hex =
          columns(piece.hex) > hex_columns ? piece.hex.substr(0, hex_columns - 4) + " …" : piece.hex;
      auto start = "  " + right(std::to_string(piece.size), 5) + "  " +
                   terminal_.paint(ink_of(piece.part), left(hex, hex_columns)) + "  " +
                   std::string(indent, ' ');
      for (const auto& part : broken(piece.text, width_ - before - indent - 2))
        line(std::exchange(start, std::string(before + indent + 2, ' ')).append(part));
    }
  }

  static Ink ink_of(Part part) {
    switch (part) {
      case Part::payload:
        return Ink::green;
      case Part::headers:
        return Ink::blue;
      case Part::framing:
        return Ink::yellow;
      case Part::connection:
        break;
    }
    return Ink::cyan;
  }

  const Terminal terminal_;
  const std::size_t width_;
  std::string out_;
};

}  // namespace

std::string printed(const Comparison& comparison, const Terminal& terminal, bool with_bytes) {
  Page page(terminal);
  page.paragraph(
      "", 0,
      "The same calls over four protocols, to " + comparison.http + " and " + comparison.grpc +
          " (gRPC). Bytes are what the sockets carried; TCP and IP below them are not counted. The user "
          "is " +
          comparison.user + (comparison.user_created ? ", created for this." : ", found there."));
  page.line();
  const auto& main = comparison.subjects.front();
  for (const auto& subject : comparison.subjects) {
    page.title(subject.operation + ": " + subject.about);
    page.line();
    if (&subject == &main) page.sizes(subject, "Bytes of the first call", &Measured::cold);
    page.sizes(subject, "Bytes of a later call", &Measured::warm);
    page.times(subject);
  }
  if (with_bytes) {
    page.title("What the bytes of " + main.operation + " say");
    page.paragraph(
        "", 0,
        "Each line: how many bytes, the first of them in hexadecimal digits, what they say. A field of "
        "protobuf begins with its tag, which is its number times eight plus the wire type: 0 a varint, 1 "
        "eight bytes, 2 a length and as many bytes. HTTP/2 keeps fields of headers in a table, one for "
        "each direction, and later calls name them by their place in it.",
        true);
    page.line();
    for (const auto& measured : main.protocols) page.wire(measured, "a later call", measured.warm_wire);
    const auto& last = main.protocols.back();
    page.wire(last, "the first call, before the table of headers is filled", last.cold_wire);
  }
  page.title("What the lecture says");
  page.line();
  for (const auto& claim : comparison.claims) page.claim(claim);
  return page.take();
}

}  // namespace parley::app::compare
