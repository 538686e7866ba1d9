// What /openapi.json and /asyncapi.json say of this edge's routes. The methods themselves are in
// /openrpc.json.
#pragma once

#include <parley/docs/route.hpp>

namespace parley::jsonrpc {

docs::Endpoint rpc_endpoint();      // POST /rpc
docs::Endpoint no_get_endpoint();   // GET /rpc without an upgrade
docs::Endpoint openrpc_endpoint();  // GET /openrpc.json
docs::Channel rpc_channel();        // the WebSocket /rpc

}  // namespace parley::jsonrpc
