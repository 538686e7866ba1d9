// The databases of this server.
#pragma once

#include <parley/db/database.hpp>

#include <span>
#include <string>

namespace parley::app {

// A database per module, which owns it.
struct ModuleDatabase {
  const char* name;
  std::span<const db::Migration> migrations;

  std::string file() const { return std::string(name) + ".db"; }
  std::string path(const std::string& data) const { return data + "/" + file(); }
};
// Sources before the consumers that follow them: a backup goes through them backwards.
std::span<const ModuleDatabase> module_databases();

}  // namespace parley::app
