// The page at `/` as HTML: assets/index.html with its {{names}} filled in.
#pragma once

#include "figures.hpp"

#include <parley/operation.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::console {

// Text as it may stand in an element or in a quoted attribute.
void append_escaped(std::string_view text, std::string& html);

// A table for each service, with its name in gRPC: verb and path, JSON-RPC method, summary.
std::string operations_html(std::span<const BoundService> services);
std::string figures_html(const Figures& figures);

// What is the same for every request is put in once. Immutable.
class Page {
 public:
  Page(std::span<const BoundService> services, std::string_view version);
  // `host`: what the commands are sent to, as the client called it; those of gRPC go to another port there.
  std::string render(std::string_view host, std::uint16_t grpc_port, const Figures& figures) const;

 private:
  struct Part {
    std::string text;  // HTML
    std::string name;  // of what stands behind it; empty at the end
  };
  std::vector<Part> parts_;
};

}  // namespace parley::console
