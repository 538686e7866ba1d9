// A named thread that takes no signals.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace parley::db {

// `name` is cut to the 15 bytes Linux keeps. Signals stay with the threads that are there for them. Timed
// waits of the thread end within microseconds of their time. Throws std::system_error when there is no thread
// to be had.
std::thread start_thread(std::string name, std::function<void()> body);

}  // namespace parley::db
