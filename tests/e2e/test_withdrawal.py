"""What a client withdraws is not begun any more, whatever protocol it came by and whichever process it went to; what a
client still waits for is done."""
import contextlib
import json
import os
import socket
import sqlite3

import grpc
import pytest
from conftest import awaited
from grpc_client import Client
from wire import receive_all, reset


class Writing:
    """A write into a module's database: what writes a text there, and what reads the texts that are there. `refused` is
    a write that goes as far as the database and no further, for one that asks another module before."""

    def __init__(self, write, request, read, question, texts, refused=None):
        self.write, self.request, self.read, self.question, self.texts = write, request, read, question, texts
        self.refused = refused

    def begin(self, client, text, owner):
        """The call, which may be withdrawn."""
        return client.begin(self.write, self.request(text, owner))

    def stored(self, client, owner):
        return self.texts(client.call(self.read, self.question(owner)))

    def await_arrival(self, client, owner):
        """Of what was sent before, in the database's queue: goes the same way, on the same connections, behind it."""
        if self.refused:
            with pytest.raises(grpc.RpcError) as error:
                client.call(self.write, self.refused)
            assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        else:
            self.stored(client, owner)


WRITINGS = {
    "users": Writing(
        "user.UserService/CreateUser",
        lambda text, owner: {"name": f"{owner} {text}", "email": f"{text}.{owner}@example.com"},
        "user.UserService/ListUsersPage", lambda owner: {"q": owner},
        lambda page: [user.name.split()[1] for user in page.users]),
    "orders": Writing(
        "order.OrderService/CreateOrder",
        lambda text, owner: {"user_id": owner, "items": [{"product_id": text, "quantity": 1, "price": 1, "name": "Book"}]},
        "order.OrderService/ListUserOrdersPage", lambda owner: {"user_id": owner},
        lambda page: [order.items[0].product_id for order in page.orders],
        refused={"user_id": "nobody", "items": [{"product_id": "p", "quantity": 1, "price": 1, "name": "Book"}]}),
    "chat": Writing(
        "chat.ChatService/PostMessage", lambda text, owner: {"room": owner, "user": "ann", "content": text},
        "chat.ChatService/ReadMessages", lambda owner: {"room": owner},
        lambda page: [message.content for message in page.messages]),
    "notifications": Writing(
        "notification.NotificationService/SendNotification", lambda text, owner: {"user_id": owner, "title": text},
        "notification.NotificationService/ListNotifications", lambda owner: {"user_id": owner},
        lambda page: [notification.title for notification in page.notifications]),
}


@pytest.fixture
def client(server):
    client = Client(server.grpc)
    yield client
    client.close()


@contextlib.contextmanager
def held(server, database):
    """While another program writes into it the database takes no write; for two seconds at most, then writes fail."""
    other = sqlite3.connect(os.path.join(server.data, database + ".db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def refused_by_storage(server, database):
    return server.figures()[f'storage_rejected_total{{database="{database}"}}']


@pytest.mark.parametrize("database", WRITINGS)
def test_a_call_that_is_withdrawn_while_it_waits_for_storage_stores_nothing(server, client, database):
    owner = client.call("user.UserService/CreateUser", {"name": "Owner", "email": f"{database}@example.com"}).id
    writing = WRITINGS[database]
    before = refused_by_storage(server, database)
    with held(server, database):
        call = writing.begin(client, "withdrawn", owner)
        writing.await_arrival(client, owner)
        call.cancel()
        writing.await_arrival(client, owner)
    assert call.code() == grpc.StatusCode.CANCELLED
    awaited(lambda: refused_by_storage(server, database) == before + 1)
    writing.begin(client, "kept", owner).result()
    assert writing.stored(client, owner) == ["kept"]


def test_a_call_whose_deadline_passes_while_it_waits_for_storage_stores_nothing(server, client):
    owner, writing = "deadline", WRITINGS["users"]
    before = refused_by_storage(server, "users")
    with held(server, "users"):
        with pytest.raises(grpc.RpcError) as late:
            client.call(writing.write, writing.request("late", owner), timeout=0.3)
    assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    awaited(lambda: refused_by_storage(server, "users") == before + 1)
    writing.begin(client, "kept", owner).result()
    assert writing.stored(client, owner) == ["kept"]


def over_rest(text, owner):
    return "/api/v3/users", {"name": f"{owner} {text}", "email": f"{text}.{owner}@example.com"}


def over_json_rpc(text, owner):
    path, user = over_rest(text, owner)
    return "/rpc", {"jsonrpc": "2.0", "id": 1, "method": "createUser", "params": user}


def send(server, path, body):
    """The connection, which the server knows: its loop has then read the request before whatever is sent later."""
    text = json.dumps(body).encode()
    connection = socket.create_connection(("127.0.0.1", server.http), 30)
    connection.sendall(b"GET /uuid HTTP/1.1\r\nHost: a\r\n\r\n")
    assert connection.recv(65536).endswith(b"}")
    connection.sendall(b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                       % (path.encode(), len(text), text))
    return connection


@pytest.mark.parametrize("request_of", [over_rest, over_json_rpc])
def test_a_client_that_closes_its_side_alone_withdraws_nothing(server, client, request_of):
    """As `printf ... | nc -N` does: it has said all that it has to say."""
    owner, writing = f"half{request_of.__name__.replace('_', '')}", WRITINGS["users"]
    with held(server, "users"):
        connection = send(server, *request_of("half", owner))
        connection.shutdown(socket.SHUT_WR)
        writing.await_arrival(client, owner)
    answer = receive_all(connection)
    connection.close()
    assert answer.startswith(b"HTTP/1.1 20") and b"half" in answer, answer
    assert writing.stored(client, owner) == ["half"]


@pytest.mark.parametrize("request_of", [over_rest, over_json_rpc])
def test_a_connection_that_breaks_withdraws_what_has_not_begun(server, client, request_of):
    owner, writing = f"broken{request_of.__name__.replace('_', '')}", WRITINGS["users"]
    before = refused_by_storage(server, "users")
    with held(server, "users"):
        connection = send(server, *request_of("broken", owner))
        writing.await_arrival(client, owner)
        reset(connection)
        writing.await_arrival(client, owner)
    awaited(lambda: refused_by_storage(server, "users") == before + 1)
    assert writing.stored(client, owner) == []
