// How many connections a server has, in all and from each address.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace parley::net {

namespace asio = boost::asio;

// A client's address as limits count it: an IPv4 address, or the /64 an IPv6 address is in.
using AddressKey = std::uint64_t;
AddressKey address_key(const asio::ip::address& address) noexcept;

constexpr std::size_t max_turned_away = 256;  // connections of a server that are given time to read why

// Loop thread only.
class Admission {
 public:
  Admission(std::int32_t most, std::int32_t most_per_address) noexcept
      : most_(static_cast<std::size_t>(most)), most_per_address_(most_per_address) {}

  enum class Verdict : std::uint8_t { admitted, full, address_full };
  Verdict ask(AddressKey address) const noexcept;
  void enter(AddressKey address);  // whatever ask() says
  void leave(AddressKey address);
  std::size_t count() const noexcept { return count_; }

 private:
  const std::size_t most_;
  const std::int32_t most_per_address_;
  std::size_t count_ = 0;
  std::unordered_map<AddressKey, std::int32_t> per_address_;
};

}  // namespace parley::net
