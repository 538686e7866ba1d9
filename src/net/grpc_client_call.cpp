#include "grpc_client_call.hpp"

#include "base64.hpp"
#include "grpc_client_connection.hpp"

#include <charconv>

namespace parley::net {
namespace {

constexpr int last_code = static_cast<int>(code_count) - 1;

}  // namespace

ClientCall::ClientCall(CallContext context, const GrpcClientOptions& options)
    : context_(std::move(context)),
      options_(options),
      input_(static_cast<std::size_t>(options.max_message)) {}

ClientCall::~ClientCall() {
  if (context_.cancellation) context_.cancellation->on_cancel(nullptr);
}

bool ClientCall::start(GrpcClientConnection& connection, std::string_view authority, std::string_view path,
                       const GrpcMetadata& metadata) {
  std::string timeout, traceparent;
  std::vector<Field> header{{":method", "POST"},     {":scheme", "http"},
                            {":path", path},         {":authority", authority},
                            {"te", "trailers"},      {"content-type", grpc::content_type},
                            {"user-agent", "parley"}};
  if (context_.deadline != SteadyTime::max()) {
    const auto left = context_.deadline - context_.clock->steady();
    timeout = grpc::format_timeout(left);
    header.push_back({"grpc-timeout", timeout});
    expire_at(connection.wheel(), std::chrono::steady_clock::now() + left);
  }
  if (context_.trace.valid()) {
    traceparent = context_.trace.traceparent();
    header.push_back({"traceparent", traceparent});
  }
  for (const auto& [name, value] : metadata) header.push_back({name, value});
  if (!connection.session().request(*this, header)) return false;
  connection_ = &connection;
  on_wire_ = shared_from_this();
  if (context_.cancellation)
    context_.cancellation->on_cancel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->withdraw({Code::cancelled, "the call was cancelled"});
    });
  return true;
}

void ClientCall::field(std::string_view name, std::string_view value) {
  const auto number = [&](auto& to) {
    std::remove_reference_t<decltype(to)> found{};
    const auto end = value.data() + value.size();
    if (const auto read = std::from_chars(value.data(), end, found);
        read.ec == std::errc() && read.ptr == end)
      to = found;
  };
  if (name == ":status") {
    number(http_status_);
  } else if (name == "content-type" && !header_complete_) {
    grpc_ = value.starts_with(grpc::content_type);
  } else if (name == "grpc-status") {
    int found = -1;
    number(found);
    status_ = found;
  } else if (name == "grpc-message") {
    message_ = grpc::decode_message(value);
  } else if (name == "grpc-status-details-bin") {
    details_ = from_base64(value).value_or(std::string());
  }
}

void ClientCall::fields_complete() {
  header_complete_ = true;
}

void ClientCall::data(std::string_view bytes) {
  unconsumed_ += bytes.size();
  if (over_) return give_back();
  input_.append(bytes);
  give_back();
  if (input_.look() != grpc::Deframer::Found::incomplete) wake();
}

void ClientCall::give_back() {
  if (!connection_ || (!over_ && input_.look() != grpc::Deframer::Found::incomplete)) return;
  connection_->session().consume(*this, std::exchange(unconsumed_, 0));
}

// What the whole of an answer says, or that there is none.
GrpcFailure ClientCall::outcome(Http2Error error) const {
  if (status_) {
    const auto code = *status_ >= 0 && *status_ <= last_code ? static_cast<Code>(*status_) : Code::unknown;
    return {{code, message_}, details_};
  }
  if (http_status_ != 0 && http_status_ != 200)
    return {{grpc::code_of_http(http_status_),
             "the server answered with HTTP status " + std::to_string(http_status_)}};
  switch (error) {
    case Http2Error::refused_stream:
      return {{Code::unavailable, "the server takes no more calls on this connection"}, {}, true};
    case Http2Error::cancel:
      return {{Code::unavailable, "the connection to the server broke within the call"}};
    case Http2Error::enhance_your_calm:
      return {{Code::resource_exhausted, "the server asks for fewer calls"}};
    case Http2Error::no_error:
      if (header_complete_ && !grpc_) return {{Code::unknown, "the server's answer is not gRPC"}};
      return {{Code::internal, "the server ended the call without a status"}};
    default:
      return {{Code::internal, "the server broke the call off"}};
  }
}

