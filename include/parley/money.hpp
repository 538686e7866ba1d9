// Amounts of money, exact: whole hundredths of the currency's unit, never a binary fraction.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

struct Money {
  std::int64_t hundredths = 0;
  auto operator<=>(const Money&) const = default;
};

// Nothing when the result does not fit.
std::optional<Money> add(Money a, Money b) noexcept;
std::optional<Money> multiply(Money amount, std::int64_t times) noexcept;

// Always two digits after the point: 59.97, 60.00, -0.05. A JSON number that no client takes for an integer.
void append_money(Money amount, std::string& out);
std::string to_text(Money amount);

// The text of a JSON number (RFC 8259 section 6), taken as it stands: 19.99, 5, 1e2, 2.50. Nothing for any
// other text, for more than two decimals that are not 0, and for an amount that does not fit.
std::optional<Money> parse_money(std::string_view number) noexcept;

}  // namespace parley
