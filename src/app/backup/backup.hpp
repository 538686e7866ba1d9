// Backup, restore and reset of a data folder. Blocking, for commands.
#pragma once

#include "backup/manifest.hpp"
#include "databases.hpp"

#include <parley/result.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// Hears how far a step is, in bytes or pages, and ends the work with `cancelled` by answering false.
using Progress = std::function<bool(std::string_view step, std::uint64_t done, std::uint64_t total)>;

struct DataFolder {
  std::string path;
  std::span<const ModuleDatabase> databases = module_databases();
};

// Writes `file`, whole or not at all. What was acknowledged before the call is in it. failed_precondition:
// the file exists and `replace` is false, or there is nothing to back up.
Result<Manifest> write_backup(const DataFolder& data, const std::string& file, bool replace,
                              const Clock& clock, const Progress& progress);

struct Restored {
  Manifest manifest;
  std::string data;  // the data folder, as folder_path() tells it
  std::string kept;  // the folder that what was there has become; empty: there was nothing
};
// Checks all of `file` before it touches anything; then puts it in place in one step. `unavailable` while a
// server holds the data, data_loss for an archive that is damaged or none of ours, failed_precondition for
// one of a newer program, and for a folder that is somebody else's.
Result<Restored> restore_backup(const DataFolder& data, const std::string& file, const Clock& clock,
                                const Progress& progress);
// Steps of restore_backup() that `progress` hears, in order, besides each database's name.
inline constexpr std::string_view restore_steps[] = {"locked", "checked", "exchanging", "exchanged", "done"};

struct OwnFiles {
  std::vector<std::string> files;  // ours, that are there
  std::uint64_t bytes = 0;
  std::size_t others = 0;  // entries of the folder that are not ours
};
OwnFiles own_files(const DataFolder& data);
// Removes them, and the folder if nothing else is in it. `unavailable` while a server holds the data.
Result<OwnFiles> reset_data(const DataFolder& data);

// In the data folder that a restore put in place: the manifest it came from.
inline constexpr const char* restored_name = "restored-from.json";
// In a folder that a restore fills; goes once it is in place. A folder `data.restoring-...` without it is the
// data that was there.
inline constexpr const char* restoring_name = "restoring";

// The folder without a slash at its end and without symbolic links, whether it exists or not.
Result<std::string> folder_path(const std::string& path);

}  // namespace parley::app
