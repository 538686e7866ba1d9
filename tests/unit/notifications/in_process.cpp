#include "in_process.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace parley {
template <>
const TypeInfo& describe<notifications::test::Source::Update>() {
  static const TypeInfo type = object<notifications::test::Source::Update>("SourceUpdate", {});
  return type;
}
}  // namespace parley

namespace parley::notifications::test {

class FakeFeed final : public Feed {
 public:
  FakeFeed(Source& source, Scheduler& scheduler) : source_(source), scheduler_(scheduler) {}

  std::string_view name() const noexcept override { return "test"; }

  Task<Result<void>> follow(CallContext context, std::int64_t after, Outbound& out) override {
    source_.calls.push_back(after);
    const auto followers = source_.followers_;
    auto following = follow_log<Source::Update>(
        std::move(context), *followers, scheduler_, after,
        [this](std::int64_t position) { return read_page(position); }, Sink<Source::Update>(out));
    co_return co_await std::move(following);
  }

  Update read(const void* update) const override {
    const auto& of_source = *static_cast<const Source::Update*>(update);
    Update read{of_source.gap, {}};
    for (const auto seq : of_source.seqs) {
      auto& entry = read.entries.emplace_back();
      entry.seq = seq;
      if (std::ranges::find(source_.silent, seq) != source_.silent.end()) continue;
      entry.notification.emplace();
      entry.notification->user_id = "bob";
      entry.notification->title = "f" + std::to_string(seq);
      if (std::ranges::find(source_.unfit, seq) != source_.unfit.end()) entry.notification->title.clear();
    }
    return read;
  }

 private:
  Task<Result<LogPage<Source::Update>>> read_page(std::int64_t position) {
    if (source_.error) co_return std::unexpected(*source_.error);
    LogPage<Source::Update> page;
    if (position > source_.last) {
      page.update.gap = LogGap{source_.last + 1, position};
      position = 0;
    } else if (position + 1 < source_.first) {
      page.update.gap = LogGap{position + 1, source_.first - 1};
      position = source_.first - 1;
    }
    while (position < source_.last && page.update.seqs.size() < source_.page)
      page.update.seqs.push_back(++position);
    page.position = position;
    page.empty = !page.update.gap && page.update.seqs.empty();
    co_return page;
  }

  Source& source_;
  Scheduler& scheduler_;
};

void Source::append(int count) {
  last += count;
  followers_->wake();
}

void Source::interrupt() {
  followers_->close();
  followers_ = std::make_shared<Followers>();
}

InProcess::InProcess(const Options& o, Storage storage, Wrap wrap)
    : options(o), storage_(storage), wrap_(std::move(wrap)) {
  std::string name = (std::filesystem::temp_directory_path() / "parley-notifications-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  folder_ = name;
  start();
}

InProcess::~InProcess() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void InProcess::start() {
  const auto path = storage_ == Storage::memory ? ":memory:" : (folder_ / "notifications.db").string();
  auto opened = db::open_sqlite("notifications", path, migrations(), db::Options{}, time, time);
  if (!opened) throw std::runtime_error(opened.error().message);
  auto database = wrap_ ? wrap_(std::move(*opened)) : std::move(*opened);
  database_ = database.get();
  std::vector<std::unique_ptr<Feed>> feeds;
  feeds.push_back(std::make_unique<FakeFeed>(source, time));
  module_ = std::make_unique<Service>(
      Service::Environment{std::move(database), time, time, metrics, *random_}, options, std::move(feeds));
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

}  // namespace parley::notifications::test