void ClientCall::closed(Http2Error error) {
  const auto self = std::move(on_wire_);
  keep();
  connection_ = nullptr;
  if (!over_) {
    auto found = outcome(error);
    if (found.error.code != Code::ok) failure_ = std::move(found);
    over_ = true;
  }
  if (context_.cancellation) context_.cancellation->on_cancel(nullptr);
  wake();
  if (auto writer = std::exchange(writer_, std::nullopt)) (*writer)(false);
}

void ClientCall::due(SteadyTime) {
  withdraw({Code::deadline_exceeded, "the call's time is over"});
}

void ClientCall::withdraw(Error error) {
  if (over_) return;
  const auto self = shared_from_this();
  failure_ = GrpcFailure{std::move(error)};
  over_ = true;
  if (connection_) connection_->session().reset(*this, Http2Error::cancel);
  wake();
  if (auto writer = std::exchange(writer_, std::nullopt)) (*writer)(false);
}

void ClientCall::abandon() {
  withdraw({Code::cancelled, "the call was withdrawn"});
}

void ClientCall::wake() {
  if (auto reader = std::exchange(reader_, std::nullopt)) (*reader)(true);
}

std::optional<ClientCall::Next> ClientCall::next() {
  if (std::exchange(holds_message_, false)) {
    input_.pop();
    give_back();
  }
  // What has come is read to its end, unless the call was withdrawn here.
  const bool withdrawn = failure_ && connection_;
  if (!withdrawn) switch (input_.look()) {
      case grpc::Deframer::Found::message:
        holds_message_ = true;
        return Next(input_.message());
      case grpc::Deframer::Found::too_large:
        withdraw({Code::resource_exhausted, "an answer has " + std::to_string(input_.length()) +
                                                " bytes, the limit is " +
                                                std::to_string(options_.max_message)});
        break;
      case grpc::Deframer::Found::compressed:
        withdraw({Code::internal, "an answer is compressed, which was not asked for"});
        break;
      case grpc::Deframer::Found::incomplete:
        break;
    }
  if (failure_) return std::unexpected(*failure_);
  if (over_) return Next(std::nullopt);
  return std::nullopt;
}

Task<ClientCall::Next> ClientCall::read() {
  if (auto found = next()) return std::move(*found);
  return wait_for_message();
}

Task<ClientCall::Next> ClientCall::wait_for_message() {
  const auto self = shared_from_this();
  for (;;) {
    auto waiting = callback<bool>([this](Resume<bool> resume) { reader_ = std::move(resume); });
    co_await waiting;
    if (auto found = next()) co_return std::move(*found);
  }
}

Task<bool> ClientCall::write(std::string_view message) {
  if (connection_ && backlog() > static_cast<std::size_t>(options_.send_buffer)) return write_later(message);
  return write_now(message);
}

bool ClientCall::write_now(std::string_view message) {
  if (over_ || !connection_) return false;
  const auto prefix = grpc::prefix(message.size());
  connection_->session().append(*this, {prefix.data(), prefix.size()}, message);
  return true;
}

Task<bool> ClientCall::write_later(std::string_view message) {
  const auto self = shared_from_this();
  auto waiting = callback<bool>([this](Resume<bool> resume) {
    writer_ = std::move(resume);
    connection_->session().watch(*this);
  });
  const bool room = co_await waiting;
  co_return room&& write_now(message);
}

void ClientCall::drained() {
  if (auto writer = std::exchange(writer_, std::nullopt)) (*writer)(true);
}

void ClientCall::end_writing() {
  if (connection_ && !over_) connection_->session().end(*this);
}

}  // namespace parley::net
