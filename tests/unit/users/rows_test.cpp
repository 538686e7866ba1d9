// What edges read of the users port: rows and tables as the contract has them.
#include "catch.hpp"

#include <parley/users/compose.hpp>
#include <parley/validate.hpp>

using namespace parley;
using namespace parley::users;

TEST_CASE("the rows of the users port have the contract's routes and names") {
  struct Expected {
    std::string_view name;
    Verb verb;
    std::string_view path;
    int status;
    std::string_view rpc, grpc, permission;
    bool idempotent;
  };
  const Expected expected[] = {
      {"CreateUser", Verb::post, "/api/{version}/users", 201, "createUser", "/user.UserService/CreateUser",
       "users:write", false},
      {"GetUser", Verb::get, "/api/{version}/users/{id}", 200, "getUser", "/user.UserService/GetUser",
       "users:read", true},
      {"GetUserProfile", Verb::none, "", 200, "getUserProfile", "/user.UserService/GetUserProfile",
       "users:read", true},
      {"UpdateUser", Verb::put, "/api/{version}/users/{id}", 200, "updateUser",
       "/user.UserService/UpdateUser", "users:write", true},
      {"PatchUser", Verb::patch, "/api/{version}/users/{id}", 200, "patchUser", "/user.UserService/PatchUser",
       "users:write", true},
      {"DeleteUser", Verb::del, "/api/{version}/users/{id}", 204, "deleteUser",
       "/user.UserService/DeleteUser", "users:write", true},
      {"ListUsers", Verb::get, "/api/{version}/users", 200, "listUsers", "/user.UserService/ListUsersPage",
       "users:read", true},
      {"StreamUsers", Verb::none, "", 200, "streamUsers", "/user.UserService/ListUsers", "users:read", true},
      {"ValidateUser", Verb::get, "/api/{version}/users/{user_id}/validation", 200, "validateUser",
       "/user.UserService/ValidateUser", "users:read", true},
  };
  const auto rows = operations<UserService>();
  REQUIRE(rows.size() == std::size(expected));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i].name);
    CHECK(rows[i].name == expected[i].name);
    CHECK(rows[i].verb == expected[i].verb);
    CHECK(rows[i].path == expected[i].path);
    CHECK(rows[i].status == expected[i].status);
    CHECK(rpc_method(rows[i]) == expected[i].rpc);
    CHECK((rows[i].grpc ? rows[i].grpc : "") == expected[i].grpc);
    CHECK(rows[i].permission == expected[i].permission);
    CHECK(rows[i].idempotent == expected[i].idempotent);
    CHECK(rows[i].shape == (rows[i].name == "StreamUsers" ? Shape::server_stream : Shape::unary));
    CHECK(rows[i].since == (rows[i].name == "GetUserProfile" ? 2 : 1));
    CHECK_FALSE(rows[i].summary.empty());
  }
}

TEST_CASE("the users' messages have the lecture's protobuf numbers") {
  const auto numbers = [](const TypeInfo& type) {
    std::string out;
    for (auto& field : type.fields)
      out += std::string(field.name) + "=" + std::to_string(field.rules.number) + " ";
    return out;
  };
  CHECK(
      numbers(describe<User>()) ==
      "id=1 name=2 email=3 age=10 city=11 country=12 phone=4 avatar=13 active=5 created_at=6 updated_at=7 ");
  CHECK(numbers(describe<CreateUser>()) == "name=1 email=2 age=10 city=11 country=12 phone=3 avatar=13 ");
  CHECK(numbers(describe<UpdateUser>()) ==
        "id=1 name=2 email=3 age=10 city=11 country=12 phone=4 avatar=13 active=5 ");
  CHECK(numbers(describe<PatchUser>()) == numbers(describe<UpdateUser>()));
  CHECK(numbers(describe<GetUser>()) == "id=1 ");
  CHECK(numbers(describe<GetUserProfile>()) == "id=1 ");
  CHECK(numbers(describe<UserProfile>()) == "id=1 name=2 avatar=3 city=4 country=5 active=6 member_since=7 ");
  CHECK(numbers(describe<DeleteUser>()) == "id=1 ");
  CHECK(numbers(describe<ListUsers>()) == "page=1 page_size=2 q=3 ");
  CHECK(numbers(describe<StreamUsers>()) == "q=3 ");
  CHECK(numbers(describe<UserPage>()) == "users=1 total=2 page=3 page_size=4 ");
  CHECK(numbers(describe<ValidateUser>()) == "user_id=1 ");
  CHECK(numbers(describe<UserValidation>()) == "is_valid=1 reason=2 ");
}

TEST_CASE("the lecture's packages have the versions of the API, and what exists in them") {
  const BoundService service{"users", operations<UserService>(), nullptr, {}, packages<UserService>()};
  for (const auto& row : service.operations) {
    std::string all;
    for (const auto& method : grpc_methods(service, row)) all += method.path + ' ';
    const std::string name = row.grpc + std::string_view("/user.UserService/").size();
    const auto in = [&](const std::string& package) { return "/" + package + ".UserService/" + name + ' '; };
    CHECK(all == in("user") + (row.since == 1 ? in("user.v1") : "") + in("user.v2"));
  }
  const auto& get = service.operations[1];
  CHECK(grpc_methods(service, get).at(1).version == 1);
  CHECK(grpc_methods(service, get).at(2).version == 2);
  Operation bare;
  CHECK(grpc_methods(service, bare).empty());
  bare.grpc = "/NumberService/Chat";
  CHECK(grpc_methods(service, bare).at(1).path == "/user.v1.NumberService/Chat");
  for (const char* bad : {"", "/", "/user.UserService", "user.UserService/Get", "/user./Get"}) {
    bare.grpc = bad;
    CHECK_THROWS_AS(grpc_methods(service, bare), std::logic_error);
  }
}

TEST_CASE("version 1 shows what it always showed; a request may bring every field") {
  std::string later;
  for (auto& field : describe<User>().fields)
    if (field.rules.since > 1) later += std::string(field.name) + " ";
  CHECK(later == "phone avatar updated_at ");
  for (auto& field : describe<CreateUser>().fields) CHECK(field.rules.since == 1);
}

TEST_CASE("only what a request cannot do without is required") {
  const auto required = [](const TypeInfo& type) {
    std::string out;
    for (auto& field : type.fields)
      if (field.rules.required) out += std::string(field.name) + " ";
    return out;
  };
  CHECK(required(describe<CreateUser>()) == "name email ");
  CHECK(required(describe<UpdateUser>()) == "id name email ");
  CHECK(required(describe<PatchUser>()) == "id ");
  CHECK(required(describe<ListUsers>()) == "");
  CHECK(required(describe<users::Options>()) == "");
}

TEST_CASE("a list is asked for with a query string") {
  ListUsers request;
  std::vector<FieldProblem> problems;
  CHECK(set_from_text(describe<ListUsers>(), &request, "page", "3", problems));
  CHECK(set_from_text(describe<ListUsers>(), &request, "page_size", "50", problems));
  CHECK(set_from_text(describe<ListUsers>(), &request, "q", "john", problems));
  CHECK_FALSE(set_from_text(describe<ListUsers>(), &request, "order", "name", problems));
  CHECK(problems.empty());
  CHECK(request.page == 3);
  CHECK(request.page_size == 50);
  CHECK(request.q == "john");
}
