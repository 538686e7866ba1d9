#include "email_policy.hpp"

#include "fold.hpp"

namespace parley::users {

EmailPolicy::EmailPolicy(const std::vector<std::string>& refused_domains) {
  for (std::string_view domain : refused_domains) {
    const auto first = domain.find_first_not_of("@. \t");
    if (first == domain.npos) continue;
    domain.remove_prefix(first);
    domain = domain.substr(0, domain.find_last_not_of(". \t") + 1);
    domains_.insert(fold_case(domain));
  }
}

std::string_view EmailPolicy::refused(std::string_view email) const {
  if (domains_.empty()) return {};
  // The domain itself, then each domain above it.
  for (auto at = email.rfind('@'); at != email.npos; at = email.find('.', at + 1)) {
    if (const auto found = domains_.find(email.substr(at + 1)); found != domains_.end()) return *found;
  }
  return {};
}

}  // namespace parley::users
