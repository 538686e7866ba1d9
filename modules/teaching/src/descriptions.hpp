// What the descriptions say of the endpoints here.
#pragma once

#include <parley/docs/route.hpp>
#include <parley/net/http.hpp>

namespace parley::teaching {

// Each for one method, which names the operation apart: Echo, Echo.post.
docs::Endpoint describe_echo(net::Method method);
docs::Endpoint describe_status(net::Method method);
docs::Endpoint describe_delay(net::Method method);
docs::Endpoint describe_headers(net::Method method);
docs::Endpoint describe_ip(net::Method method);
docs::Endpoint describe_uuid(net::Method method);
docs::Endpoint describe_stream(net::Method method);
docs::Endpoint describe_bytes(net::Method method);

}  // namespace parley::teaching
