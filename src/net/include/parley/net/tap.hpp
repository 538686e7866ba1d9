// Sees the bytes of a client's connection.
#pragma once

#include <string_view>

namespace parley::net {

// Given to a client (client::Target, GrpcClientOptions), it is told what its socket took and gave, in order,
// nothing added and nothing left out. On the thread that uses the client; outlives it.
class Tap {
 public:
  virtual void sent(std::string_view bytes) = 0;
  virtual void received(std::string_view bytes) = 0;

 protected:
  ~Tap() = default;
};

}  // namespace parley::net
