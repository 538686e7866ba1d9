#include <parley/money.hpp>

namespace parley {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) noexcept {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// Far beyond what an amount can use, so that adding and subtracting exponents cannot overflow.
constexpr std::int64_t largest_exponent = 1'000'000;

}  // namespace

std::optional<Money> add(Money a, Money b) noexcept {
  Money sum;
  if (__builtin_add_overflow(a.hundredths, b.hundredths, &sum.hundredths)) return std::nullopt;
  return sum;
}

std::optional<Money> multiply(Money amount, std::int64_t times) noexcept {
  Money product;
  if (__builtin_mul_overflow(amount.hundredths, times, &product.hundredths)) return std::nullopt;
  return product;
}

void append_money(Money amount, std::string& out) {
  const bool negative = amount.hundredths < 0;
  const auto bits = static_cast<std::uint64_t>(amount.hundredths);
  const std::uint64_t size = negative ? 0 - bits : bits;
  if (negative) out += '-';
  out += std::to_string(size / 100);
  out += '.';
  out += static_cast<char>('0' + size / 10 % 10);
  out += static_cast<char>('0' + size % 10);
}

std::string to_text(Money amount) {
  std::string out;
  append_money(amount, out);
  return out;
}

std::optional<Money> parse_money(std::string_view number) noexcept {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const auto whole = take_digits(number);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  std::string_view fraction;
  if (number.starts_with('.')) {
    number.remove_prefix(1);
    fraction = take_digits(number);
    if (fraction.empty()) return std::nullopt;
  }
  std::int64_t exponent = 0;
  if (number.starts_with('e') || number.starts_with('E')) {
    number.remove_prefix(1);
    const bool down = number.starts_with('-');
    if (down || number.starts_with('+')) number.remove_prefix(1);
    const auto digits = take_digits(number);
    if (digits.empty()) return std::nullopt;
    for (const char c : digits) {
      exponent = exponent * 10 + (c - '0');
      if (exponent > largest_exponent) exponent = largest_exponent;
    }
    if (down) exponent = -exponent;
  }
  if (!number.empty()) return std::nullopt;

  // Digit i of whole and fraction together counts 10^(whole.size() - 1 - i + exponent + 2) hundredths.
  Money amount;
  const auto count = whole.size() + fraction.size();
  for (std::size_t i = 0; i < count; ++i) {
    const char digit = i < whole.size() ? whole[i] : fraction[i - whole.size()];
    const auto power =
        static_cast<std::int64_t>(whole.size()) - 1 - static_cast<std::int64_t>(i) + exponent + 2;
    if (power < 0) {
      if (digit != '0') return std::nullopt;
      continue;
    }
    if (digit == '0') continue;
    std::int64_t value = negative ? -(digit - '0') : digit - '0';
    for (std::int64_t p = 0; p < power; ++p)
      if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(amount.hundredths, value, &amount.hundredths)) return std::nullopt;
  }
  return amount;
}

}  // namespace parley
