#include "command/command.hpp"
#include "config/embedded.hpp"
#include "config/loader.hpp"
#include "services.hpp"

#include <algorithm>

namespace parley::app {
namespace {

// ---- flags that several commands share -----------------------------------------------------------------

// Values are taken as they stand; the configuration's rules judge them, as they judge a file's.
constexpr Flag where[] = {
    {"--profile", "NAME", "demo (default), lab06, or the path of a TOML file", Offer::profile, "server",
     "profile"},
    {config_flag, "FILE", "TOML file; see `parley config --template`", Offer::file},
    {"--data", "DIR", "directory of the databases (default ./data), made if missing", Offer::folder, "server",
     "data"},
    {set_flag, "SECTION.KEY=VALUE", "any setting, such as net.max_body=16MiB; repeatable", Offer::setting},
};
constexpr Flag listening[] = {
    {"--host", "ADDR", "address to listen on (default 127.0.0.1)", Offer::nothing, "server", "host"},
    {"--port", "N", "HTTP, WebSocket and SSE (default 8080; 0: any free port)", Offer::nothing, "server",
     "port"},
    {"--ws-port", "N", "the same application again (default 8081; 0: any free port)", Offer::nothing,
     "server", "ws_port"},
    {"--grpc-port", "N", "gRPC (default 50051; 0: any free port)", Offer::nothing, "server", "grpc_port"},
    {"--ports-file", "FILE", "where to write {\"http\":N,\"ws\":N,\"grpc\":N} once accepting", Offer::file,
     "server", "ports_file"},
    {"--modules", "LIST", "modules to host here, separated by commas: users,orders (default: all)",
     Offer::module, "placement", "modules"},
    {"--bind", "LIST", "where other modules are: users=127.0.0.1:50052,orders=...", Offer::nothing,
     "placement", "bind"},
    {"--log-level", "LEVEL", "trace, debug, info (default), warn, error or off", Offer::log_level, "log",
     "level"},
    {"--log-format", "FORMAT", "text (default) or json", Offer::log_format, "log", "format"},
    {"--access-log", nullptr, "log one line per request", Offer::nothing, "log", "access"},
    {"--force", nullptr, "listen on an address that other machines reach", Offer::nothing, "server",
     "force_public"},
};
constexpr std::span<const Flag> as_served[] = {where, listening};

// ---- flags of one command ------------------------------------------------------------------------------

constexpr Flag config_own[] = {
    {"--template", nullptr, "print all settings with their defaults, to start a file from"}};
constexpr std::span<const Flag> config_flags[] = {config_own, where, listening};

constexpr Flag demo_own[] = {
    {"--url", "URL", "play against this running server instead of one of its own"},
    {"--data", "DIR", "keep its server's data here instead of in a folder that is removed afterwards",
     Offer::folder},
    {"--port", "N", "its server's port (default: any free one)"},
    {"--ws-port", "N", "the second port of its server (default: any free one)"},
    {"--pace", "SECONDS", "reading time for each step, 0 to 10 (default 1.8)"},
    {"--fast", nullptr, "no reading time"},
    {"--keep", nullptr, "leave its server running until Ctrl-C, also without a terminal"},
    {"--no-keep", nullptr, "end with the story, also on a terminal"},
};
constexpr std::span<const Flag> demo_flags[] = {demo_own};

constexpr Flag doctor_own[] = {
    {"--json", nullptr, "one JSON document instead of lines"},
    {"--deep", nullptr, "read every page and index of the databases, however large"},
};
constexpr std::span<const Flag> doctor_flags[] = {doctor_own, where, listening};

constexpr Flag compare_own[] = {
    {"--calls", "N", "later calls of each protocol that are timed, 1 to 5000 (default 200)"},
    {"--summary", nullptr, "leave out the bytes of the messages"},
    {"--json", nullptr, "one JSON document, as GET /api/compare answers it"},
};
constexpr Flag reaching[] = {
    {"--host", "ADDR", "where the server listens (default 127.0.0.1)", Offer::nothing, "server", "host"},
    {"--port", "N", "its port of HTTP (default 8080)", Offer::nothing, "server", "port"},
    {"--grpc-port", "N", "its port of gRPC (default 50051)", Offer::nothing, "server", "grpc_port"},
    {"--ports-file", "FILE", "where `parley serve --ports-file` has written its ports", Offer::file, "server",
     "ports_file"},
};
constexpr std::span<const Flag> compare_flags[] = {compare_own, reaching, where};

constexpr Flag topology_own[] = {{"--json", nullptr, "one JSON document, as GET /api/topology answers it"}};
constexpr std::span<const Flag> topology_flags[] = {topology_own, reaching, where};
constexpr std::span<const Flag> move_flags[] = {reaching, where};

constexpr Flag token_own[] = {
    {"--user", "NAME", "whose token it is"},
    {"--service", "NAME", "instead of --user: the service that calls"},
    {"--permissions", "LIST", "what it permits, separated by commas: users:read,users:write",
     Offer::permission},
    {"--expires", "DURATION", "how long it is valid, 1s to 24h (default 15m)", Offer::nothing, "tokens",
     "lifetime"},
};
constexpr std::span<const Flag> token_flags[] = {token_own, where};

constexpr Flag backup_own[] = {{"--force", nullptr, "replace FILE if it exists"}};
constexpr std::span<const Flag> backup_flags[] = {backup_own, where};
constexpr std::span<const Flag> restore_flags[] = {where};
constexpr Flag reset_own[] = {{"--yes", nullptr, "do not ask"}};
constexpr std::span<const Flag> reset_flags[] = {reset_own, where};

// ---- examples ------------------------------------------------------------------------------------------

constexpr Example serve_examples[] = {
    {"parley serve", "on http://localhost:8080, data in ./data"},
    {"parley serve --port 0 --ws-port 0 --ports-file ports.json", "on free ports, told in a file"},
    {"parley serve --profile lab06 --set net.max_body=16MiB", "another profile, another limit"},
};
constexpr Example config_examples[] = {
    {"parley config", "every setting in force, and where it comes from"},
    {"parley config --template > parley.toml", "a file to start from"},
};
constexpr Example demo_examples[] = {
    {"parley demo", "with a server of its own, on free ports, in a folder that goes away"},
    {"parley demo --url http://localhost:8080", "against a server that runs"},
    {"parley demo --fast --no-keep", "as a check: exit status 0 only if everything was right"},
};
constexpr Example doctor_examples[] = {
    {"parley doctor", "can `parley serve` start here?"},
    {"parley doctor --data ./data --port 9000 --json", "the same of other settings, for a program"},
};
constexpr Example compare_examples[] = {
    {"parley compare", "with `parley serve` in another terminal"},
    {"parley compare --summary --calls 1000", "sizes, times and the lecture's claims alone"},
    {"parley compare --ports-file ports.json --json", "for a program, of a server on any free ports"},
};
constexpr Example topology_examples[] = {
    {"parley topology", "with `parley serve` in another terminal"},
};
constexpr Example extract_examples[] = {
    {"parley extract orders", "into a process of its own, while the server serves"},
};
constexpr Example absorb_examples[] = {
    {"parley absorb orders", "back into the server"},
};
constexpr Example token_examples[] = {
    {"parley token --user alice --permissions users:read,users:write", "for 15 minutes"},
    {"parley token --service orders --permissions users:read --expires 1h",
     "to a variable with TOKEN=$(...), then: curl -H \"Authorization: Bearer $TOKEN\" "
     "localhost:8080/api/v1/users"},
};
constexpr Example backup_examples[] = {
    {"parley backup parley.tar.zst", "while the server runs, or not"},
    {"parley backup --data ./data \"parley-$(date +%F).tar.zst\"", "one a day"},
};
constexpr Example restore_examples[] = {
    {"parley restore parley.tar.zst", "the data there was is kept beside"},
    {"parley restore parley.tar.zst --data ./other", "into another folder, to look at"},
};
constexpr Example reset_examples[] = {
    {"parley reset", "asks first"},
    {"parley reset --yes --data ./data", "for scripts"},
};
constexpr Example completion_examples[] = {
    {"source <(parley completion bash)", "in ~/.bashrc"},
    {"source <(parley completion zsh)", "in ~/.zshrc, after compinit"},
};

constexpr Argument no_argument{nullptr, "", false, Offer::nothing};
constexpr const char *server = "The server", *first = "The first minute", *data = "Your data", *more = "More";

constexpr Command rows[] = {
    {"demo", first, "play a story through HTTP, WebSocket and SSE, each step with its command",
     "Starts a server of its own on free ports with fresh data, unless --url names one that runs. On a "
     "terminal the server stays until Ctrl-C, so that the commands it shows can be pasted into another one.",
     no_argument, demo_flags, demo_examples, run_demo},
    {"doctor", first, "check ports, disk, limits, databases and clock, and say what mends them",
     "Takes the flags of `parley serve` and checks what a server with them would need. It harms no server "
     "that runs. Exit status 1 when something is wrong.",
     no_argument, doctor_flags, doctor_examples, run_doctor},
    {"compare", first, "the same calls over REST, JSON-RPC, WebSocket and gRPC, in bytes and time",
     "Calls a running server and measures what goes over the sockets: payload, headers and framing of the "
     "first call on a connection and of a later one, how long calls take, what the bytes say, and which of "
     "the lecture's figures hold. Takes the lecture's user, john.doe@example.com, or creates it.",
     no_argument, compare_flags, compare_examples, run_compare},
    {"serve", server, "run the server until SIGTERM or SIGINT", "Needs no flag, account, network or file.",
     no_argument, as_served, serve_examples, run_serve},
    {"topology", server, "show which modules there are, in which processes, and how they do", "", no_argument,
     topology_flags, topology_examples, run_topology},
    {"extract",
     server,
     "move a module of the running server into a process of its own",
     "The server goes on serving: calls of the module wait while its database changes hands, and none is "
     "lost. The process ends with the server.",
     {"MODULE", "the module, such as orders", true, Offer::module},
     move_flags,
     extract_examples,
     run_extract},
    {"absorb",
     server,
     "take an extracted module back",
     "",
     {"MODULE", "a module that was extracted", true, Offer::module},
     move_flags,
     absorb_examples,
     run_absorb},
    {"config", server, "print the effective settings and where each comes from", "", no_argument,
     config_flags, config_examples, run_config},
    {"token", server, "print a token that calls may show, for a user or a service",
     "A JSON Web Token, signed (HS256) with the key in the data directory, which is made if it is missing. "
     "The "
     "server of that directory takes it, whether it runs already or is started later. A call that shows a "
     "token may do what the token permits and nothing else.",
     no_argument, token_flags, token_examples, run_token},
    {"backup",
     data,
     "write one file with a consistent copy of every database, while serving or not",
     "FILE is a tar archive, compressed with zstd, with a manifest of versions, sizes and SHA-256 sums. It "
     "holds everything that had been acknowledged when the backup began.",
     {"FILE", "the archive to write", true, Offer::file},
     backup_flags,
     backup_examples,
     run_backup},
    {"restore",
     data,
     "put a backup in place; what was there is kept beside",
     "Checks the whole archive first. The server must not run. A crash in between leaves either the old data "
     "or the new.",
     {"FILE", "an archive of `parley backup`", true, Offer::file},
     restore_flags,
     restore_examples,
     run_restore},
    {"reset", data, "empty the data, after asking", "Removes the databases, and nothing that is not ours.",
     no_argument, reset_flags, reset_examples, run_reset},
    {"help",
     more,
     "print this, or what a command does",
     "",
     {"COMMAND", "the command to tell about", false, Offer::command},
     {},
     {},
     run_help},
    {"version", more, "print the version, and what it was built with", "", no_argument, {}, {}, run_version},
    {"completion",
     more,
     "print a script that completes commands and flags in bash or zsh",
     "",
     {"SHELL", "bash or zsh", true, Offer::shell},
     {},
     completion_examples,
     run_completion},
};

}  // namespace

std::span<const Command> commands() noexcept {
  return rows;
}

const Command* find_command(std::string_view name) noexcept {
  const auto found = std::ranges::find(rows, name, &Command::name);
  return found == std::end(rows) ? nullptr : found;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

const Flag* find_flag(const Command& command, std::string_view name) noexcept {
  for (const auto set : command.flags)
    for (const auto& flag : set)
      if (flag.name == name) return &flag;
  return nullptr;
}

std::vector<std::string> offered(Offer offer) {
  switch (offer) {
    case Offer::profile: {
      std::vector<std::string> names;
      for (const auto& profile : builtin_profiles()) names.emplace_back(profile.name);
      return names;
    }
    case Offer::log_level:
      return {"trace", "debug", "info", "warn", "error", "off"};
    case Offer::log_format:
      return {"text", "json"};
    case Offer::setting:
      return setting_names();
    case Offer::permission:
      return Services().permissions();
    case Offer::module:
      return Services().modules();
    case Offer::command:
      return command_names();
    case Offer::shell:
      return {"bash", "zsh"};
    case Offer::nothing:
    case Offer::file:
    case Offer::folder:
      break;
  }
  return {};
}

}  // namespace parley::app
