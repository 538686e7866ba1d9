"""Rooms, history, presence, typing, direct messages, rates, and frames that are refused: over the wire."""
import json
import time
import urllib.parse

import pytest
from wire import EventSource, WebSocket, WebSocketClosed


def kind(wanted):
    return lambda m: m["type"] == wanted


def test_rooms_are_made_renamed_and_listed(launch):
    server = launch()
    assert server.get("/api/rooms").json() == {"rooms": [], "total": 0, "more": False}
    assert server.get("/api/rooms/attic").status == 404
    made = server.request("PUT", "/api/rooms/attic", {"title": "The attic", "topic": "Old things"})
    assert made.status == 200 and made.json()["title"] == "The attic" and made.json()["last_seq"] == 0
    server.post("/api/messages?room=lobby", {"user": "a", "content": "x"})
    server.post("/api/messages/direct", {"user": "a", "to": "b", "content": "x"})
    for name in ("cellar", "barn"):
        server.post("/api/messages", {"room": name, "user": "a", "content": "x"})
    names, after = [], ""
    while True:
        page = server.get(f"/api/rooms?limit=3&after={after}").json()
        assert page["total"] == 4
        names += [room["name"] for room in page["rooms"]]
        if not page["more"]:
            break
        after = names[-1]
    assert names == ["attic", "barn", "cellar", "lobby"]
    assert server.request("PUT", "/api/rooms/attic", {"title": "Dachboden"}).json()["topic"] == ""
    server.kill()
    server.start()
    assert server.get("/api/rooms/attic").json()["title"] == "Dachboden"
    assert server.get("/api/rooms/barn").json()["last_seq"] == 1
    bad = server.request("PUT", "/api/rooms/attic", {"title": ""})
    assert bad.status == 400 and bad.json()["errors"][0]["field"] == "title"
    assert server.request("PUT", "/api/rooms/" + urllib.parse.quote("a b"), {"title": "x"}).status == 400


def test_history_in_both_directions(server):
    room = "history"
    for n in range(1, 26):
        server.post(f"/api/messages?room={room}", {"user": "a", "content": str(n)})
    page = server.get(f"/api/messages?room={room}&limit=7").json()
    assert [m["seq"] for m in page["messages"]] == list(range(19, 26))
    back = [m["seq"] for m in page["messages"]]
    while "previous" in page:
        page = server.get(f"/api/messages?room={room}&limit=7&before={page['previous']}").json()
        back = [m["seq"] for m in page["messages"]] + back
        assert page["gap"] is False
    assert back == list(range(1, 26))
    forth = server.get(f"/api/messages?room={room}&limit=7&since={page['next']}").json()
    assert forth["messages"][0]["seq"] == page["messages"][-1]["seq"] + 1
    both = server.get(f"/api/messages?room={room}&since=s1&before=s9")
    assert both.status == 400 and both.json()["errors"][0]["field"] == "before"


def test_presence_and_typing(server):
    room = "/chat?room=people"
    plain = WebSocket(server.http, room)
    alice = WebSocket(server.http, room + "&user=alice")
    here = alice.receive_json()
    assert (here["type"], here["event"], here["users"], here["total"]) == ("presence", "here", ["alice"], 1)
    bob = WebSocket(server.ws, "/ws?room=people&user_id=bob")
    assert bob.receive_json()["type"] == "system"
    joined = alice.receive_json()
    assert (joined["type"], joined["event"], joined["user"], joined["room"]) == ("presence", "join", "bob", "people")
    assert server.get("/api/rooms/people/presence").json() == {"room": "people", "users": ["alice", "bob"], "total": 2}
    bob.send({"type": "typing"})
    typing = alice.receive_json()
    assert (typing["type"], typing["user"], typing["room"], typing["content"]) == ("typing", "bob", "people", "")
    assert server.post("/api/rooms/people/typing", {"user": "carol"}).status == 204
    assert alice.receive_json()["user"] == "carol"
    assert bob.receive_json()["user"] == "carol"
    bob.cut()
    left = alice.receive_json()
    assert (left["event"], left["user"]) == ("leave", "bob")
    alice.send({"content": "Hello"})
    assert plain.receive_json()["content"] == "Hello"  # the first that it hears
    alice.close()
    plain.close()
    deadline = time.monotonic() + 10
    while server.get("/api/rooms/people/presence").json()["total"] > 0:
        assert time.monotonic() < deadline


