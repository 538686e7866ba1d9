// JSON whose content is nobody's business here.
#pragma once

#include <string_view>

namespace parley::codec {

// Whether `text` is one JSON value (RFC 8259), of any kind and depth, in UTF-8.
bool is_json(std::string_view text);

}  // namespace parley::codec
