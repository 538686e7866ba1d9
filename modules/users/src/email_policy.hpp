// Which e-mail domains are not taken (lecture: "isEmailBlacklisted").
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace parley::users {

class EmailPolicy {
 public:
  // Domains in any case, with or without a leading "@" or "."; each stands for those below it too.
  explicit EmailPolicy(const std::vector<std::string>& refused_domains);

  // The refused domain that `email` (well-formed, lower case) is of; empty for none. Valid as long as this.
  std::string_view refused(std::string_view email) const;

 private:
  std::set<std::string, std::less<>> domains_;
};

}  // namespace parley::users
