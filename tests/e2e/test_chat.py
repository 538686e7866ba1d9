"""One log, many doors: the lecture's WebSocket, polling and SSE see the same, and resume anywhere."""
import asyncio
import json
import time
import urllib.parse

import pytest
from wire import EventSource, WebSocket


def seqs(messages):
    return [m["seq"] for m in messages]


def test_the_lectures_frames(server):
    alice, john = WebSocket(server.http, "/chat"), WebSocket(server.http, "/chat")
    # The Dart client of the lecture, and the frame with `text` on its HTTP slide.
    alice.send({"type": "message", "content": "Hello", "user": "Alice"})
    for client in (alice, john):
        m = client.receive_json()
        assert (m["type"], m["content"], m["user"], m["room"]) == ("message", "Hello", "Alice", "lobby")
        assert m["seq"] > 0 and m["id"] and m["timestamp"].endswith("Z")
    john.send({"type": "message", "text": "Hi there!", "user": "Jane", "colour": "red", "n": [1, 2.50, None]})
    for client in (alice, john):
        m = client.receive_json()
        assert (m["content"], m["user"], m["colour"], m["n"]) == ("Hi there!", "Jane", "red", [1, 2.5, None])
    alice.close()
    john.close()


def test_all_doors_see_the_same_in_the_same_order(server):
    room = "doors"
    ws = WebSocket(server.http, f"/chat?room={room}")
    events = EventSource(server.http, f"/api/messages/stream?room={room}")
    assert events.status == 200 and "text/event-stream" in events.head
    for n in range(30):
        if n % 3 == 0:
            answer = server.post(f"/api/messages?room={room}", {"user": "poll", "content": str(n)})
            assert answer.status == 201 and answer.json()["seq"] == n + 1 and answer.json()["id"]
        else:
            ws.send({"user": "ws", "content": str(n)})
            while ws.receive_json()["content"] != str(n):
                pass
    polled = server.messages(room)
    streamed = [events.next() for _ in range(30)]
    assert [m["content"] for m in polled] == [str(n) for n in range(30)]
    assert seqs(polled) == list(range(1, 31))
    assert [json.loads(e["data"]) for e in streamed] == polled
    assert [e["id"] for e in streamed] == [str(s) for s in range(1, 31)]
    ws.close()
    events.cut()


def test_polling_as_on_the_slide(server):
    room = "slide"
    since = int(time.time())
    empty = server.get(f"/api/messages?room={room}&since={since}").json()
    assert empty["messages"] == [] and empty["has_new"] is False
    server.post(f"/api/messages?room={room}", {"user": "a", "content": "one"})
    page = server.get(f"/api/messages?room={room}&since={since}").json()
    assert page["has_new"] is True and [m["content"] for m in page["messages"]] == ["one"]
    # The cursor of the empty page loses nothing either.
    assert server.get(f"/api/messages?room={room}&since={empty['next']}").json()["messages"] == page["messages"]
    # Going on from `next` repeats nothing.
    assert server.get(f"/api/messages?room={room}&since={page['next']}").json()["has_new"] is False


def test_pages(server):
    room = "pages"
    for n in range(25):
        server.post(f"/api/messages?room={room}", {"user": "a", "content": str(n)})
    assert [m["content"] for m in server.messages(room, page=7)] == [str(n) for n in range(25)]


@pytest.mark.parametrize("query,field", [
    ("since=yesterday", "since"), ("limit=0", "limit"), ("limit=abc", "limit"), ("limit=1000000", "limit"),
    ("room=" + "x" * 200, "room"), ("room=" + urllib.parse.quote("a b"), "room"),
])
def test_bad_reads_name_the_field(server, query, field):
    answer = server.get("/api/messages?" + query)
    assert answer.status == 400
    problem = answer.json()
    assert problem["code"] == "invalid_argument" and problem["errors"][0]["field"] == field
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_websocket_resumes_from_every_position(server):
    room = "resume"
    for n in range(1, 21):
        server.post(f"/api/messages?room={room}", {"user": "a", "content": str(n)})
    for position in (0, 1, 10, 19, 20):
        client = WebSocket(server.http, f"/chat?room={room}&since={position}")
        got = [client.receive_json()["seq"] for _ in range(20 - position)]
        assert got == list(range(position + 1, 21))
        client.close()


