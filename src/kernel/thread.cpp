#include <parley/thread.hpp>

#include <pthread.h>
#include <sys/prctl.h>

#include <csignal>
#include <utility>

namespace parley {

std::thread start_thread(std::string name, std::function<void()> body) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // a thread inherits the mask
  struct Restore {
    const sigset_t& mask;
    ~Restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
  } restore{before};
  return std::thread([name = name.substr(0, 15), body = std::move(body)] {
    pthread_setname_np(pthread_self(), name.c_str());
    // In nanoseconds. The default of 50 us is a tenth of a database writer's linger.
    prctl(PR_SET_TIMERSLACK, 1000UL);
    body();
  });
}

}  // namespace parley
