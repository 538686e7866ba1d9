// The OpenRPC 1.3 document (spec.open-rpc.org), made from the rows and the described types: the answer of
// rpc.discover, and GET /openrpc.json.
#pragma once

#include "methods.hpp"

#include <string>
#include <string_view>

namespace parley::jsonrpc {

// Takes some milliseconds: made once, when first asked for.
// `address` is the server's, "127.0.0.1:8080"; empty: the document names no server (it takes no relative
// URL).
std::string openrpc_document(const Methods& methods, std::string_view server_version,
                             std::string_view address);

}  // namespace parley::jsonrpc
