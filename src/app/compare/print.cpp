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

// At most so many columns.
std::string cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::string out;
  for (std::size_t used = 0; used + 1 < width && !text.empty(); ++used) {
    const auto step = utf8_step(text);
    out += text.substr(0, step.length);
    text.remove_prefix(step.length);
  }
  return out + "…";
}

class Page {
 public:
  explicit Page(const Terminal& terminal)
      : terminal_(terminal), width_(std::clamp(terminal.width, narrowest, widest)) {}

  void line(std::string_view text = {}) { out_.append(text) += '\n'; }
  void title(std::string_view text) { line(terminal_.paint(Ink::bold, text)); }
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
    title("  " + measured.protocol + ", " + which + ": " + measured.call);
    pieces("call", shown.sent);
    pieces("answer", shown.received);
    if (shown.left_out > 0) line("    " + dim("and " + std::to_string(shown.left_out) + " pieces more"));
    line();
  }

  void claim(const Claim& claim) {
    paragraph("  " + (claim.holds ? terminal_.paint(Ink::green, "✓") : terminal_.paint(Ink::red, "✗")) + " ",
              4, claim.claim);
    paragraph(std::string(4, ' ') + (claim.holds ? terminal_.paint(Ink::green, "holds: ")
                                                 : terminal_.paint(Ink::red, "does not hold: ")),
              claim.holds ? 11 : 19, claim.measured);
    paragraph(std::string(4, ' '), 4, claim.why, true);
    line();
  }

  std::string take() { return std::move(out_); }

 private:
  void pieces(std::string_view way, const std::vector<Piece>& all) {
    constexpr std::size_t hex_columns = 25;  // eight bytes and the mark of more
    for (const auto& piece : all) {
      const std::size_t indent = 2 * static_cast<std::size_t>(piece.depth);
      // Names and texts explain themselves; of what is longer the first bytes are enough.
      const auto hex = columns(piece.hex) > hex_columns ? piece.hex.substr(0, 3 * 8 - 1) + " …" : piece.hex;
      line("  " + dim(left(std::exchange(way, {}), 7)) + right(std::to_string(piece.size), 5) + "  " +
           terminal_.paint(ink_of(piece.part), left(hex, hex_columns)) + "  " + std::string(indent, ' ') +
           cut(piece.text, width_ - 43 - indent));
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
        "The number of bytes, the first of them in hexadecimal digits, and what they mean: payload, "
        "headers, framing, connection, in four colours.",
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
