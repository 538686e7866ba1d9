#include "backup/digest.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <system_error>

namespace parley::app {

struct Digest::State {
  crypto_hash_sha256_state sha;
};

Digest::Digest() : state_(std::make_unique<State>()) {
  crypto_hash_sha256_init(&state_->sha);
}
Digest::~Digest() = default;

void Digest::add(std::string_view bytes) {
  crypto_hash_sha256_update(&state_->sha, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string Digest::hex() {
  unsigned char sum[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(&state_->sha, sum);
  char text[2 * sizeof sum + 1];
  sodium_bin2hex(text, sizeof text, sum, sizeof sum);
  return text;
}

Result<std::string> digest_of_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ssize_t got = -1;
  Digest digest;
  std::string buffer(1 << 18, '\0');
  if (file >= 0) {
    while ((got = ::read(file, buffer.data(), buffer.size())) > 0)
      digest.add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
  const int failure = errno;
  if (file >= 0) ::close(file);
  if (got < 0)
    return fail(Code::unavailable, path + " cannot be read: " + std::generic_category().message(failure));
  return digest.hex();
}

}  // namespace parley::app
