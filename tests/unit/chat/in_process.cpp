#include "in_process.hpp"

#include <unistd.h>

#include <stdexcept>

namespace parley::chat::test {

double CountingMetrics::value(const std::string& name) const {
  auto found = series_.find(name);
  return found == series_.end() ? 0 : found->second.sum;
}
Counter& CountingMetrics::counter(std::string_view name, std::string_view, Labels) {
  return series_[std::string(name)];
}
Gauge& CountingMetrics::gauge(std::string_view name, std::string_view, Labels) {
  return series_[std::string(name)];
}
Histogram& CountingMetrics::histogram(std::string_view name, std::string_view, Labels,
                                      std::span<const double>) {
  return series_[std::string(name)];
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "parley-chat-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

InProcess::InProcess(const Options& o, Storage storage, Wrap wrap)
    : options(o), storage_(storage), wrap_(std::move(wrap)) {
  start();
}

InProcess::~InProcess() {
  stop();
}

void InProcess::start() {
  const auto path = storage_ == Storage::memory ? ":memory:" : (folder_.path / "chat.db").string();
  auto opened = db::open_sqlite("chat", path, migrations(), db::Options{}, time, time);
  if (!opened) throw std::runtime_error(opened.error().message);
  auto database = wrap_ ? wrap_(std::move(*opened)) : std::move(*opened);
  database_ = database.get();
  module_ = make_chat({std::move(database), time, time, metrics, *random_}, options);
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

}  // namespace parley::chat::test
