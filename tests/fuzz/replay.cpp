// The corpus as ordinary test cases, for every build that is not libFuzzer's: one case per target, whose
// inputs are the files of its folder. A sanitizer or a target's own requirement ends the program.
#include "catch.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

using Target = int(const std::uint8_t*, std::size_t);

void replay(const char* name, Target* target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PARLEY_CORPUS) / name))
    files.push_back(entry.path());
  std::ranges::sort(files);
  REQUIRE(files.size() > 3);
  for (const auto& file : files) {
    INFO(file.filename().string());
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    // In a block of its own: a read beyond its end is seen.
    const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[text.size()]);
    std::copy(text.begin(), text.end(), bytes.get());
    CHECK(target(bytes.get(), text.size()) == 0);
  }
}

}  // namespace

// FUZZ_TARGET(name) for every target, made by the build.
#define FUZZ_TARGET(name) extern "C" int fuzz_##name(const std::uint8_t*, std::size_t);
#include "targets.inc"
#undef FUZZ_TARGET

#define FUZZ_TARGET(name)                                 \
  TEST_CASE("the corpus of " #name " passes", "[fuzz]") { \
    replay(#name, fuzz_##name);                           \
  }
#include "targets.inc"
