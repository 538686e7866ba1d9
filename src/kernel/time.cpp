#include <parley/time.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace parley {
namespace {

using namespace std::chrono;

class SystemClock final : public Clock {
 public:
  Timestamp now() const noexcept override { return time_point_cast<microseconds>(system_clock::now()); }
  SteadyTime steady() const noexcept override { return steady_clock::now(); }
};

constexpr auto digit_pairs = [] {
  std::array<std::array<char, 2>, 100> pairs{};
  for (std::size_t value = 0; value < pairs.size(); ++value)
    pairs[value] = {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  return pairs;
}();

void two_digits(char* at, unsigned value) {
  std::memcpy(at, digit_pairs[value].data(), 2);
}

struct Parts {
  year_month_day date;
  hh_mm_ss<microseconds> time;
  weekday day;
};

Parts split(Timestamp time) {
  const auto day = floor<days>(time);
  return {year_month_day(day), hh_mm_ss<microseconds>(time - day), weekday(day)};
}

// The digits at [from, from + count), or -1.
int digits(std::string_view text, std::size_t from, std::size_t count) {
  if (from + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = from; i < from + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

const Clock& system_clock() noexcept {
  static const SystemClock clock;
  return clock;
}

char* write_rfc3339(Timestamp time, char* out) noexcept {
  // Times that are written together are of one day, mostly: its date is worked out once.
  struct Day {
    sys_days day{days::min()};
    char text[11];
  };
  thread_local Day last;
  const auto day = floor<days>(time);
  if (day != last.day) {
    const year_month_day date(day);
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    std::memcpy(last.text, "0000-00-00T", sizeof last.text);
    two_digits(last.text, year / 100 % 100);
    two_digits(last.text + 2, year % 100);
    two_digits(last.text + 5, static_cast<unsigned>(date.month()));
    two_digits(last.text + 8, static_cast<unsigned>(date.day()));
    last.day = day;
  }
  std::memcpy(out, last.text, sizeof last.text);
  const auto of_day = static_cast<std::uint64_t>((time - day).count());  // microseconds
  const auto second = static_cast<unsigned>(of_day / 1'000'000);
  const auto micros = static_cast<unsigned>(of_day % 1'000'000);
  two_digits(out + 11, second / 3600);
  out[13] = ':';
  two_digits(out + 14, second / 60 % 60);
  out[16] = ':';
  two_digits(out + 17, second % 60);
  char* end = out + 19;
  if (micros != 0) {
    *end = '.';
    two_digits(out + 20, micros / 10000);
    two_digits(out + 22, micros / 100 % 100);
    two_digits(out + 24, micros % 100);
    end = out + (micros % 1000 == 0 ? 23 : 26);
  }
  *end = 'Z';
  return end + 1;
}

void append_rfc3339(Timestamp time, std::string& out) {
  std::array<char, rfc3339_size> text;
  out.append(text.data(), write_rfc3339(time, text.data()));
}

std::string to_rfc3339(Timestamp time) {
  std::string out;
  append_rfc3339(time, out);
  return out;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) noexcept {
  // full-date "T" partial-time time-offset (RFC 3339 section 5.6); lower case t and z are allowed there.
  const int y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const int h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (y < 0 || mo < 0 || d < 0 || h < 0 || mi < 0 || s < 0) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (text[10] != 'T' && text[10] != 't') return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  // A leap second (60) is the first instant of the next minute, as POSIX time has it.
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;

  std::size_t at = 19;
  std::int64_t micros = 0;
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = ++at;
    for (std::int64_t weight = 100'000; at < text.size() && text[at] >= '0' && text[at] <= '9';
         ++at, weight /= 10)
      micros += (text[at] - '0') * weight;
    if (at == first || at - first > 9) return std::nullopt;
  }

  minutes offset{0};
  if (at + 1 == text.size() && (text[at] == 'Z' || text[at] == 'z')) {
  } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') && text[at + 3] == ':') {
    const int oh = digits(text, at + 1, 2), om = digits(text, at + 4, 2);
    if (oh < 0 || om < 0 || oh > 23 || om > 59) return std::nullopt;
    offset = hours(oh) + minutes(om);
    if (text[at] == '-') offset = -offset;
  } else {
    return std::nullopt;
  }
  // An offset may lead to a year that four digits cannot write again.
  constexpr Timestamp begin{sys_days(year(0) / January / 1)}, end{sys_days(year(10000) / January / 1)};
  const Timestamp time(sys_days(date) + hours(h) + minutes(mi) + seconds(s) + microseconds(micros) - offset);
  if (time < begin || time >= end) return std::nullopt;
  return time;
}

std::string to_http_date(Timestamp time) {
  static constexpr const char* day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto parts = split(time);
  char text[32];
  const int length = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", day_names[parts.day.c_encoding()],
      static_cast<unsigned>(parts.date.day()), month_names[static_cast<unsigned>(parts.date.month()) - 1],
      static_cast<int>(parts.date.year()), static_cast<int>(parts.time.hours().count()),
      static_cast<int>(parts.time.minutes().count()), static_cast<int>(parts.time.seconds().count()));
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace parley
