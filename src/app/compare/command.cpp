// parley compare
#include "command_line.hpp"
#include "compare/compare.hpp"
#include "compare/print.hpp"
#include "process.hpp"
#include "reach.hpp"
#include "settings.hpp"
#include "terminal.hpp"
#include "text.hpp"

#include <parley/codec/json.hpp>
#include <parley/net/client.hpp>
#include <parley/validate.hpp>

#include <unistd.h>

#include <cstdio>

namespace parley::app {
Exit run_compare(const CommandLine& line) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  compare::Request asked;
  std::vector<FieldProblem> problems;
  if (line.has("--calls"))
    set_from_text(describe<compare::Request>(), &asked, "calls", line.value("--calls"), problems);
  if (problems.empty()) conform(describe<compare::Request>(), &asked, problems);
  if (!problems.empty())
    return refuse({"--calls " + problems.front().problem + "; see `parley compare --help`"});

  const auto& server = loaded->config.server;
  survive_failed_writes();
  const Interruptible interruptible;
  const auto reached = reach_server(server);
  if (!reached) return report(reached.error());
  const compare::Where where{reached->host, static_cast<std::uint16_t>(reached->ports.http),
                             static_cast<std::uint16_t>(reached->ports.grpc)};
  const auto comparison =
      compare::compare(where, {.calls = asked.calls, .stopped = [] { return Interruptible::interrupted(); }});
  if (!comparison) return report(comparison.error());
  const auto text = line.has("--json")
                        ? codec::to_json(*comparison) + "\n"
                        : printed(*comparison, Terminal::of(STDOUT_FILENO), !line.has("--summary"));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return Exit::clean;
}

}  // namespace parley::app
