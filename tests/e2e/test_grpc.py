"""gRPC on the real binary, with grpcio, by what reflection tells."""
import http.client
import re
import signal
import threading
import time

import grpc
import pytest
from conftest import awaited
from grpc_client import Client, text_field

SERVICES = ["calculator.Calculator", "user.UserService", "user.v1.UserService", "user.v2.UserService", "order.OrderService",
            "notification.NotificationService", "chat.ChatService", "grpc.health.v1.Health",
            "NumberService", "grpc.reflection.v1alpha.ServerReflection", "grpc.reflection.v1.ServerReflection"]


@pytest.fixture
def client(server):
    client = Client(server.grpc)
    yield client
    client.close()


def refused(call):
    with pytest.raises(grpc.RpcError) as caught:
        answer = call()
        if hasattr(answer, "__iter__"):
            list(answer)
    return caught.value


def create_user(client, name="Grace Hopper", **more):
    email = f"user{time.monotonic_ns()}@example.com"
    return client.call("user.UserService/CreateUser", {"name": name, "email": email, **more})


def test_reflection_lists_and_describes_every_service(client):
    assert set(SERVICES) <= set(client.services())
    assert client.services("grpc.reflection.v1.ServerReflection") == client.services()
    for name in client.services():
        service = client.service(name)
        assert service.methods, name
        for method in service.methods:
            assert method.input_type.full_name and method.output_type.full_name
    # A symbol that nobody has, and a file.
    assert 7 in client.ask(text_field(4, "user.Nobody"))
    assert 4 in client.ask(text_field(3, "user.proto"))
    assert 7 in client.ask(text_field(3, "nothing.proto"))


def test_the_lectures_messages(client):
    user = client.service("user.UserService").methods_by_name["CreateUser"].output_type
    numbers = {field.name: field.number for field in user.fields}
    assert {"id": 1, "name": 2, "email": 3, "phone": 4, "active": 5, "created_at": 6,
            "updated_at": 7}.items() <= numbers.items()
    assert user.fields_by_name["created_at"].message_type.full_name == "google.protobuf.Timestamp"


def test_calculator(client):
    answer = client.call("calculator.Calculator/Add", {"a": 5, "b": 3})
    assert (answer.result, answer.operation, answer.success) == (8, "add", True)
    error = refused(lambda: client.call("calculator.Calculator/Divide", {"a": 5, "b": 0}))
    assert (error.code(), error.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "division by zero")
    history = client.call("calculator.Calculator/GetHistory", {"limit": 1})
    assert [entry.operation for entry in history.entries] == ["add"]


def test_a_user_over_grpc_is_the_same_over_rest(client, server):
    made = create_user(client, age=36, phone="+1-555-123-4567")
    seen = server.get(f"/api/v3/users/{made.id}").json()
    assert (seen["name"], seen["age"], seen["phone"]) == ("Grace Hopper", 36, "+1-555-123-4567")
    again = client.call("user.UserService/GetUser", {"id": made.id})
    assert again == made
    assert client.call("user.UserService/ValidateUser", {"user_id": made.id}).is_valid
    client.call("user.UserService/DeleteUser", {"id": made.id})
    assert refused(lambda: client.call("user.UserService/GetUser", {"id": made.id})).code() == (
        grpc.StatusCode.NOT_FOUND)


def test_a_version_shows_what_its_api_shows(client):
    made = create_user(client, phone="+1-555-123-4567", city="New York")
    first = client.call("user.v1.UserService/GetUser", {"id": made.id})
    second = client.call("user.v2.UserService/GetUser", {"id": made.id})
    assert {field.name for field in second.DESCRIPTOR.fields} - {field.name for field in first.DESCRIPTOR.fields} == {
        "phone", "avatar", "updated_at"}
    assert (first.name, first.city, second.phone) == ("Grace Hopper", "New York", "+1-555-123-4567")
    # Nothing of a later version is on the wire either.
    raw = client.channel.unary_unary("/user.v1.UserService/GetUser")(b"\x0a\x24" + made.id.encode(), timeout=5)
    assert b"555-123" not in raw and b"New York" in raw
    assert "GetUserProfile" not in client.service("user.v1.UserService").methods_by_name
    profile = client.call("user.v2.UserService/GetUserProfile", {"id": made.id})
    assert (profile.name, profile.city, profile.active) == ("Grace Hopper", "New York", True)
    assert profile.member_since == made.created_at
    unknown = refused(lambda: client.channel.unary_unary("/user.v1.UserService/GetUserProfile")(b"", timeout=5))
    assert unknown.code() == grpc.StatusCode.UNIMPLEMENTED
    listed = client.call("user.v1.UserService/ListUsers", {"q": made.email})
    assert [user.id for user in listed] == [made.id]
    email = f"v1{time.monotonic_ns()}@example.com"
    both = client.call("user.v1.UserService/CreateUser", {"name": "Ada", "email": email})
    assert client.call("user.v2.UserService/GetUser", {"id": both.id}).email == email