def test_sse_resumes_by_last_event_id(server):
    room = "sse-resume"
    for n in range(1, 11):
        server.post(f"/api/messages?room={room}", {"user": "a", "content": str(n)})
    events = EventSource(server.http, f"/api/messages/stream?room={room}", last_event_id=4)
    assert [int(events.next()["id"]) for _ in range(6)] == [5, 6, 7, 8, 9, 10]
    events.cut()


def test_a_position_that_is_not_there_is_a_gap(server):
    room = "gap"
    server.post(f"/api/messages?room={room}", {"user": "a", "content": "one"})
    events = EventSource(server.http, f"/api/messages/stream?room={room}", last_event_id=999)
    assert events.next()["event"] == "gap"
    events.cut()


def test_readers_cut_off_anywhere_lose_and_repeat_nothing_across_restarts(launch):
    server = launch()
    room, total = "cuts", 60
    poll_since, polled, streamed, framed = "0", [], [], []
    for n in range(1, total + 1):
        assert server.post(f"/api/messages?room={room}", {"user": "a", "content": str(n)}).status == 201
        if n % 7 == 0:
            page = server.get(f"/api/messages?room={room}&since={poll_since}&limit=3").json()
            polled += seqs(page["messages"])
            poll_since = page["next"]
        if n % 5 == 0:
            last = streamed[-1] if streamed else 0
            events = EventSource(server.http, f"/api/messages/stream?room={room}", last_event_id=last)
            streamed += [int(events.next()["id"]) for _ in range(min(3, n - last))]
            events.cut()
        if n % 4 == 0:
            last = framed[-1] if framed else 0
            client = WebSocket(server.http, f"/chat?room={room}&since={last}")
            framed += [client.receive_json()["seq"] for _ in range(min(2, n - last))]
            client.cut()
        if n == 30:
            assert server.stop() == 0
            server.start()
        if n == 45:
            server.kill()
            server.start()
    while True:
        page = server.get(f"/api/messages?room={room}&since={poll_since}&limit=9").json()
        if not page["has_new"]:
            break
        polled += seqs(page["messages"])
        poll_since = page["next"]
    events = EventSource(server.http, f"/api/messages/stream?room={room}", last_event_id=streamed[-1])
    streamed += [int(events.next()["id"]) for _ in range(total - streamed[-1])]
    client = WebSocket(server.http, f"/chat?room={room}&since={framed[-1]}")
    framed += [client.receive_json()["seq"] for _ in range(total - framed[-1])]
    assert polled == streamed == framed == list(range(1, total + 1))


def test_a_reader_that_joins_under_load_sees_everything_once(server):
    room, total = "busy", 400
    writer = WebSocket(server.http, f"/chat?room={room}")
    readers, got = [], []
    for n in range(total):
        writer.send({"user": "w", "content": str(n)})
        if n % 40 == 0:
            readers.append(WebSocket(server.http, f"/chat?room={room}&since=0"))
            got.append([])
    for reader, seen in zip(readers, got):
        while len(seen) < total:
            seen.append(reader.receive_json()["seq"])
        assert seen == list(range(1, total + 1))
        reader.close()
    writer.close()


def test_a_delayed_message_survives_a_restart(launch):
    server = launch()
    answer = server.post("/api/messages", {"user": "a", "content": "later", "delay": 1500})
    assert answer.status == 201 and "seq" not in answer.json()
    server.kill()
    server.start()
    events = EventSource(server.http, "/api/messages/stream", last_event_id=0)
    event = events.next(timeout=20)
    assert json.loads(event["data"])["content"] == "later" and event["id"] == "1"
    assert [m["content"] for m in server.messages()] == ["later"]


def test_an_independent_client_library(server):
    import websockets

    async def talk():
        uri = f"ws://127.0.0.1:{server.http}/chat?room=library"
        async with websockets.connect(uri) as a, websockets.connect(uri) as b:
            await a.send(json.dumps({"type": "message", "content": "héllo 🌍", "user": "A"}))
            for client in (a, b):
                assert json.loads(await asyncio.wait_for(client.recv(), 10))["content"] == "héllo 🌍"

    asyncio.run(talk())


def test_echo_takes_sixteen_mebibytes(server):
    client = WebSocket(server.http, "/echo")
    for payload in ("", "text", "x" * 70_000, b"\x00\x01", b"y" * (16 << 20)):
        client.send(payload)
        assert client.receive(timeout=60) == payload
    client.close()
