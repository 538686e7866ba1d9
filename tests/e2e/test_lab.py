"""The course's lab 06, as its Flutter app and its own tests use it."""
import time

import pytest
from wire import WebSocket, WebSocketClosed


@pytest.fixture(params=["http", "ws"])
def port(request, server):
    return getattr(server, request.param)


@pytest.mark.parametrize("operation,a,b,result", [
    ("add", 5, 3, 8), ("subtract", 5, 3, 2), ("multiply", 2.5, 4, 10), ("divide", 9, 3, 3), ("add", 0.1, 0.2, 0.1 + 0.2),
])
def test_calculates(server, port, operation, a, b, result):
    answer = server.post(f"/api/v1/calculate/{operation}", {"a": a, "b": b}, port=port)
    assert answer.status == 200
    assert answer.json() == {"result": result, "operation": operation, "success": True}


def test_whole_results_are_written_whole(server):
    assert b'"result":8,' in server.post("/api/v1/calculate/add", {"a": 5, "b": 3}).body


def test_division_by_zero_keeps_the_labs_shape(server):
    answer = server.post("/api/v1/calculate/divide", {"a": 1, "b": 0})
    assert answer.status == 400
    assert answer.json() == {"result": 0, "operation": "divide", "success": False, "error": "division by zero"}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"a":1}', '{"a":"x","b":1}', '{"a":1,"b":null}', "\xff"])
def test_malformed_bodies_are_refused(server, body):
    answer = server.post("/api/v1/calculate/add", body.encode("latin-1"))
    assert answer.status == 400
    assert answer.json()["success"] is False and answer.json()["error"]


def test_history_is_the_newest_oldest_first(server):
    for n in range(120):
        server.post("/api/v1/calculate/add", {"a": n, "b": 0})
    ten = server.get("/api/v1/history?limit=10").json()["entries"]
    assert [e["a"] for e in ten] == list(range(110, 120))
    assert set(ten[0]) == {"operation", "a", "b", "result", "timestamp"}
    assert abs(ten[0]["timestamp"] - time.time()) < 60
    assert len(server.get("/api/v1/history?limit=100").json()["entries"]) == 100


def test_health_of_the_gateway(server, port):
    health = server.get("/api/v1/health", port=port).json()
    assert health["status"] == "healthy" and health["service"] == "calculator-gateway"
    assert "timestamp" in health and "dependencies" in health


def test_stats_count_connections(server, port):
    before = server.get("/stats", port=port).json()
    assert before["service"] == "websocket" and isinstance(before["timestamp"], int)
    client = WebSocket(port, "/ws?user_id=counted")
    client.receive_json()
    assert server.get("/stats", port=port).json()["active_connections"] == before["active_connections"] + 1
    client.close()


def test_welcome_join_and_leave(server, port):
    alice = WebSocket(port, "/ws?user_id=alice")
    welcome = alice.receive_json()
    assert (welcome["type"], welcome["content"], welcome["user"]) == ("system", "Welcome to the chat!", "system")
    assert welcome["timestamp"]
    bob = WebSocket(port, "/ws?user_id=bob")
    assert bob.receive_json()["type"] == "system"
    joined = alice.receive_json()
    assert (joined["type"], joined["content"], joined["user"]) == ("notification", "bob joined the chat", "system")
    bob.close()
    assert alice.receive_json()["content"] == "bob left the chat"
    alice.close()


def test_user_is_the_connections_name_and_the_sender_hears_itself(server, port):
    alice = WebSocket(port, "/ws?user_id=alice")
    alice.receive_json()
    alice.send({"content": "hello", "user": "mallory", "mood": {"happy": True}})
    message = alice.receive_json()
    assert (message["type"], message["content"], message["user"]) == ("message", "hello", "alice")
    assert message["mood"] == {"happy": True}
    assert message["seq"] > 0 and message["id"] and message["room"] == "lobby"
    alice.close()


def test_anonymous_names(server):
    someone = WebSocket(server.ws, "/ws")
    someone.receive_json()
    someone.send({"type": "message", "content": "who am I"})
    assert someone.receive_json()["user"].startswith("anonymous_")
    someone.close()


def test_ping_is_answered_to_the_sender_alone(server):
    alice, bob = WebSocket(server.ws, "/ws?user_id=alice"), WebSocket(server.ws, "/ws?user_id=bob")
    alice.receive_json()
    bob.receive_json()
    alice.receive_json()
    alice.send({"type": "ping"})
    pong = alice.receive_json()
    assert (pong["type"], pong["content"], pong["user"]) == ("pong", "pong", "system")
    alice.send({"content": "after"})
    assert bob.receive_json()["content"] == "after"
    alice.close()
    bob.close()


def test_a_delayed_message_survives_its_sender(server):
    bob = WebSocket(server.ws, "/ws?user_id=bob")
    bob.receive_json()
    alice = WebSocket(server.ws, "/ws?user_id=alice")
    alice.receive_json()
    begin = time.monotonic()
    alice.send({"content": "later", "delay": 700})
    alice.send({"content": "now"})
    assert bob.receive_until(lambda m: m["type"] == "message")["content"] == "now"
    alice.cut()
    assert bob.receive_until(lambda m: m["type"] == "message")["content"] == "later"
    assert 0.6 < time.monotonic() - begin < 5
    bob.close()


def test_malformed_frames_are_answered_and_the_connection_lives(server):
    alice = WebSocket(server.ws, "/ws?user_id=alice")
    alice.receive_json()
    for bad in ("not json", "[1,2]", '"text"', '{"content":5}', '{"content":"x","delay":-1}', '{"content":"x","delay":"soon"}'):
        alice.send(bad)
        error = alice.receive_json()
        assert error["type"] == "error" and error["code"] == "invalid_argument", bad
    alice.send({"content": "still here"})
    assert alice.receive_json()["content"] == "still here"
    alice.close()


def test_invalid_utf8_closes_with_1007(server):
    alice = WebSocket(server.ws, "/ws?user_id=alice")
    alice.receive_json()
    alice.send_frame(1, b'{"content":"\xff"}')
    with pytest.raises(WebSocketClosed) as closed:
        while True:
            alice.receive()
    assert closed.value.code == 1007
