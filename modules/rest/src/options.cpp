// Configuration section [rest].
#include <parley/rest/gateway.hpp>

namespace {

constexpr const char* time_or_nothing =
    R"((\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2}))?)";
constexpr const char* time_hint = "a time such as 2027-12-31T00:00:00Z, or empty for none";

}  // namespace

template <>
const parley::TypeInfo& parley::describe<parley::rest::Options>() {
  using rest::Options;
  static constexpr Row rows[] = {
      field<&Options::cors_origins>(
          "cors_origins", items(0, 64), may_be_absent(),
          doc("Origins whose pages may call the server, such as https://app.example.com; \"*\" for any; "
              "none for no CORS header fields.")),
      field<&Options::max_chat_message>("max_chat_message", range(256, 16 << 20), bytes(), may_be_absent(),
                                        doc("The largest chat frame; a larger one is thrown away as it comes "
                                            "and answered with an error frame.")),
      field<&Options::max_refused_message>(
          "max_refused_message", range(256, 1 << 30), bytes(), may_be_absent(),
          doc("The largest frame of chat or a notifications' socket that is thrown away so; beyond it the "
              "connection closes with 1009.")),
      field<&Options::max_echo_message>("max_echo_message", range(256, 64 << 20), bytes(), may_be_absent(),
                                        doc("The largest frame of /echo.")),
      field<&Options::posts_in_flight>(
          "posts_in_flight", range(1, 10'000), may_be_absent(),
          doc("Chat messages of one WebSocket that may wait for storage before its reading pauses.")),
      field<&Options::v1_sunset>("v1_sunset", pattern(time_or_nothing, time_hint), may_be_absent(),
                                 doc("From when on API v1 answers 410; empty for never.")),
      field<&Options::v2_sunset>("v2_sunset", pattern(time_or_nothing, time_hint), may_be_absent(),
                                 doc("From when on API v2 answers 410; empty for never.")),
      field<&Options::security_headers>("security_headers", may_be_absent(),
                                        doc("Header fields that tell browsers to be strict.")),
  };
  static const TypeInfo type = object<Options>("RestOptions", rows);
  return type;
}
