#include "service.hpp"

#include "routes.hpp"

#include <parley/log.hpp>
#include <parley/validate.hpp>

#include <cmath>

namespace parley::faults {
namespace {

constexpr std::size_t most_summarised = 8;  // faults that /health names

std::string percent(double rate) {
  auto text = std::to_string(std::round(rate * 1000) / 10);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " %";
}

std::string describe_fault(const Fault& fault) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (fault.jitter.count() > 0)
    add("delay " + std::to_string(fault.delay.count()) + " to " +
        std::to_string((fault.delay + fault.jitter).count()) + " ms");
  else if (fault.delay.count() > 0)
    add("delay " + std::to_string(fault.delay.count()) + " ms");
  if (fault.error_rate > 0)
    add("errors " + percent(fault.error_rate) + " (" + std::to_string(fault.error_status) + ")");
  if (fault.reset_rate > 0) add("resets " + percent(fault.reset_rate));
  return fault.route + ": " + text;
}

// What one field's rules cannot see.
void check(const SetFault& request, std::vector<FieldProblem>& problems) {
  if (request.error_rate + request.reset_rate > 1)
    problems.push_back({"reset_rate", "must not exceed 1 together with error_rate"});
  if (request.delay.count() == 0 && request.jitter.count() == 0 && request.error_rate == 0 &&
      request.reset_rate == 0)
    problems.push_back({"delay", "must be given, or jitter, error_rate or reset_rate: the fault does nothing"});
}

}  // namespace

Service::Service(Dependencies dependencies, Options options)
    : deps_(std::move(dependencies)),
      options_(options),
      active_(deps_.metrics.gauge("faults_active", "Routes into which a fault is injected now.")) {
  active_.set(0);
}

Task<Result<FaultList>> Service::list_faults(CallContext, Empty) {
  FaultList list;
  for (const auto& [route, entry] : entries_) list.faults.push_back(entry.fault);
  co_return list;
}

Task<Result<Fault>> Service::set_fault(CallContext context, SetFault request) {
  std::vector<FieldProblem> problems;
  conform(describe<SetFault>(), &request, problems);
  if (problems.empty()) check(request, problems);
  const auto routes = deps_.routes();
  if (auto problem = problem_of(request.route, routes); !problem.empty() && !request.route.empty())
    problems.push_back({"route", std::move(problem)});
  if (!problems.empty()) co_return std::unexpected(invalid_argument(std::move(problems)));
  if (!entries_.contains(request.route) && entries_.size() >= static_cast<std::size_t>(options_.max_faults))
    co_return fail(Code::resource_exhausted,
                   "there are " + std::to_string(entries_.size()) + " faults, as many as may be: clear one first");

  Fault fault{.route = request.route,
              .delay = request.delay,
              .jitter = request.jitter,
              .error_rate = request.error_rate,
              .error_status = request.error_status,
              .reset_rate = request.reset_rate,
              .remaining = request.remaining,
              .expires_at = std::nullopt};
  auto& entry = entries_[request.route];
  entry = {};
  if (request.expires_in) {
    fault.expires_at = context.now() + *request.expires_in;
    entry.expiry = deps_.scheduler.after(*request.expires_in, [this, route = request.route] {
      if (const auto over = entries_.find(route); over != entries_.end()) erase(over);
    });
  }
  entry.fault = fault;
  log::warn("faults", "injecting", {{"fault", std::string_view(describe_fault(fault))}});
  tell_change();
  co_return fault;
}

Task<Result<Cleared>> Service::clear_faults(CallContext, ClearFaults request) {
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  Cleared cleared;
  if (request.route) {
    const auto entry = entries_.find(*request.route);
    if (entry == entries_.end()) co_return fail(Code::not_found, "this route has no fault");
    erase(entry);
    cleared.cleared = 1;
  } else {
    cleared.cleared = static_cast<std::int32_t>(entries_.size());
    entries_.clear();
    tell_change();
  }
  co_return cleared;
}

Service::Entries::const_iterator Service::find(std::string_view route) const noexcept {
  if (is_protected(route)) return entries_.end();
  const auto own = entries_.find(route);
  return own != entries_.end() ? own : entries_.find(every_route);
}

bool Service::concerns(std::string_view route) const noexcept {
  return find(route) != entries_.end();
}

Injection Service::draw(std::string_view route) {
  Injection injection;
  const auto found = find(route);
  if (found == entries_.end()) return injection;
  auto& fault = entries_.find(found->first)->second.fault;
  injection.delay = fault.delay;
  if (fault.jitter.count() > 0)
    injection.delay += std::chrono::milliseconds(
        static_cast<std::int64_t>(uniform() * static_cast<double>(fault.jitter.count() + 1)));
  const double chance = uniform();
  injection.reset = chance < fault.reset_rate;
  if (!injection.reset && chance < fault.reset_rate + fault.error_rate)
    injection.error_status = static_cast<std::uint16_t>(fault.error_status);

  if (injection.delay.count() > 0) count(route, "delay");
  if (injection.error_status) count(route, "error");
  if (injection.reset) count(route, "reset");
  if (injection.delay.count() == 0 && !injection.error_status && !injection.reset) return injection;
  ++fault.injected;
  if (fault.remaining && --*fault.remaining == 0) erase(found);
  return injection;
}

std::string Service::summary() const {
  std::string text;
  std::size_t count = 0;
  for (const auto& [route, entry] : entries_) {
    if (count++ == most_summarised) break;
    text += (text.empty() ? "" : "; ") + describe_fault(entry.fault);
  }
  if (entries_.size() > most_summarised)
    text += "; and " + std::to_string(entries_.size() - most_summarised) + " more";
  return text;
}

void Service::erase(Entries::const_iterator entry) {
  entries_.erase(entry);
  tell_change();
}

void Service::tell_change() {
  active_.set(static_cast<double>(entries_.size()));
  if (deps_.changed) deps_.changed(!entries_.empty());
}

double Service::uniform() noexcept {
  return static_cast<double>(deps_.random.next() >> 11) * 0x1p-53;
}

void Service::count(std::string_view route, std::string_view kind) {
  deps_.metrics
      .counter("faults_injected_total", "Requests that a fault disturbed, by what was done to them.",
               {{"route", route}, {"kind", kind}})
      .add();
}

}  // namespace parley::faults
