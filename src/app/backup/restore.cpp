#include "administrator.hpp"
#include "backup/archive.hpp"
#include "backup/backup.hpp"
#include "backup/digest.hpp"
#include "files.hpp"
#include "signing_key.hpp"
#include "text.hpp"

#include <parley/codec/json.hpp>
#include <parley/db/copy.hpp>
#include <parley/db/ownership.hpp>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <set>

namespace parley::app {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> foreign(const std::string& why) {
  return fail(Code::data_loss, "the archive is damaged, or none of `parley backup`: " + why);
}

// The server's locks on every database, whether it is there or not, so that none starts meanwhile.
Result<std::vector<db::Ownership>> lock_all(const DataFolder& data) {
  std::vector<db::Ownership> locks;
  for (const auto& row : data.databases) {
    auto lock = db::Ownership::take(row.name, row.path(data.path));
    if (!lock) return std::unexpected(lock.error());
    locks.push_back(std::move(*lock));
  }
  return locks;
}

const ModuleDatabase* find_row(const DataFolder& data, const std::string& name) {
  for (const auto& row : data.databases)
    if (name == row.name) return &row;
  return nullptr;
}

Result<void> check(const Manifest& manifest, const DataFolder& data) {
  if (manifest.format > manifest_format)
    return fail(Code::failed_precondition, "the archive has format " + std::to_string(manifest.format) +
                                               ", newer than format " + std::to_string(manifest_format) +
                                               " that this program knows; restore it with Parley " +
                                               manifest.parley + " or later");
  std::set<std::string> seen;
  for (const auto& database : manifest.databases) {
    const auto* row = find_row(data, database.name);
    if (!row)
      return fail(Code::failed_precondition,
                  "the archive has a database '" + database.name +
                      "' that this program does not know; restore it with Parley " + manifest.parley +
                      " or later");
    if (database.file != row->file() || !seen.insert(database.name).second)
      return foreign("its manifest contradicts itself");
    const auto known = static_cast<std::int64_t>(row->migrations.size());
    if (database.schema_version > known)
      return fail(Code::failed_precondition, "the archive's database '" + database.name + "' is at version " +
                                                 std::to_string(database.schema_version) +
                                                 ", newer than version " + std::to_string(known) +
                                                 " that this program knows; restore it with Parley " +
                                                 manifest.parley + " or later");
  }
  return {};
}

Result<Manifest> read_manifest(ArchiveReader& archive, const DataFolder& data) {
  const auto entry = archive.next();
  if (!entry) return std::unexpected(entry.error());
  if (!*entry || (*entry)->name != manifest_name) return foreign("it does not begin with a manifest");
  if ((*entry)->bytes > max_manifest) return foreign("its manifest is larger than 64 KiB");
  std::string text((*entry)->bytes, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const auto got = archive.read(text.data() + have, text.size() - have);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return foreign("it ends within its manifest");
    have += *got;
  }
  auto manifest = codec::from_json<Manifest>(text);
  if (!manifest) return foreign("its manifest cannot be read (" + manifest.error().message + ")");
  if (auto fits = check(*manifest, data); !fits) return std::unexpected(fits.error());
  return manifest;
}

Result<void> check_space(const Manifest& manifest, const std::string& folder) {
  struct statvfs disk;
  if (::statvfs(folder.c_str(), &disk) != 0) return {};
  std::uint64_t needed = 0;
  for (const auto& database : manifest.databases) needed += static_cast<std::uint64_t>(database.bytes);
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (needed <= free) return {};
  return fail(Code::unavailable, "the disk has room for " + readable_size(free) + ", the backup needs " +
                                     readable_size(needed) + "; make room, or restore elsewhere with --data");
}

// Never more than the manifest says, however much the archive holds.
Result<void> unpack(ArchiveReader& archive, const BackedUpDatabase& database, const std::string& path,
                    const Progress& progress) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(file_error(path + " cannot be made", errno));
  const auto total = static_cast<std::uint64_t>(database.bytes);
  std::string buffer(1 << 18, '\0');
  Digest digest;
  std::uint64_t done = 0;
  Result<void> result;
  while (result) {
    const auto got = archive.read(buffer.data(), buffer.size());
    if (!got) result = std::unexpected(got.error());
    if (!got || *got == 0) break;
    done += *got;
    if (done > total) break;
    digest.add(std::string_view(buffer.data(), *got));
    for (std::size_t at = 0; at < *got && result;) {
      const auto written = ::write(file, buffer.data() + at, *got - at);
      if (written < 0 && errno != EINTR)
        result = std::unexpected(file_error(path + " cannot be written", errno));
      if (written > 0) at += static_cast<std::size_t>(written);
    }
    if (result && !progress(database.name, done, total))
      result = fail(Code::cancelled, "the restore was interrupted");
  }
  if (result && ::fsync(file) != 0) result = std::unexpected(file_error(path + " cannot be written", errno));
  ::close(file);
  if (!result) return result;
  if (done != total) return foreign(database.file + " has another size than its manifest says");
  if (digest.hex() != database.sha256)
    return foreign(database.file + " has another checksum than its manifest says");
  return {};
}

