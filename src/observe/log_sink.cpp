// The one file that knows spdlog.
#include "log_line.hpp"

#include <parley/observe/observe.hpp>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace parley::observe {
namespace {

// Lines are formatted by the caller, which is cheap, and written by the pool's one thread, which may block
// on a slow terminal without the loop noticing.
class AsyncLog final : public Log {
 public:
  explicit AsyncLog(const LogOptions& options)
      : json_(options.format == "json"),
        pool_(std::make_shared<spdlog::details::thread_pool>(static_cast<std::size_t>(options.queue), 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "parley", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    // RFC 3339 in UTC in both formats.
    const char* pattern = json_ ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %v";
    logger_->set_formatter(
        std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
    logger_->set_level(spdlog::level::trace);  // the kernel's log has filtered already
    log::set_sink(this, level_of(options.level));
  }

  ~AsyncLog() override {
    log::set_sink(nullptr, log::Level::off);
    if (const auto lost = dropped(); lost > 0)
      write(log::Level::warn, "log", "lines were dropped because the log's queue was full",
            {{"lines", lost}});
    // The logger holds the pool only weakly: what is queued is written before the pool's thread is joined.
    pool_.reset();
  }

  std::uint64_t dropped() const override { return pool_->overrun_counter(); }

  void write(log::Level level, std::string_view component, std::string_view message,
             std::initializer_list<log::Field> fields) override {
    std::string line;
    line.reserve(256);
    (json_ ? append_json_members : append_text_line)(level, component, message, fields, line);
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  const bool json_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

std::unique_ptr<Log> install_log(const LogOptions& options) {
  return std::make_unique<AsyncLog>(options);
}

}  // namespace parley::observe