def test_direct_messages(launch):
    server = launch()
    alice = WebSocket(server.http, "/chat?user=alice")
    bob = WebSocket(server.ws, "/ws?user_id=bob&room=elsewhere")
    alice.send({"type": "direct", "to": "bob", "content": "Hi", "client_id": "c1"})
    got = bob.receive_until(kind("direct"))
    assert (got["user"], got["to"], got["content"], got["room"], got["seq"], got["client_id"]) == \
        ("alice", "bob", "Hi", "@bob", 1, "c1")
    frames = [alice.receive_until(lambda m: m["type"] in ("direct", "delivered")) for _ in range(2)]
    own = next(m for m in frames if m["type"] == "direct")
    delivered = next(m for m in frames if m["type"] == "delivered")
    assert (own["id"], own["room"], own["seq"]) == (got["id"], "@alice", 1)
    assert (delivered["id"], delivered["to"], delivered["seq"]) == (got["id"], "bob", 1)
    bob.close()
    answer = server.post("/api/messages/direct", {"from": "carol", "to": "bob", "text": "by REST"}, body_checked=False)
    assert answer.status == 201 and (answer.json()["room"], answer.json()["seq"]) == ("@bob", 2)
    alice.close()
    server.kill()
    server.start()
    # Every door of a room is a door of an inbox.
    polled = server.get("/api/messages?room=@bob&since=0").json()["messages"]
    assert [m["content"] for m in polled] == ["Hi", "by REST"] and polled[0]["id"] == got["id"]
    events = EventSource(server.http, "/api/messages/stream?room=@bob", last_event_id=1)
    assert json.loads(events.next()["data"]) == polled[1]
    events.cut()
    bob = WebSocket(server.http, "/chat?user=bob&since_direct=1")
    assert bob.receive_until(kind("direct")) == polled[1]
    bob.close()
    refused = server.post("/api/messages", {"room": "@bob", "user": "a", "content": "x"})
    assert refused.status == 400 and refused.json()["errors"][0]["field"] == "room"


def test_a_sender_that_is_too_fast_is_told_when_to_go_on(launch):
    server = launch("--set", "chat.messages_per_second=1", "--set", "chat.burst=2")
    client = WebSocket(server.http, "/chat?room=fast")
    for n in range(3):
        client.send({"user": "quick", "content": str(n)})
    error = client.receive_until(kind("error"))
    assert (error["code"], error["retry_after"]) == ("resource_exhausted", 1)
    for _ in range(50):  # a slow machine may have earned a message meanwhile
        answer = server.post("/api/messages?room=fast", {"user": "quick", "content": "x"})
        if answer.status != 201:
            break
    assert answer.status == 429 and int(answer.headers["Retry-After"]) == 1
    client.send({"user": "calm", "content": "others go on"})
    assert client.receive_until(lambda m: m.get("user") == "calm")["content"] == "others go on"
    client.close()


@pytest.mark.parametrize("path", ["/chat", "/ws?user_id=big"])
def test_a_frame_too_large_is_told_the_limit_and_the_connection_lives_on(server, path):
    client = WebSocket(server.http, path)
    for size in (65_537, 200_000, 5_000_000):
        client.send("x" * size)
        error = client.receive_until(kind("error"), timeout=60)
        assert error["code"] == "invalid_argument"
        assert "65536" in error["content"] and str(size) in error["content"]
    client.send(b"\x00\x01")
    assert "binary" in client.receive_until(kind("error"))["content"]
    client.send({"content": "still here", "user": "big"})
    assert client.receive_until(kind("message"))["content"] == "still here"
    client.close()


def test_a_frame_beyond_all_measure_closes_with_1009(launch):
    server = launch("--set", "rest.max_refused_message=1MiB")
    client = WebSocket(server.http, "/chat")
    client.send("x" * (1 << 20))
    assert client.receive_until(kind("error"))["code"] == "invalid_argument"
    client.send("x" * ((1 << 20) + 1))
    with pytest.raises(WebSocketClosed) as closed:
        client.receive()
    assert closed.value.code == 1009


def test_thousands_of_typing_frames_and_visits_hold_no_memory(server):
    alice = WebSocket(server.http, "/chat?room=storm&user=alice")
    alice.receive_json()
    bob = WebSocket(server.http, "/chat?room=storm&user=bob")
    for _ in range(2000):
        bob.send({"type": "typing"})
    bob.send({"content": "done"})
    assert alice.receive_until(kind("message"))["content"] == "done"
    bob.close()
    assert alice.receive_until(lambda m: m.get("event") == "leave")["user"] == "bob"
    alice.close()