Result<void> unpack_all(ArchiveReader& archive, const Manifest& manifest, const DataFolder& data,
                        const std::string& stage, const Progress& progress) {
  std::set<std::string> waiting;
  for (const auto& database : manifest.databases) waiting.insert(database.file);
  for (;;) {
    const auto entry = archive.next();
    if (!entry) return std::unexpected(entry.error());
    if (!*entry) break;
    if (waiting.erase((*entry)->name) == 0) return foreign("it has an entry that its manifest does not name");
    const auto& database = *std::ranges::find(manifest.databases, (*entry)->name, &BackedUpDatabase::file);
    if (auto done = unpack(archive, database, stage + "/" + database.file, progress); !done) return done;
  }
  if (!waiting.empty()) return foreign("it has no " + *waiting.begin());
  for (const auto& database : manifest.databases) {
    const auto path = stage + "/" + database.file;
    const auto account =
        db::inspect_database(database.name, path, find_row(data, database.name)->migrations, db::Depth::full);
    if (!account) return std::unexpected(account.error());
    if (account->version != database.schema_version)
      return foreign("its manifest contradicts " + database.file);
    for (const auto& file : db::files_of(path))
      if (file != path) ::unlink(file.c_str());
  }
  return {};
}

// 20261125-201500, for a folder's name.
std::string stamp(const Clock& clock) {
  std::string out;
  for (const char c : to_rfc3339(std::chrono::floor<std::chrono::seconds>(clock.now()))) {
    if (c == 'T') out += '-';
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}

// The old folder, under its exchanged name, to one that says what it is.
Result<std::string> keep(const std::string& old_folder, const std::string& data, const Clock& clock) {
  const std::string name = data + ".before-restore-" + stamp(clock);
  for (int attempt = 1; attempt < 100; ++attempt) {
    const auto kept = attempt == 1 ? name : name + "-" + std::to_string(attempt);
    const auto renamed = rename_to_new(old_folder, kept);
    if (renamed) return kept;
    if (renamed.error().code != Code::already_exists) return std::unexpected(renamed.error());
  }
  return old_folder;
}

bool has_data(const DataFolder& data) {
  std::error_code ignored;
  return std::ranges::any_of(data.databases,
                             [&](const auto& row) { return fs::exists(row.path(data.path), ignored); });
}

}  // namespace

Result<std::string> folder_path(const std::string& path) {
  std::error_code failure;
  auto resolved = fs::weakly_canonical(fs::absolute(path, failure), failure);
  if (failure)
    return fail(Code::failed_precondition, "the folder " + path + " cannot be found: " + failure.message());
  if (resolved.filename().empty()) resolved = resolved.parent_path();
  if (resolved == resolved.root_path())
    return fail(Code::failed_precondition, path + " is no folder for data");
  return resolved.string();
}

