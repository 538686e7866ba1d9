// Answers of any status.
#pragma once

#include <parley/ids.hpp>
#include <parley/net/http.hpp>
#include <parley/result.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace parley::teaching {

struct WeightedStatus {
  std::uint16_t status;
  std::uint32_t weight;
};

// "503", or several of which one is drawn, each as likely as its weight is large: "200,503", "200:9,503:1".
Result<std::vector<WeightedStatus>> parse_statuses(std::string_view text);
std::uint16_t draw(const std::vector<WeightedStatus>& statuses, Random& random) noexcept;

// An answer of that status with the fields that RFC 9110 has for it. Errors come from `error_writer`.
void answer_status(std::uint16_t status, const net::Request& request, net::Response& response,
                   const net::ErrorWriter& error_writer);

// The canonical code nearest to an HTTP status of at least 400.
Code code_of(std::uint16_t status) noexcept;

}  // namespace parley::teaching
