// What a backup says of itself: its first entry, `manifest.json`.
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace parley::app {

inline constexpr const char* manifest_name = "manifest.json";
inline constexpr std::int32_t manifest_format = 1;
inline constexpr std::size_t max_manifest = 64 << 10;  // bytes

struct BackedUpDatabase {
  std::string name;             // of the module
  std::string file;             // the entry in the archive, and the file in the data folder
  std::int64_t schema_version;  // newest migration
  std::int64_t bytes;
  std::string sha256;  // 64 hexadecimal digits
};

struct Manifest {
  std::int32_t format = manifest_format;
  std::string parley;  // versions of the programs that made it
  std::string sqlite;
  Timestamp created_at;
  std::vector<BackedUpDatabase> databases;
};

}  // namespace parley::app

template <>
const parley::TypeInfo& parley::describe<parley::app::BackedUpDatabase>();
template <>
const parley::TypeInfo& parley::describe<parley::app::Manifest>();
