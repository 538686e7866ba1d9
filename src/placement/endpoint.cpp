#include <parley/net/resolve.hpp>
#include <parley/placement/endpoint.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace parley::placement {
namespace {

std::optional<Endpoint> parse(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == address.npos || colon == 0) return {};
  Endpoint endpoint;
  endpoint.host = address.substr(0, colon);
  if (endpoint.host.front() == '[' && endpoint.host.back() == ']')
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  const char* const end = address.data() + address.size();
  const auto [rest, error] = std::from_chars(address.data() + colon + 1, end, endpoint.port);
  if (error != std::errc{} || rest != end || endpoint.port == 0 || endpoint.host.empty()) return {};
  if (endpoint.host == "localhost") endpoint.host = "127.0.0.1";
  return endpoint;
}

class Addresses final : public Resolver {
 public:
  Addresses(std::vector<Endpoint> listed, std::vector<Endpoint> named, net::Loop& loop)
      : listed_(std::move(listed)), named_(std::move(named)), loop_(loop) {}

  Task<Result<std::vector<Endpoint>>> resolve() override {
    auto all = listed_;
    for (const auto& name : named_) {
      auto asking = net::resolve(loop_, name.host);
      auto found = co_await std::move(asking);
      if (!found) co_return std::unexpected(std::move(found.error()));
      for (auto& host : *found) all.push_back({std::move(host), name.port});
    }
    std::ranges::sort(all);
    const auto twice = std::ranges::unique(all);
    all.erase(twice.begin(), twice.end());
    co_return all;
  }

 private:
  const std::vector<Endpoint> listed_, named_;
  net::Loop& loop_;
};

}  // namespace

std::string Endpoint::text() const {
  return (host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<std::unique_ptr<Resolver>> make_resolver(const std::vector<std::string>& addresses, net::Loop& loop) {
  std::vector<Endpoint> listed, named;
  for (const auto& address : addresses) {
    auto endpoint = parse(address);
    if (!endpoint)
      return fail(Code::invalid_argument,
                  "'" + address + "' is no address: write host:port, such as 127.0.0.1:50052");
    (net::is_address(endpoint->host) ? listed : named).push_back(std::move(*endpoint));
  }
  return std::make_unique<Addresses>(std::move(listed), std::move(named), loop);
}

}  // namespace parley::placement
