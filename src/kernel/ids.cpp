#include <parley/ids.hpp>

#include <random>

namespace parley {
namespace {

class Mersenne final : public Random {
 public:
  explicit Mersenne(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() noexcept override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace

std::unique_ptr<Random> make_random() {
  std::random_device device;
  return make_random((static_cast<std::uint64_t>(device()) << 32) | device());
}

std::unique_ptr<Random> make_random(std::uint64_t seed) {
  return std::make_unique<Mersenne>(seed);
}

std::string make_uuid(Timestamp now, Random& random) {
  const auto millis = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
  const std::uint64_t high = (millis << 16) | 0x7000 | (random.next() & 0x0fff);
  const std::uint64_t low = (random.next() & 0x3fff'ffff'ffff'ffff) | 0x8000'0000'0000'0000;
  static constexpr char hex[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    const auto word = nibble < 16 ? high : low;
    text[at++] = hex[(word >> (60 - 4 * (nibble % 16))) & 0xf];
  }
  return text;
}

}  // namespace parley
