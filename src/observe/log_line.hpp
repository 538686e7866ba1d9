// One log line as text, without its time.
#pragma once

#include <parley/log.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace parley::observe {

std::string_view level_name(log::Level level) noexcept;
// Throws std::invalid_argument for another name than those of log::Level.
log::Level level_of(std::string_view name);

// `INFO  http: message key=value`; control characters and ill-formed bytes are escaped, so that one entry
// stays one line and says nothing to the terminal.
void append_text_line(log::Level level, std::string_view component, std::string_view message,
                      std::initializer_list<log::Field> fields, std::string& out);

// `"level":"info","component":"http","msg":"...","fields":{...}`: the members behind the time.
void append_json_members(log::Level level, std::string_view component, std::string_view message,
                         std::initializer_list<log::Field> fields, std::string& out);

}  // namespace parley::observe
