// A request as the server saw it, as JSON.
#pragma once

#include <parley/net/http.hpp>

#include <string>

namespace parley::teaching {

// {"method","url","path","query","args","headers","body"|"body_base64","json","size","origin","http_version",
// "request_id","trace_id"}. A name that comes several times has a list. Credentials (Authorization, Cookie ...) are
// masked: what is shown here may be shown on a screen.
std::string mirror(const net::Request& request);

// {"headers":{...}} alone.
std::string mirror_headers(const net::Request& request);

// RFC 4648 section 4, with padding.
void append_base64(std::string_view bytes, std::string& out);

}  // namespace parley::teaching
