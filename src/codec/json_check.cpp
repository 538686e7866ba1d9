#include <parley/codec/json_check.hpp>

#include <nlohmann/json.hpp>

bool parley::codec::is_json(std::string_view text) {
  return nlohmann::json::accept(text);
}