def test_the_lectures_list_is_a_stream(client):
    word = f"word{time.monotonic_ns()}"
    made = [create_user(client, f"{word} {n}").id for n in range(130)]
    assert [user.id for user in client.call("user.UserService/ListUsers", {"q": word})] == made
    page = client.call("user.UserService/ListUsersPage", {"page": 2, "page_size": 100, "q": word})
    assert (page.total, [user.id for user in page.users]) == (130, made[100:])
    changed = client.call("user.UserService/PatchUser", {"id": made[0], "name": "Grace"})
    assert (changed.name, changed.id) == ("Grace", made[0])
    stream = client.call("user.UserService/ListUsers", {"q": word})
    next(stream)
    stream.cancel()


def test_a_users_orders_are_a_stream(client):
    user = create_user(client)
    item = {"product_id": "p1", "quantity": 1, "price": 1, "name": "Book"}
    made = [client.call("order.OrderService/CreateOrder", {"user_id": user.id, "items": [item]}).id
            for _ in range(40)]
    listed = client.call("order.OrderService/ListUserOrders", {"user_id": user.id})
    assert [order.id for order in listed] == made[::-1]
    page = client.call("order.OrderService/ListUserOrdersPage", {"user_id": user.id, "page": 1, "page_size": 5})
    assert [order.id for order in page.orders] == made[:-6:-1]
    assert list(client.call("order.OrderService/ListUserOrders", {"user_id": "nobody"})) == []


def test_field_problems_come_as_bad_request(client):
    error = refused(lambda: client.call("user.UserService/CreateUser", {"name": "J", "email": "nobody"}))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "between 2 and 50 characters" in error.details()
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    assert b"type.googleapis.com/google.rpc.BadRequest" in details
    assert b"email" in details and b"must be an e-mail address" in details


def test_orders_are_exact_and_tell_their_user(client):
    user = create_user(client)
    stream = client.call("notification.NotificationService/Subscribe", {"user_id": user.id})
    assert next(stream).title == "Connected"
    order = client.call("order.OrderService/CreateOrder", {
        "user_id": user.id, "shipping_address": "1 Main St",
        "items": [{"product_id": "p1", "quantity": 3, "price": 19.99, "name": "Book"}]})
    assert order.total_amount == 59.97
    assert next(stream).title == "Order created"
    changed = client.call("order.OrderService/UpdateOrderStatus", {"id": order.id, "status": 1})
    assert changed.status == 1
    assert next(stream).title == "Order confirmed"
    error = refused(lambda: client.call("order.OrderService/UpdateOrderStatus", {"id": order.id, "status": 0}))
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
    stream.cancel()


def test_chat_shares_rooms_with_rest_and_resumes(client, server):
    for number in range(3):
        server.post("/api/messages", {"room": "g", "user": "alice", "content": f"m{number}"})
    stream = client.call("chat.ChatService/Follow", {"room": "g", "after_seq": 1})
    seen = []
    while len(seen) < 2:
        seen += [message.content for message in next(stream).messages]
    assert seen == ["m1", "m2"]
    client.call("chat.ChatService/PostMessage", {"room": "g", "user": "bob", "content": "over gRPC"})
    live = []
    while not live:
        live += next(stream).messages
    assert (live[0].content, live[0].seq) == ("over gRPC", 4)
    stream.cancel()
    assert [m["content"] for m in server.messages("g")] == ["m0", "m1", "m2", "over gRPC"]


def test_health_of_each_service(client):
    for name in ["", *SERVICES]:
        assert client.call("grpc.health.v1.Health/Check", {"service": name}).status == 1, name
    unknown = refused(lambda: client.call("grpc.health.v1.Health/Check", {"service": "nobody"}))
    assert unknown.code() == grpc.StatusCode.NOT_FOUND
    watch = client.call("grpc.health.v1.Health/Watch", {"service": "nobody"})
    assert next(watch).status == 3
    watch.cancel()


