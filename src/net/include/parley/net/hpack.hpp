// HPACK (RFC 7541): the header blocks of HTTP/2, taken apart field by field.
#pragma once

#include <parley/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::net {

// The blocks of one connection and direction, each from its first byte and all in order: a block may refer to
// what an earlier one has put into the dynamic table.
class HpackReader {
 public:
  struct Field {
    std::string name, value;
    std::size_t size;  // bytes that it took in the block
  };

  HpackReader();
  HpackReader(HpackReader&&) noexcept;
  HpackReader& operator=(HpackReader&&) noexcept;
  ~HpackReader();

  // data_loss for what is no header block; no further one can be read then.
  Result<std::vector<Field>> read(std::string_view block);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net
