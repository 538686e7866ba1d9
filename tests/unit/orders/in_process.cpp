#include "in_process.hpp"

#include <unistd.h>

namespace parley::orders::test {

Task<Result<users::UserValidation>> FakeUsers::validate_user(CallContext context,
                                                             users::ValidateUser request) {
  deadlines.push_back(context.deadline);
  if (hold) co_await callback<bool>([&](Resume<bool> resume) { held_.push_back(std::move(resume)); });
  if (error) co_return std::unexpected(*error);
  const auto found = active.find(request.user_id);
  users::UserValidation answer;
  if (found == active.end())
    answer.reason = "user not found";
  else if (!found->second)
    answer.reason = "user is not active";
  answer.is_valid = answer.reason.empty();
  co_return answer;
}

void FakeUsers::release() {
  hold = false;
  for (auto& resume : std::exchange(held_, {})) resume(true);
}

InProcess::InProcess(const Options& options, Storage storage, Wrap wrap)
    : options_(options), storage_(storage), wrap_(std::move(wrap)) {
  if (storage == Storage::file) {
    folder_ = (std::filesystem::temp_directory_path() / "parley-orders-XXXXXX").string();
    if (!mkdtemp(folder_.data())) throw std::runtime_error("no temporary folder");
  }
  start();
}

InProcess::~InProcess() {
  stop();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void InProcess::start() {
  const auto path = storage_ == Storage::memory ? ":memory:" : folder_ + "/orders.db";
  auto opened = db::open_sqlite("orders", path, migrations(), db::Options{}, time, time);
  if (!opened) throw std::runtime_error(opened.error().message);
  auto database = wrap_ ? wrap_(std::move(*opened)) : std::move(*opened);
  module_ = make_orders({std::move(database), users, time, time, metrics, *random_}, options_);
  auto started = contract::call(*this, module_->start());
  if (!started) throw std::runtime_error(started.error().message);
}

void InProcess::stop() {
  if (!module_) return;
  module_->stop();
  time.drain();
  module_.reset();
}

bool InProcess::restart() {
  if (storage_ == Storage::memory) return false;
  stop();
  start();
  return true;
}

CallContext InProcess::context() {
  CallContext context;
  context.clock = &time;
  return context;
}

std::string InProcess::new_user() {
  auto id = make_uuid(time.now(), *random_);
  users.active[id] = true;
  return id;
}

std::string InProcess::inactive_user() {
  auto id = new_user();
  users.active[id] = false;
  return id;
}

}  // namespace parley::orders::test
