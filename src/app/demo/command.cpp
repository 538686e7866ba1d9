// parley demo
#include "command_line.hpp"
#include "demo/inside_server.hpp"
#include "demo/story.hpp"
#include "process.hpp"
#include "settings.hpp"
#include "terminal.hpp"

#include <parley/ids.hpp>

#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <optional>

namespace parley::app {
namespace {

using Ink = Terminal::Ink;

struct Options {
  std::optional<net::client::Target> running;  // --url
  InsideServer::Options inside;
  std::chrono::milliseconds pace{0};
  bool keep = false;
};

std::expected<Options, Problems> read_options(const CommandLine& line, bool terminal) {
  Options options;
  Problems problems;
  if (line.has("--url")) {
    if (auto target = net::client::Target::parse(line.value("--url"))) {
      options.running = std::move(*target);
    } else {
      problems.push_back("--url: " + target.error().message);
    }
    for (const auto* flag : {"--data", "--port", "--ws-port", "--keep"})
      if (line.has(flag))
        problems.push_back(std::string(flag) + " is of the demo's own server; leave it or --url out");
  }
  if (line.has("--keep") && line.has("--no-keep"))
    problems.push_back("--keep and --no-keep contradict each other");
  for (const auto& [flag, port] :
       {std::pair("--port", &options.inside.port), std::pair("--ws-port", &options.inside.ws_port)}) {
    const auto text = line.value(flag, "0");
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number > 65535)
      problems.push_back(std::string(flag) + " must be a number between 0 and 65535, is " + text);
    *port = text;
  }
  const auto text = line.value("--pace", "1.8");
  double pace = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pace);
  if (error != std::errc() || end != text.data() + text.size() || !(pace >= 0 && pace <= 10))
    problems.push_back("--pace must be a number of seconds between 0 and 10, is " + text);
  options.inside.data = line.value("--data");
  options.pace =
      std::chrono::milliseconds(line.has("--fast") ? 0 : static_cast<int>(std::max(pace, 0.0) * 1000));
  options.keep = !options.running && (line.has("--keep") || (terminal && !line.has("--no-keep")));
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return options;
}

// Six digits: enough for tellings to one server, and short enough to be read.
std::string some_number() {
  return std::to_string(100'000 + make_random()->next() % 900'000);
}

Exit tell(Story& story) {
  for (const auto& step : story_steps()) {
    story.stage.title(step.title);
    const auto outcome = step.play(story);
    if (Interruptible::interrupted()) {
      story.stage.line("\nInterrupted.");
      return Exit::failed;
    }
    if (!outcome) {
      story.stage.wrong(outcome.error());
      return Exit::failed;
    }
    story.stage.right(*outcome);
    if (!story.stage.pause()) return Exit::failed;
  }
  return Exit::clean;
}

// Until Ctrl-C or the server's end.
Exit stay(InsideServer& server, Stage& stage) {
  while (!Interruptible::interrupted()) {
    if (!server.runs()) {
      stage.line("The server has ended: " + server.last_words());
      return Exit::failed;
    }
    ::poll(nullptr, 0, 200);  // a signal ends it
  }
  return Exit::clean;
}

}  // namespace

Exit run_demo(const CommandLine& line) {
  const auto terminal = Terminal::of(STDOUT_FILENO);
  auto options = read_options(line, terminal.is_terminal);
  if (!options) return refuse(options.error());
  survive_failed_writes();
  const Interruptible interruptible;
  std::optional<InsideServer> inside;
  Stage stage(terminal, options->pace, static_cast<int>(story_steps().size()));
  net::client::Target target;
  if (options->running) {
    target = *options->running;
    stage.say("A story played against " + target.authority() +
              ". Every command can be pasted into another terminal.");
  } else {
    auto started = InsideServer::start(options->inside);
    if (!started) return report(started.error());
    inside.emplace(std::move(*started));
    target.port = inside->port();
    stage.say(
        "A story played against a server of its own: parley serve on port " + std::to_string(inside->port()) +
        (line.has("--data") ? ", data in " + inside->data() : ", with fresh data that goes away afterwards") +
        ". Every command can be pasted into another terminal while it runs.");
  }
  Story story{.target = target,
              .stage = stage,
              .number = some_number(),
              .alice = {},
              .bob = {},
              .hello = {},
              .order = {}};
  const Exit told = tell(story);
  if (told != Exit::clean) {
    if (inside && !inside->runs()) stage.line("The server has ended: " + inside->last_words());
    return told;
  }
  char took[64];
  std::snprintf(took, sizeof took, "%zu of %zu steps right, in %.1f s.", story_steps().size(),
                story_steps().size(), stage.seconds());
  stage.line();
  stage.line(terminal.paint(Ink::green, "✓") + " " + terminal.paint(Ink::bold, took));
  if (!options->keep) return told;
  stage.line();
  stage.say("The server stays at " + story.base() +
            " until Ctrl-C: paste any of the commands into another terminal, or "
            "open it in a browser.");
  return stay(*inside, stage);
}

}  // namespace parley::app
