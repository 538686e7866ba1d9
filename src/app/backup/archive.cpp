// The one file that knows libarchive.
#include "backup/archive.hpp"

#include "files.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

namespace parley::app {
namespace {

constexpr std::size_t block = 1 << 18;

// Letters, digits, dot, dash and underscore, not beginning with a dot: such a name leads nowhere else.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 && name.front() != '.' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

struct EntryFree {
  void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};
struct WriteFree {
  void operator()(struct archive* archive) const noexcept { archive_write_free(archive); }
};
struct ReadFree {
  void operator()(struct archive* archive) const noexcept { archive_read_free(archive); }
};

}  // namespace

std::string archive_library_version() {
  const int number = archive_version_number();
  return std::to_string(number / 1000000) + "." + std::to_string(number / 1000 % 1000) + "." +
         std::to_string(number % 1000);
}

// ---- writing -------------------------------------------------------------------------------------------

struct ArchiveWriter::Impl {
  int file = -1;
  std::unique_ptr<struct archive, WriteFree> archive;

  ~Impl() {
    archive.reset();
    if (file >= 0) ::close(file);
  }
  Error failure() const {
    const int code = archive_errno(archive.get());
    if (code > 0) return file_error("the archive cannot be written", code);
    const char* why = archive_error_string(archive.get());
    return {Code::internal, std::string("the archive cannot be written: ") + (why ? why : "no reason given")};
  }
  Result<void> begin(const std::string& name, std::uint64_t bytes) {
    const std::unique_ptr<archive_entry, EntryFree> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_mtime(entry.get(), std::time(nullptr), 0);
    if (archive_write_header(archive.get(), entry.get()) != ARCHIVE_OK) return std::unexpected(failure());
    return {};
  }
  Result<void> put(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto taken = archive_write_data(archive.get(), bytes.data(), bytes.size());
      if (taken <= 0) return std::unexpected(failure());
      bytes.remove_prefix(static_cast<std::size_t>(taken));
    }
    return {};
  }
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

Result<ArchiveWriter> ArchiveWriter::create(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (impl->file < 0) return std::unexpected(file_error("the archive " + path + " cannot be made", errno));
  impl->archive.reset(archive_write_new());
  auto* archive = impl->archive.get();
  if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
      archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
      archive_write_open_fd(archive, impl->file) != ARCHIVE_OK) {
    return std::unexpected(impl->failure());
  }
  return ArchiveWriter(std::move(impl));
}

Result<void> ArchiveWriter::add(const std::string& name, std::string_view text) {
  if (auto begun = impl_->begin(name, text.size()); !begun) return begun;
  return impl_->put(text);
}

Result<void> ArchiveWriter::add_file(const std::string& name, const std::string& path, std::uint64_t bytes,
                                     const std::function<bool(std::uint64_t)>& progress) {
  if (auto begun = impl_->begin(name, bytes); !begun) return begun;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::unexpected(file_error(path + " cannot be read", errno));
  std::string buffer(block, '\0');
  std::uint64_t done = 0;
  Result<void> result;
  while (result) {
    const auto got = ::read(file, buffer.data(), buffer.size());
    if (got < 0) result = std::unexpected(file_error(path + " cannot be read", errno));
    if (got <= 0) break;
    done += static_cast<std::uint64_t>(got);
    if (done > bytes) break;
    result = impl_->put({buffer.data(), static_cast<std::size_t>(got)});
    if (result && !progress(done)) result = fail(Code::cancelled, "the archive was interrupted");
  }
  ::close(file);
  if (result && done != bytes) return fail(Code::internal, path + " changed while it was read");
  return result;
}

Result<void> ArchiveWriter::finish() {
  if (archive_write_close(impl_->archive.get()) != ARCHIVE_OK) return std::unexpected(impl_->failure());
  if (::fsync(impl_->file) != 0) return std::unexpected(file_error("the archive cannot be written", errno));
  return {};
}

// ---- reading -------------------------------------------------------------------------------------------

struct ArchiveReader::Impl {
  std::unique_ptr<struct archive, ReadFree> archive;

  std::unexpected<Error> damaged() const {
    const char* why = archive_error_string(archive.get());
    return fail(Code::data_loss, "the archive is damaged, or none of `parley backup`: " +
                                     std::string(why ? why : "it ends too early"));
  }
};

ArchiveReader::ArchiveReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader::~ArchiveReader() = default;

Result<ArchiveReader> ArchiveReader::open(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0)
    return fail(errno == ENOENT ? Code::not_found : Code::failed_precondition,
                "the archive " + path + " cannot be read: " + std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode))
    return fail(Code::failed_precondition, "the archive " + path + " is not a file");
  if (::access(path.c_str(), R_OK) != 0)
    return std::unexpected(file_error("the archive " + path + " cannot be read", errno));
  auto impl = std::make_unique<Impl>();
  impl->archive.reset(archive_read_new());
  auto* archive = impl->archive.get();
  archive_read_support_format_tar(archive);
  archive_read_support_filter_zstd(archive);
  archive_read_support_filter_gzip(archive);
  if (archive_read_open_filename(archive, path.c_str(), block) != ARCHIVE_OK) return impl->damaged();
  return ArchiveReader(std::move(impl));
}

Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
  archive_entry* entry = nullptr;
  const int code = archive_read_next_header(impl_->archive.get(), &entry);
  if (code == ARCHIVE_EOF) return std::nullopt;
  if (code != ARCHIVE_OK) return impl_->damaged();
  const char* name = archive_entry_pathname(entry);
  if (!name || !is_plain_name(name))
    return fail(Code::data_loss,
                "the archive is none of `parley backup`: it has an entry whose name is not plain");
  if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
      archive_entry_symlink(entry) || archive_entry_sparse_count(entry) > 0 ||
      !archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0) {
    return fail(Code::data_loss, "the archive is none of `parley backup`: its entry " + std::string(name) +
                                     " is no plain file");
  }
  return ArchiveEntry{name, static_cast<std::uint64_t>(archive_entry_size(entry))};
}

Result<std::size_t> ArchiveReader::read(char* to, std::size_t room) {
  const auto got = archive_read_data(impl_->archive.get(), to, room);
  if (got < 0) return impl_->damaged();
  return static_cast<std::size_t>(got);
}

}  // namespace parley::app
