#include "loop_impl.hpp"

#include <parley/net/resolve.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace parley::net {

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

Task<Result<std::vector<std::string>>> resolve(Loop& loop, std::string name) {
  using Found = Result<std::vector<std::string>>;
  asio::ip::tcp::resolver resolver(loop.impl().io);
  auto asking = callback<Found>([&](Resume<Found> resume) {
    const auto shared = std::make_shared<Resume<Found>>(std::move(resume));  // handlers are copied
    resolver.async_resolve(name, "", [shared, name](const error_code& error, const auto& results) {
      if (error)
        return (*shared)(fail(Code::not_found, "the name " + name + " is not known: " + error.message()));
      std::vector<std::string> addresses;
      for (const auto& result : results) addresses.push_back(result.endpoint().address().to_string());
      (*shared)(std::move(addresses));
    });
  });
  auto found = co_await asking;
  co_return found;
}

}  // namespace parley::net
