#include <parley/auth/token_source.hpp>

namespace parley::auth {
namespace {

class SigningSource final : public TokenSource {
 public:
  SigningSource(const Key& key, Principal service, const Clock& clock, std::chrono::milliseconds lifetime)
      : key_(key), service_(std::move(service)), clock_(clock), lifetime_(lifetime) {}

  Result<std::string> token() override {
    const auto now = clock_.now();
    // One from the future is of no use either: the clock was set back.
    if (!token_.empty() && now >= minted_ && now < minted_ + lifetime_ * 4 / 5) return token_;
    auto made = mint(key_, service_, now, lifetime_);
    if (!made) return made;
    token_ = std::move(*made);
    minted_ = now;
    return token_;
  }

 private:
  const Key& key_;
  const Principal service_;
  const Clock& clock_;
  const std::chrono::milliseconds lifetime_;
  std::string token_;
  Timestamp minted_;
};

}  // namespace

std::unique_ptr<TokenSource> make_token_source(const Key& key, std::string service,
                                               std::vector<std::string> permissions, const Clock& clock,
                                               const Options& options) {
  Principal who{.subject = service, .permissions = std::move(permissions)};
  who.service = std::move(service);
  return std::make_unique<SigningSource>(key, std::move(who), clock, options.lifetime);
}

}  // namespace parley::auth
