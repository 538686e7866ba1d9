#include "catch.hpp"

#include <parley/calculator/calculator.hpp>
#include <parley/chat/chat.hpp>
#include <parley/codec/proto_file.hpp>
#include <parley/notifications/notifications.hpp>
#include <parley/numbers/numbers.hpp>
#include <parley/orders/orders.hpp>
#include <parley/users/users.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace parley;
using codec::ProtoFiles;

namespace {

// Nobody is called: no port is needed.
const std::vector<BoundService>& all_services() {
  static const std::vector<BoundService> services{
      {"users", operations<users::UserService>(), nullptr, "Users and who may act.",
       packages<users::UserService>()},
      {"orders", operations<orders::OrderService>(), nullptr},
      {"chat", operations<chat::ChatService>(), nullptr},
      {"notifications", operations<notifications::NotificationService>(), nullptr},
      {"calculator", operations<calculator::Calculator>(), nullptr},
      {"numbers", operations<numbers::NumberService>(), nullptr},
  };
  return services;
}

const ProtoFiles& files() {
  static const ProtoFiles made(all_services());
  return made;
}

const std::string& text_of(std::string_view name) {
  const auto* file = files().by_name(name);
  REQUIRE(file);
  return file->text;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

template <class Request, class Answer = Empty>
Operation row(const char* path, Shape shape = Shape::unary) {
  Operation made;
  made.name = "Do";
  made.grpc = path;
  made.shape = shape;
  made.request = &describe<Request>;
  made.answer = &describe<Answer>;
  return made;
}

std::string refusal(std::initializer_list<Operation> rows) {
  const BoundService service{"test", {rows.begin(), rows.size()}, nullptr};
  try {
    const ProtoFiles made(std::span(&service, 1));
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return {};
}

struct Unnumbered {
  std::string name;
};
enum class Nonzero : std::int32_t { one = 1 };
struct Chosen {
  Nonzero choice = Nonzero::one;
};
struct First {
  std::string name;
};
struct Second {
  std::int32_t name = 0;
};
struct Numbered {
  std::string name;
};
struct Wrapped {
  std::optional<std::optional<std::string>> twice;
  std::vector<std::vector<std::int64_t>> grid;
  std::map<std::string, std::vector<std::string>> lists;
  std::optional<std::int32_t> maybe;
  std::map<std::string, Timestamp> times;
};

}  // namespace

template <>
const TypeInfo& parley::describe<Unnumbered>() {
  static constexpr Row rows[] = {field<&Unnumbered::name>("name")};
  static const TypeInfo type = object<Unnumbered>("Unnumbered", rows);
  return type;
}
template <>
const TypeInfo& parley::describe<Nonzero>() {
  static constexpr EnumItem items[] = {{"ONE", 1}};
  static const TypeInfo type = enumeration<Nonzero>("Nonzero", items);
  return type;
}
template <>
const TypeInfo& parley::describe<Chosen>() {
  static constexpr Row rows[] = {field<&Chosen::choice>("choice", number(1))};
  static const TypeInfo type = object<Chosen>("Chosen", rows);
  return type;
}
template <>
const TypeInfo& parley::describe<First>() {
  static constexpr Row rows[] = {field<&First::name>("name", number(1))};
  static const TypeInfo type = object<First>("Same", rows);
  return type;
}
template <>
const TypeInfo& parley::describe<Second>() {
  static constexpr Row rows[] = {field<&Second::name>("name", number(1))};
  static const TypeInfo type = object<Second>("Same", rows);
  return type;
}
template <>
const TypeInfo& parley::describe<Numbered>() {
  static constexpr Row rows[] = {field<&Numbered::name>("name", number(19'500))};
  static const TypeInfo type = object<Numbered>("Numbered", rows);
  return type;
}
template <>
const TypeInfo& parley::describe<Wrapped>() {
  static constexpr Row rows[] = {
      field<&Wrapped::twice>("twice", number(1)),       field<&Wrapped::grid>("grid_of_numbers", number(2)),
      field<&Wrapped::lists>("named_lists", number(3)), field<&Wrapped::maybe>("maybe", number(4)),
      field<&Wrapped::times>("times", number(5)),
  };
  static const TypeInfo type = object<Wrapped>("Wrapped", rows);
  return type;
}

TEST_CASE("there is a file per package", "[protofiles]") {
  std::vector<std::string> names;
  for (const auto& file : files().files()) names.push_back(file.name);
  CHECK(names == std::vector<std::string>{"user.proto", "user/v1.proto", "user/v2.proto", "order.proto",
                                          "chat.proto", "notification.proto", "calculator.proto",
                                          "NumberService.proto", "google/protobuf/empty.proto",
                                          "google/protobuf/timestamp.proto"});
  CHECK(files().services() == std::vector<std::string>{"user.UserService", "user.v1.UserService",
                                                       "user.v2.UserService", "order.OrderService",
                                                       "chat.ChatService", "notification.NotificationService",
                                                       "calculator.Calculator", "NumberService"});
  for (const auto& file : files().files())
    for (const auto& dependency : file.dependencies) CHECK(files().by_name(dependency));
  CHECK(!files().by_name("user"));
}

TEST_CASE("symbols are found in their files", "[protofiles]") {
  for (const char* symbol :
       {"user.UserService", "user.UserService.CreateUser", "user.User", "user.User.id"}) {
    INFO(symbol);
    CHECK(files().containing(symbol) == files().by_name("user.proto"));
  }
  for (const char* symbol : {"order.OrderStatus", "order.PENDING", "order.OrderItem"}) {
    INFO(symbol);
    CHECK(files().containing(symbol) == files().by_name("order.proto"));
  }
  CHECK(files().containing("notification.Notification.DataEntry") == files().by_name("notification.proto"));
  CHECK(files().containing("google.protobuf.Timestamp") ==
        files().by_name("google/protobuf/timestamp.proto"));
  for (const char* symbol : {"NumberService", "NumberService.Chat", "PrimeRequest", "Prime.value"}) {
    INFO(symbol);
    CHECK(files().containing(symbol) == files().by_name("NumberService.proto"));
  }
  CHECK(!files().containing("user"));
  CHECK(!files().containing(".user.User"));
}

TEST_CASE("the text says what the tables say", "[protofiles]") {
  const auto& user = text_of("user.proto");
  CHECK(has(user, "// Users and who may act.\nservice UserService {\n"));
  CHECK(has(user, "rpc CreateUser(CreateUserRequest) returns (User);"));
  CHECK(has(user, "rpc DeleteUser(DeleteUserRequest) returns (google.protobuf.Empty);"));
  CHECK(has(user, "  // E-mail address; kept in lower case; no two users share one.\n  string email = 3;\n"));
  CHECK(has(user, "optional string phone = 4;"));
  const auto& order = text_of("order.proto");
  CHECK(has(order, "enum OrderStatus {\n  PENDING = 0;\n"));
  CHECK(has(order, "  optional string shipping_address = 3;\n"));
  CHECK(has(order, "  ShippingAddress shipping_address_structured = 11;\n"));
  CHECK(has(order, "returns (stream OrderUpdate);"));
  CHECK(has(text_of("calculator.proto"), "rpc Add(Numbers) returns (Calculation);"));
  CHECK(has(text_of("chat.proto"), "rpc Follow(FollowRoomRequest) returns (stream RoomUpdate);"));
  CHECK(has(text_of("notification.proto"), "map<string, string> data = 6;"));
  const auto& numbers = text_of("NumberService.proto");
  CHECK(!has(numbers, "package"));
  CHECK(has(numbers, "rpc SumNumbers(stream Number) returns (Sum);"));
  CHECK(has(numbers, "rpc Chat(stream ChatMessage) returns (stream ChatMessage);"));
  for (const auto& file : files().files())
    for (std::size_t at = 0, end; at < file.text.size(); at = end + 1) {
      end = file.text.find('\n', at);
      CHECK(end - at <= 100);
    }
}

TEST_CASE("a versioned package has what its version has", "[protofiles]") {
  const auto& first = text_of("user/v1.proto");
  const auto& second = text_of("user/v2.proto");
  for (const auto& file : {first, second}) {
    CHECK(has(file, "service UserService {\n"));
    CHECK(has(file, "rpc ListUsers(ListUsersRequest) returns (stream User);"));
    CHECK(has(file, "  string email = 3;\n"));
    CHECK(has(file, "CreateUserRequest"));
  }
  CHECK(has(first, "package user.v1;"));
  CHECK(has(second, "package user.v2;"));
  CHECK(has(second, "rpc GetUserProfile(GetUserProfileRequest) returns (UserProfile);"));
  CHECK(!has(first, "UserProfile"));
  CHECK(has(second, "updated_at = 7;"));
  CHECK(!has(first, "updated_at"));
  CHECK(files().containing("user.v1.User.phone") == nullptr);
  CHECK(files().containing("user.v2.User.phone") == files().by_name("user/v2.proto"));
}

TEST_CASE("a package is of one version", "[protofiles]") {
  static const Operation rows[] = {row<Empty>("/test.Service/Do")};
  static constexpr VersionedPackage own[] = {{"test", 1}}, twice[] = {{"test.v1", 1}, {"test.v1", 2}};
  using Packages = std::span<const VersionedPackage>;
  for (const auto wrong : {Packages(own), Packages(twice)}) {
    const BoundService service{"test", rows, nullptr, {}, wrong};
    CHECK_THROWS_AS(ProtoFiles(std::span(&service, 1)), std::logic_error);
  }
}

TEST_CASE("what protobuf cannot say becomes a message of its own", "[protofiles]") {
  static const Operation rows[] = {row<Wrapped>("/test.v1.Service/Do")};
  static const BoundService service{"test", rows, nullptr};
  const ProtoFiles made(std::span(&service, 1));
  const auto* file = made.by_name("test/v1.proto");
  REQUIRE(file);
  CHECK(has(file->text, "package test.v1;"));
  CHECK(has(file->text, "  OptionalString twice = 1;\n"));
  CHECK(has(file->text, "  repeated Int64List grid_of_numbers = 2;\n"));
  CHECK(has(file->text, "  map<string, StringList> named_lists = 3;\n"));
  CHECK(has(file->text, "  optional int32 maybe = 4;\n"));
  CHECK(has(file->text, "  map<string, google.protobuf.Timestamp> times = 5;\n"));
  CHECK(has(file->text, "message OptionalString {\n  optional string value = 1;\n}\n"));
  CHECK(has(file->text, "message Int64List {\n  repeated int64 value = 1;\n}\n"));
  CHECK(made.containing("test.v1.WrappedRequest.GridOfNumbersEntry") == nullptr);
  CHECK(made.containing("test.v1.WrappedRequest.NamedListsEntry.value") == file);
}

TEST_CASE("tables that protobuf cannot have are refused", "[protofiles]") {
  const char* path = "/test.Service/Do";
  CHECK(refusal({row<Unnumbered>(path)}) == "the protobuf of UnnumberedRequest.name has no number()");
  CHECK(refusal({row<Chosen>(path)}) == "the protobuf of Nonzero has no value that is zero");
  CHECK(refusal({row<First, Second>(path)}) == "");  // SameRequest and Same
  CHECK(refusal({row<Empty, First>(path), row<Empty, Second>("/test.Service/Other")}) ==
        "the protobuf of Same.name is not the same in two types of that name in test");
  CHECK(refusal({row<Empty, First>(path), row<Empty, Second>("/other.Service/Other")}) == "");
  CHECK(refusal({row<Numbered>(path)}) ==
        "the protobuf of NumberedRequest.name has a number that protobuf reserves");
  CHECK(refusal({row<Empty>(path), row<Empty>(path)}) ==
        "the protobuf of /test.Service/Do is declared twice");
  for (const char* bad : {"", "/", "test.Service/Do", "//Do", "/test.Service", "/test./Do", "/.Service/Do",
                          "/test.Service/", "/te st.Service/Do", "/a..b.Service/Do"})
    CHECK(refusal({row<Empty>(bad)}).ends_with("is not of the form /package.Service/Method"));
}

// What protoc makes of the texts is what the bytes say, and the lecture's files agree with them: check.py.
TEST_CASE("protoc makes the same of the text", "[protofiles]") {
  static const Operation rows[] = {row<Wrapped>("/wrapped.v1.Service/Do", Shape::server_stream)};
  auto services = all_services();
  services.push_back({"test", rows, nullptr});
  const ProtoFiles all(services);

  const auto folder = std::filesystem::temp_directory_path() / ("protofiles-" + std::to_string(getpid()));
  for (const auto& file : all.files()) {
    for (const auto& [suffix, content] : {std::pair{"", file.text}, std::pair{".bytes", file.bytes}}) {
      const auto path = folder / (file.name + suffix);
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << content;
    }
  }
  const std::string here = PARLEY_PROTOFILES;
  const auto command = "/usr/bin/python3 " + here + "/check.py " + folder.string() + ' ' + here + "/lecture";
  const int status = std::system(command.c_str());
  std::filesystem::remove_all(folder);
  constexpr int not_there = 77;
  if (WIFEXITED(status) && WEXITSTATUS(status) == not_there)
    WARN("protoc or its Python package is not there: the files are not checked with it");
  else
    CHECK(status == 0);
}
