#include "backup/backup.hpp"

#include "backup/archive.hpp"
#include "backup/digest.hpp"
#include "files.hpp"

#include <parley/codec/json.hpp>
#include <parley/db/copy.hpp>

#include <unistd.h>

#include <filesystem>

namespace parley::app {
namespace {

namespace fs = std::filesystem;

struct Part {
  const ModuleDatabase* row;
  db::Snapshot snapshot;
};

// One moment of every database. Consumers come before the sources they follow, so the list goes backwards: a
// consumer stores how far it has read its source, and a copy in which it had read further than the source
// reaches would miss what the source writes there after the restore. The other way round it only reads on.
// All moments begin before the first page is copied.
Result<std::vector<Part>> take_snapshots(const DataFolder& data) {
  std::vector<Part> parts;
  for (auto row = data.databases.rbegin(); row != data.databases.rend(); ++row) {
    auto snapshot = db::Snapshot::take(row->name, row->path(data.path), row->migrations);
    if (snapshot) {
      parts.push_back({&*row, std::move(*snapshot)});
    } else if (snapshot.error().code != Code::not_found) {
      return std::unexpected(snapshot.error());
    }  // else: data of a program that did not have the module
  }
  if (parts.empty())
    return fail(Code::failed_precondition,
                "there is no database in " + data.path + "; name the data folder with --data");
  return parts;
}

Result<BackedUpDatabase> copy(Part& part, const std::string& folder, const Progress& progress) {
  const std::string name = part.row->name, path = folder + "/" + part.row->file();
  const auto hear = [&](std::int64_t done, std::int64_t total) {
    return progress(name, static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total));
  };
  if (auto copied = part.snapshot.copy_to(path, hear); !copied) return std::unexpected(copied.error());
  // A backup that cannot be restored is worse than none.
  const auto sound = db::inspect_database(name, path, part.row->migrations, db::Depth::quick);
  if (!sound) return std::unexpected(sound.error());
  for (const auto& file : db::files_of(path))
    if (file != path) ::unlink(file.c_str());
  std::error_code failure;
  const auto bytes = fs::file_size(path, failure);
  if (failure) return std::unexpected(file_error("the copy of " + name + " cannot be read", failure.value()));
  auto digest = digest_of_file(path);
  if (!digest) return std::unexpected(digest.error());
  return BackedUpDatabase{name, part.row->file(), part.snapshot.account().version,
                          static_cast<std::int64_t>(bytes), std::move(*digest)};
}

Result<void> pack(const Manifest& manifest, const std::string& folder, const std::string& archive,
                  const Progress& progress) {
  auto writer = ArchiveWriter::create(archive);
  if (!writer) return std::unexpected(writer.error());
  if (auto added = writer->add(manifest_name, codec::to_json(manifest) + "\n"); !added) return added;
  for (const auto& database : manifest.databases) {
    const auto total = static_cast<std::uint64_t>(database.bytes);
    const auto hear = [&](std::uint64_t done) { return progress("packing " + database.name, done, total); };
    if (auto added = writer->add_file(database.file, folder + "/" + database.file, total, hear); !added)
      return added;
  }
  return writer->finish();
}

}  // namespace

Result<Manifest> write_backup(const DataFolder& data, const std::string& file, bool replace,
                              const Clock& clock, const Progress& progress) {
  std::error_code failure;
  const fs::path target = fs::absolute(file, failure).lexically_normal();
  const auto kind = fs::symlink_status(target, failure).type();
  if (kind == fs::file_type::directory)
    return fail(Code::failed_precondition, file + " is a folder; name a file in it");
  if (kind != fs::file_type::not_found && !replace)
    return fail(Code::failed_precondition, file + " exists; add --force to replace it, or name another");
  if (!fs::is_directory(target.parent_path(), failure))
    return fail(Code::failed_precondition, "the folder of " + file + " does not exist; make it first");

  Manifest manifest{
      .parley = PARLEY_VERSION, .sqlite = db::engine_version(), .created_at = clock.now(), .databases = {}};
  auto parts = take_snapshots(data);
  if (!parts) return std::unexpected(parts.error());
  auto made = make_folder(target.string() + ".partial-");
  if (!made) return std::unexpected(made.error());
  const TemporaryFolder folder(std::move(*made));
  // The last snapshot first, so that the list is in order again; each ends with its copy.
  for (; !parts->empty(); parts->pop_back()) {
    auto copied = copy(parts->back(), folder.path(), progress);
    if (!copied) return std::unexpected(copied.error());
    manifest.databases.push_back(std::move(*copied));
  }
  const std::string archive = folder.path() + "/archive";
  if (auto packed = pack(manifest, folder.path(), archive, progress); !packed)
    return std::unexpected(packed.error());
  if (replace) {
    if (std::rename(archive.c_str(), target.c_str()) != 0)
      return std::unexpected(file_error(file + " cannot be put in place", errno));
  } else if (auto renamed = rename_to_new(archive, target.string()); !renamed) {
    return std::unexpected(renamed.error());
  }
  if (auto synced = sync_folder(target.parent_path().string()); !synced)
    return std::unexpected(synced.error());
  return manifest;
}

}  // namespace parley::app
