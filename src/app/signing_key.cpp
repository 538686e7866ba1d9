#include "signing_key.hpp"

#include "files.hpp"
#include "text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace parley::app {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const noexcept { return number_; }

 private:
  int number_;
};

std::string remedy(const std::string& path) {
  return "remove it for a new one, which makes the tokens there are invalid: rm " + shell_word(path);
}

Result<auth::Key> read_key(const std::string& path) {
  // Without waiting for the other end of a pipe.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return fail(Code::not_found, path + " is missing");
  struct stat found {};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0)
    return std::unexpected(file_error("the key of the tokens, " + path + ", cannot be read", errno));
  if (!S_ISREG(found.st_mode))
    return fail(Code::failed_precondition,
                "the key of the tokens, " + path + ", is not a file; move it away");
  if ((found.st_mode & 077) != 0)
    return fail(Code::failed_precondition,
                "the key of the tokens, " + path +
                    ", is open to other users of this machine; close it (chmod 600 " + shell_word(path) +
                    "), or, if one may have read it, " + remedy(path));
  char bytes[auth::Key::size + 1];
  ssize_t got;
  do got = ::read(file.get(), bytes, sizeof bytes);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    return std::unexpected(file_error("the key of the tokens, " + path + ", cannot be read", errno));
  auto key = auth::Key::from({bytes, static_cast<std::size_t>(got)});
  if (key) return std::move(*key);
  return fail(Code::failed_precondition, "the key of the tokens, " + path + ", has " +
                                             std::to_string(found.st_size) + " bytes instead of " +
                                             std::to_string(auth::Key::size) + "; " + remedy(path));
}

// already_exists: somebody else was first.
Result<void> write_key(const std::string& path, const auth::Key& key) {
  const auto name = auth::random_secret();
  if (!name) return std::unexpected(name.error());
  const std::string beside = path + ".tmp." + *name;
  if (auto written = write_new_file(beside, key.bytes(), 0600); !written) return written;
  auto placed = link_to_new(beside, path);
  ::unlink(beside.c_str());
  return placed;
}

}  // namespace

Result<auth::Key> kept_key(const std::string& data) {
  return read_key(data + "/" + key_name);
}

Result<auth::Key> signing_key(const std::string& data) {
  const std::string path = data + "/" + key_name;
  auto kept = read_key(path);
  if (kept || kept.error().code != Code::not_found) return kept;
  auto made = auth::Key::make();
  if (!made) return made;
  if (auto written = write_key(path, *made); !written) {
    if (written.error().code == Code::already_exists) return read_key(path);
    return std::unexpected(std::move(written.error()));
  }
  if (auto durable = sync_folder(data); !durable) return std::unexpected(std::move(durable.error()));
  return made;
}

}  // namespace parley::app
