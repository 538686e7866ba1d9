// The doctor's checks. Each looks at one thing and adds what it found; none changes anything that a running
// server uses. Blocking.
#pragma once

#include "config/loader.hpp"
#include "databases.hpp"
#include "doctor/finding.hpp"

#include <parley/time.hpp>

#include <span>
#include <string>
#include <vector>

namespace parley::app {

using Findings = std::vector<Finding>;

struct Patient {
  const Loaded& settings;
  std::span<const ModuleDatabase> databases = module_databases();
  bool deep = false;  // integrity_check instead of quick_check
};

void check_address(const Patient& patient, Findings& out);
void check_loopback(const Patient& patient, Findings& out);
void check_ports(const Patient& patient, Findings& out);
void check_data_folder(const Patient& patient, Findings& out);
void check_key(const Patient& patient, Findings& out);
void check_disk(const Patient& patient, Findings& out);
void check_open_files(const Patient& patient, Findings& out);
void check_databases(const Patient& patient, Findings& out);
void check_leftovers(const Patient& patient, Findings& out);
void check_clock(const Patient& patient, Findings& out);

// All of them, in the order in which they are read best.
Findings check_all(const Patient& patient);

// The clock's judgement alone, for tests: `now` and the hardware's clock in Unix seconds (0: not readable),
// `step` how far the wall clock moved against the steady one while it was watched.
Finding judge_clock(std::int64_t now, std::int64_t built, std::int64_t hardware,
                    std::chrono::microseconds step);
// What a limit of open files means for `connections`.
Finding judge_open_files(std::uint64_t hard, std::int32_t connections);

}  // namespace parley::app
