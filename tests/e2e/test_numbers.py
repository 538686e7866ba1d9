"""The lecture's NumberService on the real binary, with grpcio, by what reflection tells."""
import json
import queue
import time

import grpc
import pytest
from conftest import awaited
from grpc_client import Client
from wire import WebSocket

GET_PRIMES, SUM, CHAT = "NumberService/GetPrimes", "NumberService/SumNumbers", "NumberService/Chat"


@pytest.fixture
def client(server):
    client = Client(server.grpc)
    yield client
    client.close()


class Talk:
    """A call of Chat: say() sends, hear() gives the next message, finish() says that that was all."""

    def __init__(self, client, metadata=None):
        method = client.service("NumberService").methods_by_name["Chat"]
        answer = client.factory.GetPrototype(method.output_type)
        stub = client.channel.stream_stream("/" + CHAT, request_serializer=lambda m: m.SerializeToString(),
                                            response_deserializer=answer.FromString)
        self.make = lambda values: client.message(method.input_type, values)
        self.sent = queue.Queue()
        self.answers = stub(iter(self.sent.get, None), metadata=metadata, timeout=30)

    def say(self, **values):
        self.sent.put(self.make(values))

    def hear(self):
        return next(self.answers)

    def finish(self):
        self.sent.put(None)

    def cancel(self):
        self.answers.cancel()
        self.finish()


def refused(call):
    with pytest.raises(grpc.RpcError) as caught:
        answer = call()
        if hasattr(answer, "__iter__"):
            list(answer)
    return caught.value


def test_the_service_is_the_lectures(client):
    assert "NumberService" in client.services()
    methods = client.service("NumberService").methods_by_name
    assert list(methods) == ["GetPrimes", "SumNumbers", "Chat"]
    assert methods["GetPrimes"].input_type.full_name == "PrimeRequest"
    assert methods["GetPrimes"].input_type.fields_by_name["limit"].number == 1
    assert (methods["SumNumbers"].input_type.name, methods["SumNumbers"].output_type.name) == ("Number", "Sum")
    assert methods["Chat"].input_type is methods["Chat"].output_type
    assert client.call("grpc.health.v1.Health/Check", {"service": "NumberService"}).status == 1


def test_primes_come_one_each_interval(client):
    began = time.monotonic()
    assert [prime.value for prime in client.call(GET_PRIMES, {"limit": 20})] == [2, 3, 5, 7, 11, 13, 17, 19]
    assert 0.7 <= time.monotonic() - began < 5
    assert list(client.call(GET_PRIMES, {"limit": 1})) == []
    error = refused(lambda: client.call(GET_PRIMES, {"limit": 1_000_001}))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT and "1000000" in error.details()
    late = refused(lambda: client.call(GET_PRIMES, {"limit": 1000}, timeout=0.3))
    assert late.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_the_interval_is_configured(launch):
    server = launch("--set", "numbers.prime_interval=0ms")
    client = Client(server.grpc)
    primes = [prime.value for prime in client.call(GET_PRIMES, {"limit": 20_000}, timeout=30)]
    assert len(primes) == 2262 and primes[-1] == 19997
    client.close()


def test_numbers_are_summed(client):
    answer = client.call(SUM, [{"value": n} for n in range(1, 1001)])
    assert (answer.value, answer.count) == (500500, 1000)
    empty = client.call(SUM, [])
    assert (empty.value, empty.count) == (0, 0)
    error = refused(lambda: client.call(SUM, [{"value": 2**63 - 1}, {"value": 1}]))
    assert error.code() == grpc.StatusCode.OUT_OF_RANGE and "number 2" in error.details()


def test_chat_shares_its_rooms_with_websocket(client, server):
    socket = WebSocket(server.http, "/chat?room=mixed")
    talk = Talk(client)
    talk.say(user="Alice", room="mixed", content="over gRPC")
    own = talk.hear()
    assert (own.user, own.content, own.room, own.seq) == ("Alice", "over gRPC", "mixed", 1)
    seen = socket.receive_json()
    assert (seen["user"], seen["content"], seen["id"]) == ("Alice", "over gRPC", own.id)
    socket.send({"type": "greeting", "user": "Bob", "content": "over WebSocket", "colour": "red"})
    heard = talk.hear()
    assert (heard.user, heard.content, heard.type, heard.seq) == ("Bob", "over WebSocket", "greeting", 2)
    assert json.loads("{" + heard.extra + "}") == {"colour": "red"}
    assert socket.receive_json()["content"] == "over WebSocket"
    talk.say(content="bye")
    talk.finish()
    assert [message.content for message in talk.answers] == ["bye"]
    assert socket.receive_json()["user"] == "Alice"
    socket.close()


def test_chat_resumes(client, server):
    for n in range(250):
        server.post("/api/messages", {"room": "again", "user": "Bob", "content": str(n)})
    talk = Talk(client)
    talk.say(user="Alice", room="again", after_seq=100)
    talk.finish()
    assert [message.seq for message in talk.answers] == list(range(101, 251))


def test_chat_says_what_is_wrong(client, server):
    talk = Talk(client)
    talk.say(room="a room")
    error = refused(lambda: talk.answers)
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT and "room" in error.details()
    token = server.token("--user", "alice", "--permissions", "chat:write")
    talk = Talk(client, metadata=[("authorization", f"Bearer {token}")])
    talk.say(user="alice")
    error = refused(lambda: talk.answers)
    assert error.code() == grpc.StatusCode.PERMISSION_DENIED and "chat:read" in error.details()


def test_a_withdrawn_chat_is_over(client, server):
    talk = Talk(client)
    talk.say(user="Alice", room="over", content="hi")
    talk.hear()
    talk.cancel()
    open_streams = 'operation_streams{module="numbers",operation="Chat"} 0'
    awaited(lambda: open_streams in server.get("/metrics").body.decode())
