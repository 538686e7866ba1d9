#include "grpc_call.hpp"

#include "grpc_connection.hpp"
#include "grpc_core.hpp"
#include "incoming_trace.hpp"
#include "text.hpp"

#include <parley/log.hpp>

#include <array>

namespace parley::net {
namespace {

constexpr std::size_t kept_inflated = 64 << 10;
constexpr std::size_t entry_overhead = 32;  // of a field, RFC 9113 section 6.5.2

bool is_grpc(std::string_view content_type) noexcept {
  if (!content_type.starts_with(grpc::content_type)) return false;
  content_type.remove_prefix(grpc::content_type.size());
  return content_type.empty() || content_type[0] == '+' || content_type[0] == ';';
}

GrpcStatus out_of_time() {
  return {Code::deadline_exceeded, "the call's time is over", {}};
}

// What a status is on the wire; the views are of what this holds.
class StatusFields {
 public:
  explicit StatusFields(const GrpcStatus& status)
      : code_(std::to_string(static_cast<int>(status.code))),
        message_(grpc::encode_message(status.message)),
        details_(grpc::encode_binary(status.details)) {}
  template <class To>
  void append(To& to) const {
    to.push_back({"grpc-status", code_});
    if (!message_.empty()) to.push_back({"grpc-message", message_});
    if (!details_.empty()) to.push_back({"grpc-status-details-bin", details_});
  }