Result<Restored> restore_backup(const DataFolder& asked, const std::string& file, const Clock& clock,
                                const Progress& progress) {
  const auto step = [&](int which) { return progress(restore_steps[which], 0, 0); };
  auto path = folder_path(asked.path);
  if (!path) return std::unexpected(path.error());
  const DataFolder data{*path, asked.databases};
  std::error_code failure;
  const auto kind = fs::status(data.path, failure).type();
  const bool there = kind == fs::file_type::directory;
  if (!there && kind != fs::file_type::not_found)
    return fail(Code::failed_precondition, asked.path + " is not a folder; choose another with --data");

  auto archive = ArchiveReader::open(file);
  if (!archive) return std::unexpected(archive.error());
  auto manifest = read_manifest(*archive, data);
  if (!manifest) return std::unexpected(manifest.error());

  const bool old_data = there && has_data(data);
  if (there && !old_data && own_files(data).others > 0)
    return fail(
        Code::failed_precondition,
        asked.path + " holds other files and no data of Parley; name an empty or a new folder with --data");
  std::vector<db::Ownership> locks;
  if (there) {
    auto taken = lock_all(data);
    if (!taken) return std::unexpected(taken.error());
    locks = std::move(*taken);
  }
  step(0);
  const auto parent = fs::path(data.path).parent_path().string();
  fs::create_directories(parent, failure);
  if (auto room = check_space(*manifest, parent); !room) return std::unexpected(room.error());

  // Complete and checked beside the data folder, then exchanged with it in one step. Before that step a crash
  // leaves the old data, after it the new; what is left over is marked if it is the new. The manifest does
  // not tell them apart, as data that was restored keeps the one it came with.
  auto made = make_folder(data.path + ".restoring-");
  if (!made) return std::unexpected(made.error());
  TemporaryFolder stage(std::move(*made));
  if (auto done = write_new_file(stage.path() + "/" + restoring_name, "", 0600); !done)
    return std::unexpected(done.error());
  if (auto done = write_new_file(stage.path() + "/" + restored_name, codec::to_json(*manifest) + "\n", 0600);
      !done)
    return std::unexpected(done.error());
  if (auto done = unpack_all(*archive, *manifest, data, stage.path(), progress); !done)
    return std::unexpected(done.error());
  if (auto done = sync_folder(stage.path()); !done) return std::unexpected(done.error());
  if (!step(1)) return fail(Code::cancelled, "the restore was interrupted");
  step(2);
  Restored restored{std::move(*manifest), data.path, {}};
  const std::string mark = data.path + "/" + restoring_name;
  if (!there) {
    if (auto done = rename_to_new(stage.path(), data.path); !done) return std::unexpected(done.error());
    stage.release();
  } else {
    ::unlink(mark.c_str());  // of a restore that was cut short behind this step: the old data goes unmarked
    if (auto done = exchange(stage.path(), data.path); !done) return std::unexpected(done.error());
    const std::string old_folder = stage.path();
    stage.release();  // it is the old data now
    step(3);
    if (old_data || own_files({old_folder, data.databases}).others > 0) {
      auto kept = keep(old_folder, data.path, clock);
      restored.kept = kept ? *kept : old_folder;
    } else {
      fs::remove_all(old_folder, failure);  // locks of nothing
    }
  }
  if (auto done = sync_folder(parent); !done) return std::unexpected(done.error());
  ::unlink(mark.c_str());
  step(4);
  return restored;
}

OwnFiles own_files(const DataFolder& data) {
  std::set<std::string> ours;
  for (const auto* name : {restored_name, restoring_name, token_name, key_name})
    ours.insert(data.path + "/" + name);
  for (const auto& row : data.databases)
    for (const auto& file : db::files_of(row.path(data.path))) ours.insert(file);
  OwnFiles found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(data.path, failure)) {
    const auto status = entry.symlink_status(failure);
    if (!ours.contains(entry.path().string()) || status.type() != fs::file_type::regular) {
      ++found.others;
      continue;
    }
    found.files.push_back(entry.path().string());
    const auto bytes = entry.file_size(failure);
    if (!failure) found.bytes += bytes;
  }
  // A database before its log: should this be cut short, the next start says that the log alone is there.
  std::ranges::sort(found.files);
  return found;
}

Result<OwnFiles> reset_data(const DataFolder& asked) {
  auto path = folder_path(asked.path);
  if (!path) return std::unexpected(path.error());
  const DataFolder data{*path, asked.databases};
  std::error_code failure;
  if (!fs::is_directory(data.path, failure)) return OwnFiles{};
  auto locks = lock_all(data);
  if (!locks) return std::unexpected(locks.error());
  auto found = own_files(data);
  for (const auto& file : found.files)
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
      return std::unexpected(file_error(file + " cannot be removed", errno));
  if (found.others == 0) ::rmdir(data.path.c_str());
  return found;
}

}  // namespace parley::app
