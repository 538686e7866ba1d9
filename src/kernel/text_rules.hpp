// What the rules of text fields ask of the text itself.
#pragma once

#include <string>
#include <string_view>

namespace parley {

// Removes Unicode white space (and a byte order mark) at both ends.
void trim_in_place(std::string& text);
// ASCII letters only: other scripts have no lower case that suits every language.
void lower_in_place(std::string& text) noexcept;

// HTML living standard, "valid e-mail address"; its domain must have a dot.
bool is_email(std::string_view text) noexcept;

}  // namespace parley
