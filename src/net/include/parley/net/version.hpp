// What src/net is built on.
#pragma once

#include <string>

namespace parley::net {

std::string boost_version();  // "1.81.0", of the headers

}  // namespace parley::net
