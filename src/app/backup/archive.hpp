// A tar archive of plain files in one folder, compressed with zstd. Blocking.
#pragma once

#include <parley/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace parley::app {

std::string archive_library_version();  // "3.6.2"

class ArchiveWriter {
 public:
  // Makes `path` for its owner alone; it must not exist.
  static Result<ArchiveWriter> create(const std::string& path);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ~ArchiveWriter();

  Result<void> add(const std::string& name, std::string_view text);
  // `progress` hears the bytes done and ends it with `cancelled` by answering false. The file must have
  // exactly `bytes`.
  Result<void> add_file(const std::string& name, const std::string& path, std::uint64_t bytes,
                        const std::function<bool(std::uint64_t)>& progress);
  // The archive is whole and on disk when this returns.
  Result<void> finish();

 private:
  struct Impl;
  explicit ArchiveWriter(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

struct ArchiveEntry {
  std::string name;
  std::uint64_t bytes = 0;
};

class ArchiveReader {
 public:
  // tar, bare or compressed with zstd or gzip. Errors: not_found; data_loss for what is none.
  static Result<ArchiveReader> open(const std::string& path);
  ArchiveReader(ArchiveReader&&) noexcept;
  ~ArchiveReader();

  // Nothing at the end. data_loss for an entry that is not a plain file of a plain name: no folder, no link,
  // nothing that could lead out of the folder it is unpacked into.
  Result<std::optional<ArchiveEntry>> next();
  // Of the entry that next() gave: up to `room` bytes, 0 at its end.
  Result<std::size_t> read(char* to, std::size_t room);

 private:
  struct Impl;
  explicit ArchiveReader(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::app
