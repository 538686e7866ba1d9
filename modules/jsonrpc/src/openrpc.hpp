// The OpenRPC 1.3 document (spec.open-rpc.org), made from the rows and the described types: the answer of
// rpc.discover, and GET /openrpc.json.
#pragma once

#include "methods.hpp"

#include <string>
#include <string_view>

namespace parley::jsonrpc {

// Takes some milliseconds: made once, when first asked for.
std::string openrpc_document(const Methods& methods, std::string_view server_version);

}  // namespace parley::jsonrpc
