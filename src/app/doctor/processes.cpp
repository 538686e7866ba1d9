#include "doctor/processes.hpp"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace parley::app {
namespace {

namespace fs = std::filesystem;

// Inodes of the sockets that listen on `port` (proc(5): local address and state in hexadecimal, 0A: LISTEN).
void add_listening(const char* table, std::uint16_t port, std::set<std::string>& inodes) {
  std::ifstream in(table);
  std::string line;
  std::getline(in, line);  // headings
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const auto colon = local.rfind(':');
    if (state != "0A" || colon == local.npos) continue;
    unsigned number = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port) inodes.insert("socket:[" + inode + "]");
  }
}

bool holds(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(process / "fd", failure)) {
    const auto target = fs::read_symlink(entry.path(), failure);
    if (!failure && sockets.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

std::string process_name(long pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name;
}

std::optional<Holder> port_holder(std::uint16_t port) {
  std::set<std::string> sockets;
  add_listening("/proc/net/tcp", port, sockets);
  add_listening("/proc/net/tcp6", port, sockets);
  if (sockets.empty()) return std::nullopt;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/proc", failure)) {
    const auto name = entry.path().filename().string();
    long pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (holds(entry.path(), sockets)) return Holder{pid, process_name(pid)};
  }
  return std::nullopt;
}

}  // namespace parley::app
