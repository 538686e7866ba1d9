// parley token.
#include "command_line.hpp"
#include "process.hpp"
#include "services.hpp"
#include "settings.hpp"
#include "signing_key.hpp"

#include <parley/suggest.hpp>

#include <cstdio>

namespace parley::app {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (const auto word = list.substr(0, comma); !word.empty()) words.emplace_back(word);
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
  return words;
}

// Empty when all of them are asked for by a row.
std::string unknown(const std::vector<std::string>& permissions) {
  const auto known = Services().permissions();
  for (const auto& permission : permissions) {
    if (std::ranges::find(known, permission) != known.end()) continue;
    std::string problem = "there is no permission " + permission;
    if (const auto hint = did_you_mean(permission, known); !hint.empty()) return problem + hint;
    std::string all;
    for (const auto& name : known) all += (all.empty() ? "" : ", ") + name;
    return problem + "; there are " + all;
  }
  return {};
}

}  // namespace

Exit run_token(const CommandLine& line) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  if (line.has("--user") == line.has("--service"))
    return refuse({"`parley token` needs one of --user NAME and --service NAME; see `parley token --help`"});
  Principal who{line.value("--user"), split(line.value("--permissions"))};
  if (line.has("--service")) who.service = who.subject = line.value("--service");
  if (auto problem = unknown(who.permissions); !problem.empty()) return refuse({std::move(problem)});

  survive_failed_writes();
  const auto& data = loaded->config.server.data;
  if (const auto made = make_data_directory(data); !made) return report(made.error());
  const auto key = signing_key(data);
  if (!key) return report(key.error());
  const auto token = auth::mint(*key, who, system_clock().now(), loaded->config.tokens.lifetime);
  if (!token) return report(token.error());
  // A pipe that nobody reads gets nothing, and whoever asked hears of it.
  if (std::printf("%s\n", token->c_str()) < 0 || std::fflush(stdout) != 0)
    return report({Code::unavailable, "the token cannot be written to standard output"});
  return Exit::clean;
}

}  // namespace parley::app
