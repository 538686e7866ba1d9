#include "administrator.hpp"
#include "announce.hpp"
#include "backup/backup.hpp"
#include "doctor/checks.hpp"
#include "text.hpp"

#include <parley/db/ownership.hpp>
#include <parley/net/client.hpp>

#include <sys/resource.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace parley::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t reserve = 128;  // files beside the connections, as the server has it

std::int64_t hardware_clock() {
  std::int64_t seconds = 0;
  std::ifstream("/sys/class/rtc/rtc0/since_epoch") >> seconds;
  return seconds;
}

// How far the wall clock moves against the steady one within some milliseconds; also whether the steady one
// ever goes back, which it must not.
std::chrono::microseconds watch_clocks(bool& went_back) {
  using std::chrono::steady_clock;
  using std::chrono::system_clock;
  const auto wall = system_clock::now();
  const auto begin = steady_clock::now();
  auto last = begin;
  while (last - begin < std::chrono::milliseconds(40)) {
    const auto now = steady_clock::now();
    went_back = went_back || now < last;
    last = now;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return std::chrono::duration_cast<std::chrono::microseconds>((system_clock::now() - wall) -
                                                               (steady_clock::now() - begin));
}

std::string date_of(std::int64_t seconds) {
  return to_rfc3339(Timestamp(std::chrono::seconds(seconds)));
}

bool runs(long pid) {
  return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

void check_ports_file(const std::string& path, Findings& out) {
  std::error_code failure;
  if (path.empty()) return;
  const auto name = fs::path(path).filename().string() + ".tmp.";
  for (const auto& entry : fs::directory_iterator(fs::absolute(path, failure).parent_path(), failure)) {
    const auto other = entry.path().filename().string();
    long pid = 0;
    if (!other.starts_with(name)) continue;
    std::from_chars(other.data() + name.size(), other.data() + other.size(), pid);
    if (pid > 0 && !runs(pid))
      out.push_back({"ports file", Mark::note, "a server that died left " + entry.path().string(),
                     "rm " + shell_word(entry.path().string())});
  }
  if (!fs::exists(path, failure)) return;
  if (const auto ports = read_ports_file(path); ports && ports->http > 0) {
    const net::client::Target target{"127.0.0.1", static_cast<std::uint16_t>(ports->http),
                                     std::chrono::milliseconds(2000)};
    if (net::client::send(target, {.path = "/health/live"})) {
      out.push_back({"ports file", Mark::ok, path + " tells of a server that answers", {}});
      return;
    }
  }
  out.push_back(
      {"ports file", Mark::note, path + " tells of a server that does not answer", "rm " + shell_word(path)});
}

}  // namespace

Finding judge_open_files(std::uint64_t hard, std::int32_t connections) {
  const std::uint64_t needed = static_cast<std::uint64_t>(connections) + reserve;
  if (hard >= needed)
    return {"open files", Mark::ok, "enough for " + std::to_string(connections) + " connections", {}};
  const auto fit = hard > reserve + 16 ? hard - reserve : 16;
  return {"open files", Mark::note,
          "the limit of " + std::to_string(hard) + " is enough for " + std::to_string(fit) + " of " +
              std::to_string(connections) + " connections (net.max_connections)",
          "parley serve --set net.max_connections=" + std::to_string(fit)};
}

void check_open_files(const Patient& patient, Findings& out) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    out.push_back(judge_open_files(limit.rlim_max == RLIM_INFINITY ? ~std::uint64_t(0) : limit.rlim_max,
                                   patient.settings.config.net.max_connections));
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < (rlim_t(1) << 30))
    out.push_back({"file size", Mark::note,
                   "files may not grow beyond " + readable_size(limit.rlim_cur) + "; writes fail after that",
                   "ulimit -f unlimited"});
}

Finding judge_clock(std::int64_t now, std::int64_t built, std::int64_t hardware,
                    std::chrono::microseconds step) {
  constexpr std::int64_t day = 86'400;
  const std::string set = "sudo timedatectl set-ntp true";
  if (now < built - day)
    return {"clock", Mark::wrong,
            "says " + date_of(now) + ", before this program was built (" + date_of(built) + ")", set};
  if (now > built + 50 * 366 * day)
    return {"clock", Mark::wrong, "says " + date_of(now) + ", fifty years after this program was built", set};
  if (std::chrono::abs(step) > std::chrono::milliseconds(500))
    return {"clock", Mark::wrong,
            "moved by " + std::to_string(step.count() / 1000) + " ms while it was watched: something sets it",
            set};
  if (hardware > 0 && std::abs(hardware - now) > day)
    return {"clock", Mark::note, "the hardware's clock says " + date_of(hardware) + ", more than a day off",
            "sudo hwclock --systohc"};
  return {"clock", Mark::ok, date_of(now), {}};
}

void check_clock(const Patient&, Findings& out) {
  bool went_back = false;
  const auto step = watch_clocks(went_back);
  if (went_back) {
    out.push_back({"clock", Mark::wrong, "the monotonic clock went back; time limits cannot be kept",
                   "cat /sys/devices/system/clocksource/clocksource0/available_clocksource"});
    return;
  }
  const auto now =
      to_unix_seconds(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
  out.push_back(judge_clock(now, PARLEY_BUILT, hardware_clock(), step));
}

void check_leftovers(const Patient& patient, Findings& out) {
  const auto& server = patient.settings.config.server;
  check_ports_file(server.ports_file, out);
  const auto data = folder_path(server.data);
  if (!data) return;
  const fs::path folder(*data);
  const auto name = folder.filename().string();
  std::error_code failure;
  const bool served = std::ranges::any_of(
      patient.databases, [&](const auto& row) { return db::Ownership::holder(row.path(*data)).has_value(); });
  if (const auto token = folder / token_name; !served && fs::exists(token, failure))
    out.push_back({"leftovers", Mark::note,
                   std::string("a server that died left the administrator's token, ") +
                       (server.admin_token.empty() ? "good for nothing now" : "which the next one takes too"),
                   "rm " + shell_word(token.string())});
  for (const auto& entry : fs::directory_iterator(folder.parent_path(), failure)) {
    const auto other = entry.path().filename().string(), path = entry.path().string();
    if (other.starts_with(name + ".restoring-")) {
      const bool unpacked = fs::exists(entry.path() / restoring_name, failure);
      out.push_back(
          {"leftovers", Mark::note,
           unpacked
               ? "a restore was cut short and left " + path
               : "a restore was cut short after it had put the data in place; the data before it is in " +
                     path,
           unpacked ? "rm -r " + shell_word(path)
                    : "mv " + shell_word(path) + " " + shell_word(*data + ".before-restore")});
    } else if (other.starts_with(name + ".before-restore-")) {
      out.push_back({"leftovers", Mark::note,
                     "the data before a restore is kept in " + path + "; once it is not needed",
                     "rm -r " + shell_word(path)});
    }
  }
}

Findings check_all(const Patient& patient) {
  Findings found;
  for (const auto check : {check_address, check_loopback, check_ports, check_data_folder, check_key,
                           check_disk, check_open_files, check_databases, check_clock, check_leftovers})
    check(patient, found);
  return found;
}

}  // namespace parley::app
