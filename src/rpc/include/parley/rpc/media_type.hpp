// Which bodies count as JSON at the edges that take it.
#pragma once

#include <optional>
#include <string_view>

namespace parley::calls {

// application/json or any type with the +json suffix (RFC 6839), whatever its parameters. Also none at all,
// and the two that clients name when nobody told them: Dart's http sends text/plain, curl -d a form.
bool may_be_json(std::optional<std::string_view> content_type);

}  // namespace parley::calls
