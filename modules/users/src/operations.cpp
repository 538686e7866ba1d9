// The users port's operations: one row each, from which every edge is made.
#include <parley/users/users.hpp>

namespace {

using namespace parley;
using users::UserService;

// The lecture's gRPC ListUsers is the stream; REST and JSON-RPC list in pages, which gRPC has beside it.
constexpr Operation rows[] = {
    operation<&UserService::create_user>(
        "CreateUser", summary("Create a user"), http(Verb::post, "/api/{version}/users", 201),
        grpc_method("/user.UserService/CreateUser"), permission("users:write"), fails(Code::already_exists)),
    operation<&UserService::get_user>("GetUser", summary("Get a user by id"),
                                      http(Verb::get, "/api/{version}/users/{id}"),
                                      grpc_method("/user.UserService/GetUser"), permission("users:read"),
                                      idempotent(), fails(Code::not_found)),
    operation<&UserService::get_user_profile>("GetUserProfile", summary("Get what others may see of a user"),
                                              grpc_method("/user.UserService/GetUserProfile"),
                                              permission("users:read"), idempotent(), exists_since(2),
                                              fails(Code::not_found)),
    operation<&UserService::update_user>(
        "UpdateUser", summary("Replace a user; what is left out is cleared"),
        http(Verb::put, "/api/{version}/users/{id}"), grpc_method("/user.UserService/UpdateUser"),
        permission("users:write"), idempotent(), fails(Code::not_found, Code::already_exists)),
    operation<&UserService::patch_user>("PatchUser", summary("Change some fields of a user"),
                                        http(Verb::patch, "/api/{version}/users/{id}"),
                                        grpc_method("/user.UserService/PatchUser"), permission("users:write"),
                                        idempotent(), fails(Code::not_found, Code::already_exists)),
    operation<&UserService::delete_user>("DeleteUser", summary("Delete a user"),
                                         http(Verb::del, "/api/{version}/users/{id}", 204),
                                         grpc_method("/user.UserService/DeleteUser"),
                                         permission("users:write"), idempotent(), fails(Code::not_found)),
    operation<&UserService::list_users>(
        "ListUsers", summary("List or search users, oldest first"), http(Verb::get, "/api/{version}/users"),
        grpc_method("/user.UserService/ListUsersPage"), permission("users:read"), idempotent()),
    operation<&UserService::stream_users>("StreamUsers", summary("Stream the users, oldest first"),
                                          grpc_method("/user.UserService/ListUsers"),
                                          permission("users:read"), idempotent()),
    operation<&UserService::validate_user>("ValidateUser", summary("Ask whether a user exists and is active"),
                                           http(Verb::get, "/api/{version}/users/{user_id}/validation"),
                                           grpc_method("/user.UserService/ValidateUser"),
                                           permission("users:read"), idempotent()),
};
static_assert(distinct(rows));

// The lecture's gRPC versioning: user_v1.proto and user_v2.proto.
constexpr VersionedPackage versions[] = {{"user.v1", 1}, {"user.v2", 2}};

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<UserService>() {
  return rows;
}
template <>
std::span<const parley::VersionedPackage> parley::packages<UserService>() {
  return versions;
}
