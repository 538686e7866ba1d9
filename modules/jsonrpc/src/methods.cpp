#include "methods.hpp"

#include "envelope.hpp"

#include <parley/codec/json.hpp>
#include <parley/validate.hpp>

#include <algorithm>
#include <stdexcept>

namespace parley::jsonrpc {
namespace {

const codec::ReadOptions reading{.style = style};

// `[5,3]` as `{"a":5,"b":3}`.
Result<std::string> by_name(std::string_view array, const TypeInfo& type) {
  const auto values = elements_of(array);
  std::string object = "{";
  object.reserve(array.size() + 64);
  std::string names;
  std::size_t taken = 0, fields = 0;
  for (const auto* field : positional(type)) {
    if (taken < values.size()) {
      if (taken > 0) object += ',';
      object.append(field->json_key).append(values[taken++]);
    }
    names.append(fields++ == 0 ? "" : ", ").append(field->name);
  }
  if (taken < values.size())
    return invalid_field("params", (fields == 0 ? "must be empty"
                                                : "must be at most " + std::to_string(fields) +
                                                      " by position (" + names + ")") +
                                       ", are " + std::to_string(values.size()));
  object += '}';
  return object;
}

}  // namespace

std::vector<const FieldInfo*> positional(const TypeInfo& request) {
  std::vector<const FieldInfo*> fields;
  for (auto& field : request.fields)
    if (field.type->kind != Kind::extra) fields.push_back(&field);
  std::ranges::stable_partition(fields, [](const FieldInfo* field) { return field->rules.required; });
  return fields;
}

Methods::Methods(const calls::Edge& edge, std::span<const BoundService> services) {
  for (auto& service : services)
    for (auto& row : service.operations) {
      if (streams_in(row.shape)) continue;
      const auto& method = methods_.emplace_back(edge, service, row);
      if (method.name.starts_with("rpc.") || method.name == echo)
        throw std::logic_error("the JSON-RPC name " + method.name + " is reserved");
      if (!by_name_.emplace(method.name, &method).second)
        throw std::logic_error("two operations have the JSON-RPC name " + method.name);
    }
}

Result<void> ParamsReader::read(const TypeInfo& type, void* request) {
  std::string named;
  if (params_.starts_with('[')) {
    auto object = by_name(params_, type);
    if (!object) return std::unexpected(std::move(object.error()));
    named = std::move(*object);
    params_ = named;
  }
  std::vector<FieldProblem> problems;
  std::uint64_t present = 0;
  if (!params_.empty()) {
    auto filled = codec::read_json_fields(params_, type, request, problems, present, reading);
    params_ = {};
    if (!filled) return filled;
  }
  codec::require_fields(type, present, problems, style);
  if (problems.empty()) return {};
  // The port checks the rules itself. Here they only complete the list, so that a client sees all at once.
  conform(type, request, problems);
  return std::unexpected(invalid_argument(std::move(problems)));
}

Task<bool> ResultWriter::write(const TypeInfo& type, const void* answer) {
  if (&type == &describe<Empty>())
    out_ += "null";
  else
    codec::write_json(type, answer, out_, style);
  return true;
}

}  // namespace parley::jsonrpc
