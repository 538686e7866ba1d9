#include "backup/backup.hpp"
#include "doctor/checks.hpp"
#include "doctor/processes.hpp"
#include "signing_key.hpp"
#include "text.hpp"

#include <parley/db/copy.hpp>
#include <parley/db/ownership.hpp>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace parley::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t little_space = std::uint64_t(1) << 30, too_little_space = std::uint64_t(64) << 20;
constexpr const char* elsewhere = "parley serve --data ~/parley-data";

// The folder, or the nearest one above it that exists.
fs::path nearest(const std::string& path) {
  std::error_code failure;
  auto at = fs::weakly_canonical(fs::absolute(path, failure), failure);
  while (!fs::exists(at, failure) && at.has_relative_path()) at = at.parent_path();
  return at;
}

// Locks and shared memory, which SQLite's log needs, work on these only sometimes (magic.h).
bool is_network(const fs::path& path) {
  struct statfs system;
  if (::statfs(path.c_str(), &system) != 0) return false;
  const auto type = static_cast<std::uint32_t>(system.f_type);
  return type == 0x6969 /*NFS*/ || type == 0xff534d42 /*CIFS*/ || type == 0xfe534d42 /*SMB2*/ ||
         type == 0x517b /*SMB*/ || type == 0x01021997 /*9P*/;
}

std::string by_process(long pid) {
  if (pid == 0) return {};
  const auto name = process_name(pid);
  return " by process " + std::to_string(pid) + (name.empty() ? "" : " (" + name + ")");
}

Finding check_database(const Patient& patient, const ModuleDatabase& row) {
  const std::string check = "database " + std::string(row.name), data = patient.settings.config.server.data;
  const auto path = db::resolve_path(row.name, row.path(data));
  if (!path) return {check, Mark::ok, "is made at the first start", {}};
  const auto account = db::inspect_database(row.name, *path, row.migrations,
                                            patient.deep ? db::Depth::full : db::Depth::quick);
  if (account) {
    const auto pid = db::Ownership::holder(*path);
    const auto known = static_cast<std::int64_t>(row.migrations.size());
    std::string text =
        "whole, " + readable_size(account->bytes) + ", version " + std::to_string(account->version);
    if (account->version < known) text += " (the next start brings it to " + std::to_string(known) + ")";
    return {check, Mark::ok, text + (pid ? ", in use" + by_process(*pid) : ""), {}};
  }
  const auto& error = account.error();
  std::string text = error.message;  // "database 'users' is damaged; ..."
  const std::string beginning = "database '" + std::string(row.name) + "' ";
  if (text.starts_with(beginning)) text.erase(0, beginning.size());
  switch (error.code) {
    case Code::not_found: {
      std::error_code ignored;
      if (fs::exists(*path + "-wal", ignored) && fs::file_size(*path + "-wal", ignored) > 0)
        return {check, Mark::wrong, "is missing, but its write-ahead log is there",
                "parley restore --data " + shell_word(data) + " BACKUP.tar.zst"};
      return {check, Mark::ok, "is made at the first start", {}};
    }
    case Code::data_loss:
      return {check, Mark::wrong, text, "parley restore --data " + shell_word(data) + " BACKUP.tar.zst"};
    case Code::failed_precondition:
      if (::access(path->c_str(), R_OK | W_OK) != 0)
        return {check, Mark::wrong, text, "chmod u+rw " + shell_word(*path)};
      return {check, Mark::wrong, text, elsewhere};
    default:
      return {check, Mark::wrong, text, elsewhere};
  }
}

}  // namespace

void check_data_folder(const Patient& patient, Findings& out) {
  const auto& data = patient.settings.config.server.data;
  const std::string check = "data folder";
  struct stat status;
  if (::stat(data.c_str(), &status) != 0) {
    const auto parent = nearest(data);
    if (::access(parent.c_str(), W_OK | X_OK) != 0)
      return out.push_back({check, Mark::wrong,
                            data + " cannot be made: " + parent.string() + " may not be written", elsewhere});
    return out.push_back({check, Mark::ok, data + " is made at the first start", {}});
  }
  if (!S_ISDIR(status.st_mode)) return out.push_back({check, Mark::wrong, data + " is no folder", elsewhere});
  if (::access(data.c_str(), R_OK | W_OK | X_OK) != 0)
    return out.push_back({check, Mark::wrong, data + " may not be read and written by this user",
                          status.st_uid == ::geteuid() ? "chmod u+rwx " + shell_word(data) : elsewhere});
  if (is_network(nearest(data)))
    return out.push_back(
        {check, Mark::note, data + " is on a network file system, where locks may not work", elsewhere});
  if ((status.st_mode & 077) != 0)
    return out.push_back({check, Mark::note, "other users of this machine may look into " + data,
                          "chmod 700 " + shell_word(data)});
  for (const auto& row : patient.databases)
    if (const auto pid = db::Ownership::holder(row.path(data)))
      return out.push_back({check, Mark::note,
                            data + " is in use" + by_process(*pid) + "; a second server needs another",
                            elsewhere});
  out.push_back({check, Mark::ok, data + " can be written", {}});
}

// Says something only if the server would not start.
void check_key(const Patient& patient, Findings& out) {
  const auto& data = patient.settings.config.server.data;
  const auto key = kept_key(data);
  if (key || key.error().code == Code::not_found) return;
  const auto path = data + "/" + key_name;
  struct stat status;
  const bool open =
      ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0;
  out.push_back(
      {"token key", Mark::wrong, key.error().message, (open ? "chmod 600 " : "rm -r ") + shell_word(path)});
}

void check_disk(const Patient& patient, Findings& out) {
  const auto& data = patient.settings.config.server.data;
  struct statvfs disk;
  if (::statvfs(nearest(data).c_str(), &disk) != 0) return;
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const std::string text = readable_size(free) + " free";
  const std::string mend = "parley serve --data /a/larger/disk/parley-data";
  if (disk.f_files > 0 && disk.f_favail < 100) {
    out.push_back({"disk", Mark::wrong, "no more files can be made on it (inodes)", mend});
  } else if (free < too_little_space) {
    out.push_back({"disk", Mark::wrong, text + ": too little, writes will fail soon", mend});
  } else if (free < little_space) {
    out.push_back({"disk", Mark::note, text + ": little", mend});
  } else {
    out.push_back({"disk", Mark::ok, text, {}});
  }
}

void check_databases(const Patient& patient, Findings& out) {
  for (const auto& row : patient.databases) out.push_back(check_database(patient, row));
}

}  // namespace parley::app
