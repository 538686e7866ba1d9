#include "output.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/schema.hpp>

namespace parley::codec {

std::string problem_json(const Error& error, std::string_view trace_id, std::string_view instance,
                         std::uint16_t status) {
  const auto& code = info(error.code);
  std::string json;
  Output out(json);
  const auto member = [&](std::string_view key, std::string_view value) {
    out.put(key);
    out.put_string(value);
  };
  // "about:blank" says that the status tells the kind of problem (RFC 9457 section 4.2.1); `code` refines it.
  out.put(R"({"type":"about:blank")");
  member(R"(,"title":)", code.title);
  out.put(R"(,"status":)");
  out.put(std::to_string(status != 0 ? status : code.http_status));
  member(R"(,"detail":)", error.message);
  if (!instance.empty()) member(R"(,"instance":)", instance);
  member(R"(,"code":)", code.name);
  if (!trace_id.empty()) member(R"(,"trace_id":)", trace_id);
  if (!error.fields.empty()) {
    char separator = '[';
    out.put(R"(,"errors":)");
    for (const auto& field : error.fields) {
      out.put(separator);
      separator = ',';
      member(R"({"field":)", field.field);
      member(R"(,"message":)", field.problem);
      out.put('}');
    }
    out.put(']');
  }
  out.put('}');
  out.flush();
  return json;
}

std::string problem_schema() {
  std::string names;
  for (auto code = static_cast<std::size_t>(Code::cancelled); code < code_count; ++code)
    names.append(names.empty() ? "\"" : ",\"").append(info(static_cast<Code>(code)).name).append("\"");
  std::string fields, required;
  SchemaSet schemas;
  for (const auto& field : describe<FieldProblem>().fields) {
    const char* separator = fields.empty() ? "\"" : ",\"";
    fields.append(separator).append(field.name).append("\":").append(schemas.of(field));
    required.append(separator).append(field.name).append("\"");
  }
  return R"({"type":"object","description":"What went wrong (RFC 9457).","properties":{
"type":{"type":"string","format":"uri-reference","description":"about:blank: the status tells the kind of problem."},
"title":{"type":"string","description":"The same for every occurrence."},
"status":{"type":"integer","minimum":400,"maximum":599},
"detail":{"type":"string","description":"One sentence for people."},
"instance":{"type":"string","format":"uri-reference"},
"code":{"type":"string","description":"The canonical gRPC code.","enum":[)" +
         names + R"(]},
"trace_id":{"type":"string","description":"Finds the request in the log."},
"errors":{"type":"array","description":"One entry per field at fault.","items":{"type":"object","properties":{)" +
         fields + R"(},
"required":[)" +
         required + R"(],"additionalProperties":false}}},
"required":["type","title","status","detail","code"],"additionalProperties":false})";
}

}  // namespace parley::codec

template <>
const parley::TypeInfo& parley::describe<parley::FieldProblem>() {
  static constexpr Row rows[] = {
      field<&FieldProblem::field>("field",
                                  doc("A path such as items[0].quantity; empty for the whole message."),
                                  example(R"("content")")),
      field<&FieldProblem::problem>("message", doc("Completes the sentence that the field begins."),
                                    example(R"("is required")")),
  };
  static const TypeInfo type = object<FieldProblem>("FieldProblem", rows, "What is wrong with one field.");
  return type;
}