 private:
  const std::string code_, message_, details_;
};

}  // namespace

ServerCall::ServerCall(GrpcCore& core, GrpcConnection& connection)
    : core_(core),
      connection_(&connection),
      remote_(connection.remote()),
      input_(static_cast<std::size_t>(core.limits.max_message)) {}

ServerCall::~ServerCall() = default;

std::shared_ptr<ServerCall> ServerCall::make(GrpcCore& core, GrpcConnection& connection) {
  auto call = std::make_shared<ServerCall>(core, connection);
  call->on_wire_ = call;
  return call;
}

std::optional<std::string_view> ServerCall::metadata(std::string_view name) const noexcept {
  const std::string_view text = text_;
  for (const auto& item : items_)
    if (text.substr(item.name, item.name_size) == name) return text.substr(item.value, item.value_size);
  return std::nullopt;
}

void ServerCall::field(std::string_view name, std::string_view value) {
  if (header_complete_) return;  // trailers of a request mean nothing
  metadata_size_ += name.size() + value.size() + entry_overhead;
  if (metadata_size_ > static_cast<std::size_t>(core_.limits.max_metadata)) return;
  if (name == ":path") path_ = value;
  if (name == ":method") method_ = value;
  if (name.starts_with(':')) return;
  const auto at = static_cast<std::uint32_t>(text_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  items_.push_back({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

void ServerCall::fields_complete() {
  if (std::exchange(header_complete_, true)) return;
  if (const auto refusal = examine())
    end(refusal->status, refusal->http);
  else
    begin();
}

std::optional<ServerCall::Refusal> ServerCall::examine() const {
  const auto text = [&](std::string_view name) { return metadata(name).value_or(std::string_view()); };
  if (metadata_size_ > static_cast<std::size_t>(core_.limits.max_metadata))
    return Refusal{
        200,
        {Code::resource_exhausted, "the metadata has more than " + std::to_string(core_.limits.max_metadata) +
                                       " bytes, which is the limit"}};
  if (method_ != "POST") return Refusal{405, {Code::internal, "gRPC is spoken with POST"}};
  if (!is_grpc(text("content-type")))
    return Refusal{415, {Code::internal, "the content-type must be application/grpc"}};
  if (const auto encoding = text("grpc-encoding");
      !encoding.empty() && encoding != "identity" && encoding != "gzip")
    return Refusal{200, {Code::unimplemented, "grpc-encoding must be identity or gzip"}};
  if (const auto timeout = metadata("grpc-timeout"); timeout && !grpc::parse_timeout(*timeout))
    return Refusal{
        200, {Code::invalid_argument, "grpc-timeout must be up to eight digits and one of H M S m u n"}};
  return std::nullopt;
}

void ServerCall::begin() {
  const auto& deps = core_.deps;
  started_ = deps.clock.steady();
  context_.clock = &deps.clock;
  if (const auto timeout = metadata("grpc-timeout")) {
    const auto time = *grpc::parse_timeout(*timeout);
    if (time < std::chrono::hours(24 * 365)) {
      const auto rounded = std::chrono::duration_cast<SteadyTime::duration>(time);
      context_.deadline = started_ + rounded;
      expire_at(core_.environment.wheel, std::chrono::steady_clock::now() + rounded);
    }
  }
  if (metadata("grpc-encoding") == "gzip") input_.agree_on_compression();
  sends_gzip_ = core_.limits.gzip_max > 0 &&
                list_has(metadata("grpc-accept-encoding").value_or(std::string_view()), "gzip");
  context_.trace = incoming_trace(metadata("traceparent").value_or(std::string_view()), deps.random);
  context_.cancellation = std::make_shared<Cancellation>();
  ++core_.statistics.calls;
  ++core_.statistics.running;
  core_.handlers.spawn(serve(shared_from_this()));
}

Task<void> ServerCall::serve(std::shared_ptr<ServerCall> self) {
  GrpcStatus status;
  try {
    auto handling = self->core_.deps.handler(*self);
    status = co_await std::move(handling);
  } catch (...) {
    log::error("grpc", "a handler failed",
               {{"path", self->path_}, {"reason", reason_of(std::current_exception())}});
    status = {Code::internal, "the server failed to answer this call"};
  }
  self->finish(std::move(status));
}

void ServerCall::finish(GrpcStatus status) {
  keep();
  end(std::move(status));
  if (core_.deps.observer) {
    const double seconds = std::chrono::duration<double>(core_.deps.clock.steady() - started_).count();
    core_.deps.observer(*this, *ended_, seconds);
  }
  --core_.statistics.running;
  core_.call_ended();
}

void ServerCall::data(std::string_view bytes) {
  core_.statistics.bytes_in += bytes.size();
  unconsumed_ += bytes.size();
  input_.append(bytes);
  give_back();
  if (input_.look() != grpc::Deframer::Found::incomplete) wake_reader();
}

// A client may send as long as its message is incomplete; a complete one waits until it is read.
void ServerCall::give_back() {
  if (!connection_ || input_.look() != grpc::Deframer::Found::incomplete) return;
  connection_->session().consume(*this, std::exchange(unconsumed_, 0));
}

void ServerCall::peer_ended() {
  client_done_ = true;
  wake_reader();
}

void ServerCall::closed(Http2Error) {
  const auto self = std::move(on_wire_);
  connection_ = nullptr;
  if (!ended_) {
    // The timer is coarse: a client that withdraws at its deadline may be first.
    ended_ =
        context_.expired() ? out_of_time() : GrpcStatus{Code::cancelled, "the client has withdrawn the call"};
    broken_ = Error{ended_->code, ended_->message};
    if (context_.cancellation) context_.cancellation->cancel();
  }
  wake_reader();
  if (auto writer = std::exchange(writer_, std::nullopt)) (*writer)(false);
}

void ServerCall::due(SteadyTime) {
  withdraw(out_of_time());
}

void ServerCall::withdraw(GrpcStatus status) {
  const auto self = shared_from_this();
  broken_ = Error{status.code, status.message};
  end(std::move(status));
  if (context_.cancellation) context_.cancellation->cancel();
  wake_reader();
  if (auto writer = std::exchange(writer_, std::nullopt)) (*writer)(false);
}

void ServerCall::wake_reader() {
  if (auto reader = std::exchange(reader_, std::nullopt)) (*reader)(true);
}

std::optional<ServerCall::Next> ServerCall::next() {
  if (std::exchange(holds_message_, false)) {
    input_.pop();
    give_back();
  }
  if (broken_) return std::unexpected(*broken_);
  switch (input_.look()) {
    case grpc::Deframer::Found::message:
      return message();
    case grpc::Deframer::Found::too_large:
      broken_ = Error{Code::resource_exhausted, "a message has " + std::to_string(input_.length()) +
                                                    " bytes, the limit is " +
                                                    std::to_string(core_.limits.max_message)};
      return std::unexpected(*broken_);
    case grpc::Deframer::Found::compressed:
      broken_ = Error{Code::internal, "a message is compressed, which no grpc-encoding has announced"};
      return std::unexpected(*broken_);
    case grpc::Deframer::Found::incomplete:
      break;
  }
  if (!client_done_) return std::nullopt;
  if (input_.empty()) return Next(std::nullopt);
  broken_ = Error{Code::internal, "the client has ended within a message"};
  return std::unexpected(*broken_);
}

ServerCall::Next ServerCall::message() {
  if (inflated_.capacity() > kept_inflated) std::string().swap(inflated_);
  holds_message_ = true;
  if (!input_.compressed()) return input_.message();
  const auto most = core_.limits.max_message;
  switch (core_.gunzip.decompress(input_.message(), static_cast<std::size_t>(most), inflated_)) {
    case Gunzip::Outcome::whole:
      return std::string_view(inflated_);
    case Gunzip::Outcome::too_large:
      broken_ = Error{Code::resource_exhausted, "a message has more bytes than the limit is, which is " +
                                                    std::to_string(most) + ", once it is decompressed"};
      break;
    case Gunzip::Outcome::malformed:
      broken_ = Error{Code::internal, "a message is not in the gzip format that grpc-encoding announces"};
      break;
  }
  std::string().swap(inflated_);
  return std::unexpected(*broken_);
}

Task<Result<std::optional<std::string_view>>> ServerCall::read() {
  if (auto found = next()) return std::move(*found);
  return wait_for_message();
}

Task<Result<std::optional<std::string_view>>> ServerCall::wait_for_message() {
  for (;;) {
    auto waiting = callback<bool>([this](Resume<bool> resume) { reader_ = std::move(resume); });
    co_await waiting;
    if (auto found = next()) co_return std::move(*found);
  }
}

void ServerCall::stop_reading() {
  if (!broken_) broken_ = Error{Code::cancelled, "the call takes no more messages"};
  wake_reader();
}

Task<bool> ServerCall::write(std::string_view message) {
  if (backlog() > static_cast<std::size_t>(core_.limits.send_buffer) && !ended_) return write_later(message);
  return write_now(message);
}

bool ServerCall::write_now(std::string_view message) {
  if (ended_ || !connection_) return false;
  const auto waiting = connection_->session().backlog();
  if (waiting > 0 && waiting + message.size() > static_cast<std::size_t>(core_.limits.connection_buffer)) {
    withdraw({Code::resource_exhausted, "with this answer more than " +
                                            std::to_string(core_.limits.connection_buffer) +
                                            " bytes would wait for the client of this connection"});
    return false;
  }
  begin_answer();
  const auto coded =
      sends_gzip_ && core_.gzip.takes(message.size()) ? core_.gzip.compress(message) : std::string_view();
  if (!coded.empty()) message = coded;
  const auto prefix = grpc::prefix(message.size(), !coded.empty());
  connection_->session().append(*this, {prefix.data(), prefix.size()}, message);
  return true;
}

Task<bool> ServerCall::write_later(std::string_view message) {
  auto waiting = callback<bool>([this](Resume<bool> resume) {
    writer_ = std::move(resume);
    connection_->session().watch(*this);
  });
  const bool room = co_await waiting;
  co_return room&& write_now(message);
}

void ServerCall::drained() {
  if (auto writer = std::exchange(writer_, std::nullopt)) (*writer)(true);
}

void ServerCall::begin_answer() {
  if (std::exchange(answers_, true)) return;
  static constexpr std::array header{Field{":status", "200"}, Field{"content-type", grpc::content_type},
                                     Field{"grpc-accept-encoding", grpc::encodings},
                                     Field{"grpc-encoding", "gzip"}};
  connection_->session().respond(*this, std::span(header).first(sends_gzip_ ? 4 : 3));
}

void ServerCall::end(GrpcStatus status, std::uint16_t http) {
  if (ended_) return;
  ended_ = std::move(status);
  if (!connection_) return;
  const StatusFields fields(*ended_);
  std::vector<Field> all;
  if (answers_) {
    fields.append(all);
    return connection_->session().end(*this, all);
  }
  const auto http_status = std::to_string(http);
  all.push_back({":status", http_status});
  all.push_back({"content-type", grpc::content_type});
  all.push_back({"grpc-accept-encoding", grpc::encodings});
  fields.append(all);
  connection_->session().respond(*this, all, true);
}

}  // namespace parley::net
