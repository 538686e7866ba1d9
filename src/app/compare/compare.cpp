#include "compare/compare.hpp"

#include "compare/callers.hpp"
#include "compare/lecture.hpp"

#include <parley/calculator/calculator.hpp>
#include <parley/codec/json.hpp>
#include <parley/codec/protobuf.hpp>
#include <parley/net/client.hpp>
#include <parley/users/users.hpp>

#include <algorithm>
#include <cmath>

namespace parley::app::compare {
namespace {

constexpr std::string_view version = "v3";  // of REST: the current one

struct Protocol {
  const char* name;
  std::unique_ptr<Caller> (*make)(const Where&, const Asked&, Capture&);
};
constexpr Protocol protocols[] = {{"REST", rest_caller},
                                  {"JSON-RPC", rpc_caller},
                                  {"JSON-RPC on WebSocket", socket_caller},
                                  {"gRPC", grpc_caller}};

template <class Port>
const Operation& row_of(std::string_view name) {
  return *std::ranges::find(operations<Port>(), name, &Operation::name);
}

std::string pattern_of(const Operation& row) {
  constexpr std::string_view mark = "{version}";
  const auto at = row.path.find(mark);
  if (at == row.path.npos) return std::string(row.path);
  return std::string(row.path.substr(0, at)).append(version).append(row.path.substr(at + mark.size()));
}

std::string path_of(const Operation& row, const std::string& id) {
  constexpr std::string_view mark = "{id}";
  auto path = pattern_of(row);
  return path.replace(path.find(mark), mark.size(), id);
}

// ---- the user ------------------------------------------------------------------------------------------

struct Found {
  std::string id;
  bool created = false;
};

Result<Found> find_user(const Where& where) {
  const net::client::Target target{.host = where.host, .port = where.http, .limit = call_limit};
  const auto wanted = lecture_user();
  const auto users = pattern_of(row_of<users::UserService>("ListUsers"));
  const auto answer = net::client::send(target, {.path = users + "?q=" + wanted.email + "&page_size=100"});
  if (!answer) return std::unexpected(answer.error());
  const auto page = codec::from_json<users::UserPage>(answer->body);
  if (answer->status != 200 || !page)
    return fail(Code::failed_precondition,
                "the list of users was answered with status " + std::to_string(answer->status));
  for (const auto& user : page->users)
    if (user.email == wanted.email) return Found{user.id, false};
  const auto created = net::client::send(target, {.method = "POST",
                                                  .path = users,
                                                  .headers = {{"Content-Type", "application/json"}},
                                                  .body = codec::to_json(wanted)});
  if (!created) return std::unexpected(created.error());
  const auto user = codec::from_json<users::User>(created->body);
  if (created->status != 201 || !user)
    return fail(Code::failed_precondition,
                "the user was not created: status " + std::to_string(created->status));
  return Found{user->id, true};
}

// ---- one operation over one protocol -------------------------------------------------------------------

std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

Result<Pieces> read(Reader& reader, std::string_view bytes) {
  auto pieces = reader.read(bytes);
  if (pieces && sum(*pieces).total != static_cast<std::int64_t>(bytes.size()))
    return fail(Code::internal, "the pieces do not add up to what the socket carried; please report this");
  return pieces;
}

void show(Pieces pieces, std::vector<Piece>& out, std::int64_t& left_out) {
  if (pieces.size() > max_pieces) {
    left_out += static_cast<std::int64_t>(pieces.size() - max_pieces);
    pieces.resize(max_pieces);
  }
  out = std::move(pieces);
}

// One call, from a connection at rest to one at rest.
struct Seen {
  Exchange bytes;
  Shown wire;
  std::int64_t time = 0;
};

Result<Seen> see(Caller& caller, Capture& capture, const Plan& plan) {
  std::vector<std::int64_t> took;
  if (auto made = caller.make(1, plan, took); !made) return std::unexpected(made.error());
  if (auto rested = caller.settle(); !rested) return std::unexpected(rested.error());
  const auto captured = capture.take();
  auto sent = read(*caller.sent, captured.sent);
  if (!sent) return std::unexpected(sent.error());
  auto received = read(*caller.received, captured.received);
  if (!received) return std::unexpected(received.error());
  Seen seen{.bytes = {sum(*sent), sum(*received)}, .wire = {}, .time = took.front()};
  show(std::move(*sent), seen.wire.sent, seen.wire.left_out);
  show(std::move(*received), seen.wire.received, seen.wire.left_out);
  return seen;
}

Result<Measured> measure(const Protocol& protocol, const Where& where, const Asked& asked, const Plan& plan,
                         bool timed) {
  Capture capture;
  const auto caller = protocol.make(where, asked, capture);
  Result<Seen> seen[3];
  for (auto& one : seen) {
    one = see(*caller, capture, plan);
    if (!one) return std::unexpected(one.error());
  }
  Measured measured{.protocol = protocol.name,
                    .call = caller->call(),
                    .cold = seen[0]->bytes,
                    .warm = seen[2]->bytes,
                    .cold_time = seen[0]->time,
                    .latency = std::nullopt,
                    .cold_wire = std::move(seen[0]->wire),
                    .warm_wire = std::move(seen[2]->wire)};
  if (!timed) return measured;
  capture.keep(false);
  std::vector<std::int64_t> took;
  if (auto made = caller->make(plan.calls, plan, took); !made) return std::unexpected(made.error());
  std::ranges::sort(took);
  measured.latency = Latency{.calls = plan.calls,
                             .p50 = percentile(took, 0.5),
                             .p90 = percentile(took, 0.9),
                             .p99 = percentile(took, 0.99)};
  return measured;
}

Result<Subject> compare_one(std::string about, const Where& where, const Asked& asked, const Plan& plan,
                            bool timed) {
  Subject subject{.operation = std::string(asked.row.name), .about = std::move(about), .protocols = {}};
  for (const auto& protocol : protocols) {
    auto measured = measure(protocol, where, asked, plan, timed);
    if (!measured) {
      auto error = std::move(measured.error());
      error.message = std::string(protocol.name) + ": " + error.message;
      return std::unexpected(std::move(error));
    }
    subject.protocols.push_back(std::move(*measured));
  }
  return subject;
}

}  // namespace

Result<Comparison> compare(const Where& where, const Plan& plan) {
  const auto found = find_user(where);
  if (!found) return std::unexpected(found.error());
  const auto host = (where.host.contains(':') ? "[" + where.host + "]" : where.host) + ":";
  Comparison comparison{.http = host + std::to_string(where.http),
                        .grpc = host + std::to_string(where.grpc),
                        .user = found->id,
                        .user_created = found->created,
                        .subjects = {},
                        .claims = {}};

  const auto& get = row_of<users::UserService>("GetUser");
  const users::GetUser by_id{found->id};
  const calculator::Numbers numbers{5, 3};
  const auto& add = row_of<calculator::Calculator>("Add");
  const auto& create = row_of<users::UserService>("CreateUser");
  const auto user = lecture_user();
  struct Planned {
    std::string about;
    Asked asked;
    bool timed;
  };
  const Planned all[] = {
      {"a user by id",
       {get, pattern_of(get), path_of(get, found->id), {}, codec::to_json(by_id), codec::to_protobuf(by_id)},
       true},
      // Not timed: every sum is kept in the calculator's history, which is short.
      {"two numbers, the smallest message here",
       {add, pattern_of(add), pattern_of(add), codec::to_json(numbers), codec::to_json(numbers),
        codec::to_protobuf(numbers)},
       false},
      {"the lecture's request; refused, as that user exists: what is sent is the same",
       {create, pattern_of(create), pattern_of(create), codec::to_json(user), codec::to_json(user),
        codec::to_protobuf(user), true},
       false}};
  for (const auto& [about, asked, timed] : all) {
    auto subject = compare_one(about, where, asked, plan, timed);
    if (!subject) return std::unexpected(subject.error());
    comparison.subjects.push_back(std::move(*subject));
  }
  comparison.claims = judge(comparison.subjects[0], comparison.subjects[2]);
  return comparison;
}

}  // namespace parley::app::compare
