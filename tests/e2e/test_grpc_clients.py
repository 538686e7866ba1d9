"""gRPC on the real binary with two clients: @grpc/grpc-js, by the .proto files that the server shows at /proto, and
grpcio, by what reflection tells."""
import base64
import importlib.util
import json
import os
import subprocess
import time

import grpc
import pytest
from conftest import ROOT, SPLIT, awaited
from google.protobuf import descriptor_pb2, json_format
from grpc_client import Client

HERE = os.path.dirname(os.path.abspath(__file__))
MAX_MESSAGE = 4 << 20
PERMISSIONS = [f"{of}:{what}" for of in ("chat", "notifications", "orders", "users") for what in ("read", "write")
               ] + ["numbers:use", "topology:read"]
WITHOUT_TOKEN = ("/grpc.health.v1.Health/", "/grpc.reflection.")  # whose methods need no permission


class Driver:
    """A client of every method: `methods` is {path: [client streams, server streams]}, calls() makes some."""

    def call(self, method, request=None, **more):
        requests = request if isinstance(request, list) else [request or {}]
        return self.calls([{"method": method, "requests": requests, **more}])[0]

    def answer(self, method, request=None, **more):
        outcome = self.call(method, request, **more)
        assert outcome["answers"], (method, outcome)
        return outcome["answers"][0]


