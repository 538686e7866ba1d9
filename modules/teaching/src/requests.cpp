#include "requests.hpp"

#include <algorithm>
#include <limits>

namespace parley {

using namespace teaching;

namespace {

void limit(TypeInfo& type, std::string_view field, std::int64_t max) {
  std::ranges::find(type.fields, field, &FieldInfo::name)->rules.max_integer = max;
}

}  // namespace

teaching::RequestTypes::RequestTypes(const Options& options, std::chrono::milliseconds longest_delay)
    : delay(describe<DelayRequest>()), stream(describe<StreamRequest>()), bytes(describe<BytesRequest>()) {
  limit(delay, "ms", std::min(options.max_delay, longest_delay).count());
  limit(stream, "n", options.max_lines);
  limit(stream, "interval", options.max_delay.count());
  limit(bytes, "n", options.max_bytes);
}

std::int64_t teaching::largest(const TypeInfo& type, std::string_view field) noexcept {
  return std::ranges::find(type.fields, field, &FieldInfo::name)->rules.max_integer;
}

template <>
const TypeInfo& describe<StatusRequest>() {
  static constexpr Row rows[] = {
      field<&StatusRequest::codes>("codes", length(3, 256), doc("503, or 200,503, or 200:9,503:1."),
                                   example(R"("503")")),
  };
  static const TypeInfo type = object<StatusRequest>("StatusRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<DelayRequest>() {
  static constexpr Row rows[] = {
      field<&DelayRequest::ms>("ms", range(0, 3'600'000), doc("Milliseconds."), example("250")),
  };
  static const TypeInfo type = object<DelayRequest>("DelayRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<StreamRequest>() {
  static constexpr Row rows[] = {
      field<&StreamRequest::n>("n", range(0, 1'000'000), doc("Lines."), example("3")),
      field<&StreamRequest::interval>("interval", range(0, 3'600'000),
                                      doc("Milliseconds between two lines.")),
  };
  static const TypeInfo type = object<StreamRequest>("StreamRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<BytesRequest>() {
  static constexpr Row rows[] = {
      field<&BytesRequest::n>("n", range(0, std::int64_t{1} << 40), doc("Bytes."), example("16")),
      field<&BytesRequest::seed>("seed", range(0, std::numeric_limits<std::int64_t>::max()),
                                 doc("Where the random numbers begin.")),
  };
  static const TypeInfo type = object<BytesRequest>("BytesRequest", rows);
  return type;
}

}  // namespace parley