def test_calls_are_logged_with_status_and_duration(launch):
    server = launch("--set", "log.access=true")
    client = Client(server.grpc)
    client.call("calculator.Calculator/Add", {"a": 5, "b": 3})
    refused(lambda: client.call("calculator.Calculator/Divide", {"a": 1, "b": 0}))
    list(client.call("NumberService/GetPrimes", {"limit": 3}))
    for method, status in (("calculator.Calculator/Add", "ok"), ("calculator.Calculator/Divide", "invalid_argument"),
                           ("NumberService/GetPrimes", "ok")):
        line = re.compile(rf"grpc: call method=/{re.escape(method)} status={status} ms=[0-9.]+ remote=127.0.0.1 trace_id=[0-9a-f]{{32}}")
        awaited(lambda: line.search(server.log()))  # twice where the module is in another process
    client.close()


def test_what_cannot_be_served(client, server):
    error = refused(lambda: client.channel.unary_unary("/user.UserService/Dance")(b"", timeout=5))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    error = refused(lambda: client.channel.unary_unary("/user.UserService/GetUser")(b"\x0a\xff", timeout=5))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    big = refused(lambda: client.call("user.UserService/GetUser", {"id": "x" * (5 << 20)}))
    assert big.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "the limit is 4194304" in big.details()
    connection = http.client.HTTPConnection("127.0.0.1", server.grpc, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.status == 400 and b"gRPC" in answer.read()


def test_tokens(client, server):
    bad = refused(lambda: client.call("calculator.Calculator/Add", {"a": 1}, metadata=[("authorization", "Bearer x")]))
    assert bad.code() == grpc.StatusCode.UNAUTHENTICATED
    token = server.token("--user", "alice", "--permissions", "users:read")
    mine = [("authorization", f"Bearer {token}")]
    user = create_user(client)
    assert client.call("user.UserService/GetUser", {"id": user.id}, metadata=mine).id == user.id
    missing = refused(lambda: client.call("user.UserService/DeleteUser", {"id": user.id}, metadata=mine))
    assert missing.code() == grpc.StatusCode.PERMISSION_DENIED
    assert "users:write" in missing.details()


def test_a_deadline_ends_a_stream_and_a_cancellation_frees_it(client, server):
    # Which of the two the server sees first is a matter of a millisecond: grpcio withdraws the call at its end.
    ended = re.compile(r'grpc_requests_total\{method="/chat.ChatService/Follow",status="(?:DeadlineExceeded|Canceled)"\} (\d+)')
    ends = lambda: sum(map(int, ended.findall(server.get("/metrics").body.decode())))
    before = ends()
    late = refused(lambda: client.call("chat.ChatService/Follow", {"room": "quiet"}, timeout=0.3))
    assert late.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    awaited(lambda: ends() == before + 1)
    stream = client.call("chat.ChatService/Follow", {"room": "quiet"}, timeout=None)
    open_streams = 'operation_streams{module="chat",operation="Follow"}'

    def count():
        text = server.get("/metrics").body.decode()
        return [line.split()[-1] for line in text.splitlines() if line.startswith(open_streams)]

    awaited(lambda: count() == ["1"])
    stream.cancel()
    awaited(lambda: count() == ["0"])


def test_metrics_as_the_lecture_names_them(client, server):
    client.call("calculator.Calculator/Add", {"a": 1, "b": 1})
    text = server.get("/metrics").body.decode()
    assert 'grpc_requests_total{method="/calculator.Calculator/Add",status="OK"}' in text
    assert 'grpc_request_duration_seconds_count{method="/calculator.Calculator/Add"}' in text


def test_a_stop_ends_streams_and_is_clean(launch):
    server = launch()
    client = Client(server.grpc)
    stream = client.call("chat.ChatService/Follow", {"room": "stop"}, timeout=None)
    outcome = []

    def follow():
        try:
            list(stream)
        except grpc.RpcError as error:
            outcome.append(error.code())
    thread = threading.Thread(target=follow)
    thread.start()
    client.call("calculator.Calculator/Add", {"a": 1, "b": 1})
    server.process.send_signal(signal.SIGTERM)
    thread.join(15)
    assert outcome == [grpc.StatusCode.UNAVAILABLE]
    assert server.process.wait(15) == 0
    client.close()
