#include <parley/ids.hpp>

#include <array>
#include <bit>
#include <random>

namespace parley {
namespace {

// xoshiro256** by Blackman and Vigna, seeded by splitmix64 as they advise: a few additions and rotations,
// where a Mersenne twister of the standard library takes ten times as long.
class Xoshiro final : public Random {
 public:
  explicit Xoshiro(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e37'79b9'7f4a'7c15;
      auto mixed = (seed ^ (seed >> 30)) * 0xbf58'476d'1ce4'e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
      word = mixed ^ (mixed >> 31);
    }
  }
  std::uint64_t next() noexcept override {
    const auto result = std::rotl(state_[1] * 5, 7) * 9;
    const auto shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace

std::unique_ptr<Random> make_random() {
  std::random_device device;
  return make_random((static_cast<std::uint64_t>(device()) << 32) | device());
}

std::unique_ptr<Random> make_random(std::uint64_t seed) {
  return std::make_unique<Xoshiro>(seed);
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
