// parley doctor
#include "command_line.hpp"
#include "doctor/checks.hpp"
#include "process.hpp"
#include "settings.hpp"
#include "terminal.hpp"

#include <parley/codec/json.hpp>

#include <unistd.h>

#include <cstdio>

namespace parley::app {
namespace {

using Ink = Terminal::Ink;

std::string mark_of(const Terminal& terminal, Mark mark) {
  switch (mark) {
    case Mark::ok:
      return terminal.paint(Ink::green, "✓");
    case Mark::note:
      return terminal.paint(Ink::yellow, "!");
    case Mark::wrong:
      break;
  }
  return terminal.paint(Ink::red, "✗");
}

void show(const Diagnosis& diagnosis) {
  const auto terminal = Terminal::of(STDOUT_FILENO);
  std::size_t column = 0, wrong = 0;
  for (const auto& finding : diagnosis.findings) column = std::max(column, finding.check.size());
  for (const auto& [check, mark, text, mend] : diagnosis.findings) {
    wrong += mark == Mark::wrong;
    std::printf("%s %s%s  %s\n", mark_of(terminal, mark).c_str(), check.c_str(),
                std::string(column - check.size(), ' ').c_str(), text.c_str());
    if (!mend.empty())
      std::printf("  %s  → %s\n", std::string(column, ' ').c_str(), terminal.paint(Ink::bold, mend).c_str());
  }
  if (wrong == 0) {
    std::printf("\nNothing is wrong.\n");
  } else {
    std::printf("\n%zu %s wrong; → is what mends it.\n", wrong, wrong == 1 ? "thing is" : "things are");
  }
}

// A setting that does not fit: of the command line, wrong usage; from elsewhere, something to be mended.
Finding of_problem(const std::string& problem) {
  const auto origin = problem.substr(0, problem.find(':'));
  const bool variable = origin.starts_with("PARLEY_");
  return {"settings", Mark::wrong, problem, variable ? "unset " + origin : "parley config --template"};
}

}  // namespace

Exit run_doctor(const CommandLine& line) {
  const auto loaded = settings_of(line);
  Diagnosis diagnosis;
  if (!loaded) {
    if (std::ranges::any_of(loaded.error(), [](const auto& p) { return p.starts_with("--"); }))
      return refuse(loaded.error());
    for (const auto& problem : loaded.error()) diagnosis.findings.push_back(of_problem(problem));
  } else {
    survive_failed_writes();
    const auto& server = loaded->config.server;
    const auto changed = loaded->origins.size();
    diagnosis.findings.push_back(
        {"settings",
         Mark::ok,
         "profile " + server.profile + ", " + std::to_string(changed) + " settings given",
         {}});
    for (auto& finding : check_all({.settings = *loaded, .deep = line.has("--deep")}))
      diagnosis.findings.push_back(std::move(finding));
  }
  diagnosis.ok =
      std::ranges::none_of(diagnosis.findings, [](const auto& f) { return f.mark == Mark::wrong; });
  if (line.has("--json")) {
    std::printf("%s\n", codec::to_json(diagnosis).c_str());
  } else {
    show(diagnosis);
  }
  return diagnosis.ok ? Exit::clean : Exit::failed;
}

}  // namespace parley::app
