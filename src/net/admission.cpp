#include "admission.hpp"

namespace parley::net {

AddressKey address_key(const asio::ip::address& address) noexcept {
  if (address.is_v4()) return address.to_v4().to_uint();
  const auto bytes = address.to_v6().to_bytes();
  if (address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_uint();
  AddressKey key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8 | bytes[i];
  return key;
}

Admission::Verdict Admission::ask(AddressKey address) const noexcept {
  if (count_ >= most_) return Verdict::full;
  const auto found = per_address_.find(address);
  if (found != per_address_.end() && found->second >= most_per_address_) return Verdict::address_full;
  return Verdict::admitted;
}

void Admission::enter(AddressKey address) {
  ++per_address_[address];
  ++count_;
}

void Admission::leave(AddressKey address) {
  --count_;
  if (const auto found = per_address_.find(address); found != per_address_.end() && --found->second == 0)
    per_address_.erase(found);
}

}  // namespace parley::net
