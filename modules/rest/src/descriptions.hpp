// /openapi.json and /asyncapi.json, made from the router that they stand in.
#pragma once

#include <parley/docs/documents.hpp>
#include <parley/net/http.hpp>

#include <string>

namespace parley::rest {

// Loop thread only; outlives the router's use. Each document is made at its first request and kept: no route
// is added after the server has started.
class Descriptions {
 public:
  explicit Descriptions(std::string version);
  void mount(net::Router& router);

 private:
  docs::About about() const;

  const std::string version_;
  std::string openapi_;
  std::string asyncapi_;  // with a mark where the host belongs
};

}  // namespace parley::rest
