#include "messages.hpp"

namespace parley::grpc {

Result<void> OneMessage::read(const TypeInfo& type, void* request) {
  return codec::read_protobuf(bytes_, type, request, {.style = style_});
}

Result<void> MessageStream::read(const TypeInfo&, void*) {
  return fail(Code::internal, "a stream of messages is not read as one");
}

Task<Result<bool>> MessageStream::next(const TypeInfo& type, void* request) {
  auto reading = call_.read();
  auto message = co_await std::move(reading);
  if (!message) co_return std::unexpected(std::move(message.error()));
  if (!*message) co_return false;
  if (auto read = codec::read_protobuf(**message, type, request, {.style = style_}); !read)
    co_return std::unexpected(std::move(read.error()));
  co_return true;
}

Task<bool> Answers::write(const TypeInfo& type, const void* answer) {
  bytes_.clear();
  codec::write_protobuf(type, answer, bytes_, style_);
  return call_.write(bytes_);
}

}  // namespace parley::grpc