class GrpcJs(Driver):
    name = "js"

    def __init__(self, server, modules, folder):
        listing = server.get("/proto").json()["files"]
        for file in listing:
            path = os.path.join(folder, file["name"])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(server.get(file["path"]).body)
        self.process = subprocess.Popen(
            ["node", os.path.join(HERE, "grpc_js_driver.mjs"), modules, f"127.0.0.1:{server.grpc}", folder,
             *[file["name"] for file in listing]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.methods = self.read()

    def read(self):
        line = self.process.stdout.readline()
        assert line, f"the client ended with status {self.process.wait(10)}"
        return json.loads(line)

    def calls(self, calls):
        self.process.stdin.write(json.dumps(calls) + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(30)
        self.process.stdout.close()
        assert status == 0


class Grpcio(Driver):
    name = "io"

    def __init__(self, server):
        self.client, self.methods = Client(server.grpc), {}
        for name in self.client.services():
            for method in self.client.methods(name):
                self.methods[f"/{name}/{method.name}"] = [method.client_streaming, method.server_streaming]

    def calls(self, calls):
        return [self.outcome(**call) for call in calls]

    def outcome(self, method, requests, metadata=None, take=None):
        answers = []
        try:
            given = self.client.call(method[1:], requests, metadata=tuple((metadata or {}).items()))
            for answer in given if self.methods[method][1] else [given]:
                answers.append(json_format.MessageToDict(answer, preserving_proto_field_name=True))
                if len(answers) == take:
                    given.cancel()  # what comes next is the status
        except grpc.RpcError as error:
            return {"code": error.code().name, "answers": answers, "details": error.details(),
                    "trailers": [name for name, _ in error.trailing_metadata()]}
        return {"code": "OK", "answers": answers}

    def close(self):
        self.client.close()


@pytest.fixture(scope="module")
def modules():
    spec = importlib.util.spec_from_file_location("install", os.path.join(ROOT, "tests", "descriptions", "install.py"))
    installer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(installer)
    try:
        return installer.install()
    except RuntimeError as reason:
        pytest.skip(f"the packages of gRPC's client for Node are not there: {reason}")


@pytest.fixture(scope="module")
def node(server, modules, tmp_path_factory):
    driver = GrpcJs(server, modules, str(tmp_path_factory.mktemp("proto")))
    yield driver
    driver.close()


@pytest.fixture(scope="module")
def python(server):
    driver = Grpcio(server)
    yield driver
    driver.close()


@pytest.fixture(scope="module", params=["node", "python"])
def driver(request):
    return request.getfixturevalue(request.param)


def user_samples(driver, package):
    """The users' service in one of its packages, which have the same users."""
    service, name = f"/{package}.UserService/", package.replace(".", "") + driver.name
    user = driver.answer(service + "CreateUser", {"name": "Grace Hopper", "email": f"grace@{name}.example.com"})
    doomed = driver.answer(service + "CreateUser", {"name": "Ann Roe", "email": f"doomed@{name}.example.com"})
    samples = {
        "CreateUser": {"name": "Ada Lovelace", "email": f"ada@{name}.example.com", "age": 36},
        "GetUser": {"id": user["id"]},
        "UpdateUser": {"id": user["id"], "name": "Grace M. Hopper", "email": f"grace@{name}.example.com"},
        "PatchUser": {"id": user["id"], "city": {"value": "Arlington"}},
        "ListUsers": {"q": "grace"},
        "ListUsersPage": {"q": "grace", "page": 1, "page_size": 10},
        "ValidateUser": {"user_id": user["id"]},
        "DeleteUser": {"id": doomed["id"]},
    }
    if package != "user.v1":
        samples["GetUserProfile"] = {"id": user["id"]}
    return user, {service + method: sample for method, sample in samples.items()}


@pytest.fixture(scope="module")
def samples(driver):
    """A valid request of every method; of a stream the answers that must come are counted in `take`."""
    user, users = user_samples(driver, "user")
    for package in ("user.v1", "user.v2"):
        users |= user_samples(driver, package)[1]
    items = [{"product_id": "p1", "quantity": 3, "price": 19.99, "name": "Book"}]
    order = driver.answer("/order.OrderService/CreateOrder",
                          {"user_id": user["id"], "items": items, "shipping_address": "1 Main St"})
    room, numbers = {"room": driver.name, "user": "grace"}, {"a": 8, "b": 2}
    driver.answer("/chat.ChatService/PostMessage", {**room, "content": "hello @grace"})
    ask = [{"list_services": "*"}, {"file_containing_symbol": "user.UserService"}]
    news = {"type": "INFO", "title": "News", "message": "There is some", "data": {"a": "b"}}
    return {
        "/calculator.Calculator/Add": numbers,
        "/calculator.Calculator/Subtract": numbers,
        "/calculator.Calculator/Multiply": numbers,
        "/calculator.Calculator/Divide": numbers,
        "/calculator.Calculator/GetHistory": {"limit": 5},
        **users,
        "/NumberService/GetPrimes": {"limit": 10},
        "/NumberService/SumNumbers": [{"value": 1}, {"value": 2}],
        "/NumberService/Chat": [{"room": "numbers", "user": "grace", "content": "hello"}],
        "/topology.TopologyService/GetTopology": {},
        "/topology.TopologyService/ListMetrics": {},
        "/order.OrderService/ListUserOrders": {"user_id": user["id"]},
        "/order.OrderService/ListUserOrdersPage": {"user_id": user["id"], "page": 1, "page_size": 10},
        "/order.OrderService/CreateOrder": {"user_id": user["id"], "items": items, "shipping_address": "1 Main St"},
        "/order.OrderService/GetOrder": {"id": order["id"]},
        "/order.OrderService/UpdateOrderStatus": {"id": order["id"], "status": "CONFIRMED"},
        "/order.OrderService/FollowOrders": {"after_seq": 0},
        "/chat.ChatService/PostMessage": {**room, "content": "hello again"},
        "/chat.ChatService/ReadMessages": {"room": driver.name, "since": "0", "limit": 10},
        "/chat.ChatService/Follow": {"room": driver.name, "after_seq": 0},
        "/chat.ChatService/SendDirect": {"user": "grace", "to": "ann", "content": "hello"},
        "/chat.ChatService/ListRooms": {"limit": 10},
        "/chat.ChatService/GetRoom": {"room": driver.name},
        "/chat.ChatService/PutRoom": {"room": driver.name, "title": "A client", "topic": "clients"},
        "/chat.ChatService/GetPresence": {"room": driver.name},
        "/chat.ChatService/Attend": room,
        "/chat.ChatService/AnnounceTyping": room,
        "/chat.ChatService/FollowMentions": {"after_seq": 0},
        "/notification.NotificationService/SendNotification": {"user_id": user["id"], **news},
        "/notification.NotificationService/Broadcast": news,
        "/notification.NotificationService/ListNotifications": {"user_id": user["id"], "since": "0", "limit": 10},
        "/notification.NotificationService/Subscribe": {"user_id": user["id"]},
        "/notification.NotificationService/FollowNotifications": {"after_seq": 0},
        "/grpc.health.v1.Health/Check": {"service": "user.UserService"},
        "/grpc.health.v1.Health/Watch": {"service": "user.UserService"},
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": ask,
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": ask,
    }


# Of the administrator, who moves the same module there and back.
MOVES = {f"/topology.TopologyService/{how}Module": {"module": "calculator"}
         for how in (("Absorb", "Extract") if SPLIT else ("Extract", "Absorb"))}


def of_sample(driver, method, sample, **more):
    requests = sample if isinstance(sample, list) else [sample]
    client_streams, server_streams = driver.methods[method]
    take = {"take": 1} if server_streams and not client_streams else {}
    return {"method": method, "requests": requests, **take, **more}


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def test_the_proto_files_are_what_reflection_tells(node, python):
    """Both name the same methods, in the same shapes."""
    assert node.methods == python.methods


def test_every_method_answers(driver, server, samples):
    assert set(samples) | set(MOVES) == set(driver.methods), "every method needs a sample"
    with open(os.path.join(server.data, "admin.token")) as f:
        administrator = bearer(f.read().strip())
    for method, sample in (samples | MOVES).items():
        call = of_sample(driver, method, sample, **({"metadata": administrator} if method in MOVES else {}))
        outcome = driver.calls([call])[0]
        client_streams, server_streams = driver.methods[method]
        # A stream that ends by itself may have done so before it is withdrawn.
        codes = ("OK", "CANCELLED") if "take" in call else ("OK",)
        answers = len(call["requests"]) if client_streams and server_streams else 1
        assert outcome["code"] in codes and len(outcome["answers"]) == answers, (method, outcome)
        if sample not in ({}, [{}]) and method.split("/")[-1] not in ("DeleteUser", "AnnounceTyping"):
            assert any(value not in ("", 0, [], None, False) for value in outcome["answers"][0].values()), (method, outcome)


def test_values_arrive_as_they_are(node):
    user = node.answer("/user.UserService/CreateUser", {"name": "Mary Shaw", "email": "mary@values.example.com"})
    assert user["email"] == "mary@values.example.com" and user["active"] is True
    assert abs(user["created_at"]["seconds"] - time.time()) < 300
    order = node.answer("/order.OrderService/CreateOrder", {
        "user_id": user["id"], "items": [{"product_id": "p1", "quantity": 3, "price": 19.99, "name": "Book"}],
        "shipping_address": "1 Main St"})
    assert order["total_amount"] == 59.97 and order["items"][0]["name"] == "Book"
    sent = node.answer("/notification.NotificationService/SendNotification", {
        "user_id": user["id"], "type": "INFO", "title": "News", "message": "There is some", "data": {"a": "b"}})
    assert sent["data"] == {"a": "b"} and sent["type"] == "INFO"
    assert node.answer("/calculator.Calculator/Divide", {"a": 1, "b": 3})["result"] == 1 / 3
    unicode = "h\u00e9llo \u4e16\u754c \U0001f600 end"
    node.answer("/chat.ChatService/PostMessage", {"room": "words", "user": "grace", "content": unicode})
    page = node.answer("/chat.ChatService/ReadMessages", {"room": "words", "since": "0", "limit": 1})
    assert page["messages"][0]["content"] == unicode


def test_reflection_gives_descriptors(node):
    """As bytes, which they are: a field declared as text would lose some."""
    outcome = node.call("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                          [{"file_containing_symbol": "order.OrderService"}, {"file_by_filename": "order.proto"}])
    one, other = outcome["answers"]
    assert one["file_descriptor_response"] == other["file_descriptor_response"]
    files = [descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(file))
             for file in one["file_descriptor_response"]["file_descriptor_proto"]]
    assert [file.name for file in files] == ["order.proto", "google/protobuf/timestamp.proto"]


def test_every_method_with_tokens(driver, server, samples):
    everything = server.token("--user", "grace", "--permissions", ",".join(["calculator:use", *PERMISSIONS]))
    calculate = server.token("--user", "grace", "--permissions", "calculator:use")
    others = server.token("--user", "grace", "--permissions", ",".join(PERMISSIONS))
    again = {method: {"name": "Ada Lovelace", "email": f"ada{number}@again{driver.name}.example.com"}
             for number, method in enumerate(driver.methods) if method.endswith("/CreateUser")}
    for method in samples:
        if method.split("/")[-1] in ("DeleteUser", "UpdateOrderStatus"):
            continue  # done once already; refused below all the same
        sample = again.get(method, samples[method])
        good = driver.calls([of_sample(driver, method, sample, metadata=bearer(everything))])[0]
        assert good["answers"] and good["code"] in ("OK", "CANCELLED"), (method, good)
    for method, sample in samples.items():
        bad = driver.calls([of_sample(driver, method, sample, metadata=bearer("x"))])[0]
        assert bad["code"] == "UNAUTHENTICATED" and not bad["answers"], (method, bad)
        missing = driver.calls([of_sample(driver, method, sample, metadata=bearer(others if method.startswith("/calculator.") else calculate))])[0]
        if method.startswith(WITHOUT_TOKEN):
            assert missing["answers"], (method, missing)
        else:
            assert missing["code"] == "PERMISSION_DENIED" and not missing["answers"], (method, missing)


def test_errors_carry_details_and_text(driver):
    outcome = driver.call("/user.UserService/CreateUser", {"name": "J", "email": "nobody"})
    assert outcome["code"] == "INVALID_ARGUMENT" and "between 2 and 50 characters" in outcome["details"]
    assert "grpc-status-details-bin" in outcome["trailers"]


def test_metadata_of_every_kind_is_taken(node):
    metadata = {"x-text": "plain", "x-bytes-bin": base64.b64encode(bytes(range(256))).decode(),
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    assert node.call("/calculator.Calculator/Add", {"a": 1}, metadata=metadata)["code"] == "OK"
    outcome = node.call("/calculator.Calculator/Add", {"a": 1}, metadata={"x-long": "x" * (20 << 10)})
    assert outcome["code"] == "RESOURCE_EXHAUSTED" and "16384" in outcome["details"], outcome


def test_a_deadline_and_a_cancellation_end_a_stream(node, server):
    late = node.call("/chat.ChatService/Follow", {"room": "silence", "after_seq": 0}, timeout=300)
    assert (late["code"], late["answers"]) == ("DEADLINE_EXCEEDED", [])
    cancelled = node.call("/calculator.Calculator/Add", {"a": 1}, take=0)
    assert cancelled["code"] == "CANCELLED"
    # What was withdrawn is gone from the server too.
    open_streams = 'operation_streams{module="chat",operation="Follow"} 0'
    awaited(lambda: open_streams in server.get("/metrics").body.decode())
    assert node.call("/calculator.Calculator/Add", {"a": 1})["code"] == "OK"


def test_messages_up_to_the_limit(node):
    prefix = 5  # tag, and a length of four bytes
    text = "x" * (MAX_MESSAGE - prefix)
    taken = node.call("/user.UserService/GetUser", {"id": text})
    assert taken["code"] not in ("OK", "RESOURCE_EXHAUSTED"), taken["code"]  # read, and no user's id
    outcome = node.call("/user.UserService/GetUser", {"id": text + "x"})
    assert outcome["code"] == "RESOURCE_EXHAUSTED" and str(MAX_MESSAGE) in outcome["details"], outcome
    # An answer of nearly as much: reflection repeats what it was asked.
    host = "h" * (MAX_MESSAGE // 2 - 5000)
    answer = node.answer("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", [{"host": host, "list_services": ""}])
    assert answer["valid_host"] == host == answer["original_request"]["host"]
    assert node.call("/calculator.Calculator/Add", {"a": 1})["code"] == "OK"


def test_many_calls_at_a_time(node):
    outcomes = node.calls([{"method": "/calculator.Calculator/Add", "requests": [{"a": n, "b": n}]} for n in range(1500)])
    assert [outcome["answers"][0]["result"] for outcome in outcomes] == [2 * n for n in range(1500)]
