// SHA-256 (FIPS 180-4).
#pragma once

#include <parley/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace parley::app {

class Digest {
 public:
  Digest();
  ~Digest();
  void add(std::string_view bytes);
  std::string hex();  // once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Of a whole file.
Result<std::string> digest_of_file(const std::string& path);

}  // namespace parley::app
