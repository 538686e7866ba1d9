// The parameters of a handshake or a stream, read into a described type: the query string, and the header
// fields that its table names.
#pragma once

#include <parley/net/http.hpp>
#include <parley/validate.hpp>

namespace parley::rest {

// Conforms `value`. A parameter without text counts as not given; unknown ones are none of its business.
// invalid_argument names every parameter at fault as the client wrote it.
Result<void> read_parameters(const net::Request& request, const TypeInfo& type, void* value);

template <class T>
Result<T> read_parameters(const net::Request& request) {
  T value{};
  if (auto read = read_parameters(request, describe<T>(), &value); !read)
    return std::unexpected(std::move(read.error()));
  return value;
}

// The rules of another type's field, for one that means the same; its documentation unless `own` has some.
void share_rules(TypeInfo& type, std::string_view own, const TypeInfo& other, std::string_view name);

}  // namespace parley::rest
