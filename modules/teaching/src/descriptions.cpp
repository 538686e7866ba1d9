#include "descriptions.hpp"

#include "requests.hpp"

namespace parley::teaching {
namespace {

using docs::Answer;
using docs::Content;
using docs::Endpoint;

constexpr docs::Tag tag{"teaching", "Endpoints to learn HTTP with, in the manner of httpbin."};

constexpr std::string_view mirror_schema = R"({"type":"object","properties":{
"method":{"type":"string"},"url":{"type":"string"},"path":{"type":"string"},"query":{"type":"string"},
"args":{"type":"object","additionalProperties":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}},
"headers":{"type":"object","additionalProperties":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}},
"body":{"type":"string"},"body_base64":{"type":"string"},"json":{},"size":{"type":"integer"},
"origin":{"type":"string"},"http_version":{"type":"string","enum":["1.0","1.1"]},
"request_id":{"type":"string"},"trace_id":{"type":"string"}},
"required":["method","url","path","query","args","headers","json","size","origin","http_version","request_id","trace_id"]})";
constexpr std::string_view mirror_example =
    R"({"method":"GET","url":"http://localhost:8080/echo?a=1","path":"/echo","query":"a=1","args":{"a":"1"},)"
    R"("headers":{"Host":"localhost:8080","Authorization":"Bearer ***"},"body":"","json":null,"size":0,)"
    R"("origin":"127.0.0.1","http_version":"1.1","request_id":"9f86d081884c7d65",)"
    R"("trace_id":"0af7651916cd43dd8448eb211c80319c"})";

std::string id(std::string name, net::Method method) {
  if (method == net::Method::get) return name;
  name += '.';
  for (const char c : net::to_string(method)) name += static_cast<char>(c | 0x20);
  return name;
}

Content json(std::string_view schema, std::string_view example) {
  return {.schema = schema, .example = example};
}

}  // namespace

Endpoint describe_echo(net::Method method) {
  return {
      .id = id("Echo", method),
      .summary = "The request as the server saw it",
      .details = "Any body is taken. Credentials are masked. `json` is the body again, where that is JSON.",
      .tag = tag,
      .answers = {{.contents = {json(mirror_schema, mirror_example)}}}};
}

Endpoint describe_status(net::Method method) {
  Endpoint endpoint{.id = id("Status", method),
                    .summary = "An answer of any status",
                    .details =
                        "One status (`503`), several of which one is drawn (`200,503`), or weighted ones "
                        "(`200:9,503:1`).",
                    .tag = tag,
                    .request = &describe<StatusRequest>()};
  constexpr std::string_view schema = R"({"type":"object","properties":{"status":{"type":"integer"}}})";
  for (const std::uint16_t status : {200, 201, 202, 203, 206, 300, 301, 302, 303, 307, 308})
    endpoint.answers.push_back({.status = status,
                                .about = "This status was asked for.",
                                .contents = {json(schema, R"({"status":200})")},
                                .tagged = false});
  for (const std::uint16_t status : {204, 205, 304})
    endpoint.answers.push_back({.status = status, .about = "This status was asked for."});
  endpoint.answers.push_back(
      {.status = 0,
       .about = "Any other status that was asked for.",
       .contents = {json(schema, R"({"status":299})"),
                    {.media_type = "application/problem+json", .schema = R"({"type":"object"})"}}});
  for (std::uint32_t code = 1; code <= 16; ++code) endpoint.errors |= 1u << code;
  for (const std::uint16_t status :
       {402, 405, 406, 407, 410, 411, 415, 416, 418, 421, 422, 423, 424, 425, 428, 451, 502})
    endpoint.refusals.push_back({status, Code::invalid_argument, "This status was asked for."});
  return endpoint;
}

Endpoint describe_delay(net::Method method) {
  return {.id = id("Delay", method),
          .summary = "An answer after so many milliseconds",
          .tag = tag,
          .request = &describe<DelayRequest>(),
          .answers = {{.contents = {json(R"({"type":"object","properties":{"delay":{"type":"integer"}}})",
                                         R"({"delay":250})")}}},
          .errors = code_bits(Code::invalid_argument)};
}

Endpoint describe_headers(net::Method method) {
  return {.id = id("Headers", method),
          .summary = "The header fields of the request",
          .tag = tag,
          .answers = {{.contents = {json(R"({"type":"object","properties":{"headers":{"type":"object"}}})",
                                         R"({"headers":{"Host":"localhost:8080"}})")}}}};
}

Endpoint describe_ip(net::Method method) {
  return {.id = id("Ip", method),
          .summary = "The address of the client",
          .tag = tag,
          .answers = {{.contents = {json(R"({"type":"object","properties":{"origin":{"type":"string"}}})",
                                         R"({"origin":"127.0.0.1"})")}}}};
}

Endpoint describe_uuid(net::Method method) {
  return {.id = id("Uuid", method),
          .summary = "A new UUID (version 7)",
          .tag = tag,
          .answers = {{.contents = {json(
                           R"({"type":"object","properties":{"uuid":{"type":"string","format":"uuid"}}})",
                           R"({"uuid":"018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37"})")}}}};
}

Endpoint describe_stream(net::Method method) {
  return {
      .id = id("Stream", method),
      .summary = "So many lines of JSON, in chunks, while the client reads them",
      .tag = tag,
      .request = &describe<StreamRequest>(),
      .answers = {{.contents = {{.media_type = "application/x-ndjson",
                                 .schema = R"({"type":"string"})",
                                 .example = "{\"id\":0,\"of\":1,\"timestamp\":\"2026-01-01T00:00:00Z\"}\n"}},
                   .tagged = false}},
      .errors = code_bits(Code::invalid_argument)};
}

Endpoint describe_bytes(net::Method method) {
  return {.id = id("Bytes", method),
          .summary = "So many random bytes",
          .details = "The same `seed` gives the same bytes.",
          .tag = tag,
          .request = &describe<BytesRequest>(),
          .answers = {{.contents = {{.media_type = "application/octet-stream",
                                     .schema = R"({"type":"string"})",
                                     .example = "random"}},
                       .tagged = false}},
          .errors = code_bits(Code::invalid_argument)};
}

}  // namespace parley::teaching
