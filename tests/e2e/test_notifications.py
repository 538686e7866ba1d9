"""Notifications: one log, two live doors (SSE and WebSocket) and pages; fed by orders and by mentions in the chat."""
import json
import socket
import threading
import time
import urllib.parse

import pytest
from wire import EventSource, WebSocket, WebSocketClosed

STREAM = "/api/v1/notifications/stream"


def stream(server, user, last=None, **query):
    return EventSource(server.http, f"{STREAM}?{urllib.parse.urlencode({'user_id': user, **query})}", last)


def sock(server, user, **query):
    return WebSocket(server.http, f"{STREAM}?{urllib.parse.urlencode({'user_id': user, **query})}")


def send(server, user, title, **more):
    answer = server.post("/api/v1/notifications", {"user_id": user, "title": title, **more})
    assert answer.status == 201, answer.body
    return answer.json()


def broadcast(server, title, **more):
    answer = server.post("/api/v1/notifications/broadcast", {"title": title, **more})
    assert answer.status == 201, answer.body
    return answer.json()


def log_of(server, user, since="0", limit=1000, **query):
    """Everything a user sees behind a position, page by page."""
    out = []
    while True:
        more = urllib.parse.urlencode({"user_id": user, "since": since, "limit": limit, **query})
        page = server.get(f"/api/v1/notifications?{more}").json()
        out += page["notifications"]
        since = page["next"]
        if not page["more"]:
            return out


def data(event):
    return json.loads(event["data"])


def welcomed(source):
    event = source.next()
    assert event["event"] == "notification" and event["id"] is None
    return source


def test_the_welcome_is_first_and_stands_in_no_log(server):
    events, ws = stream(server, "ann"), sock(server, "ann")
    first, frame = events.next(), ws.receive_json()
    for welcome in (data(first), frame):
        assert (welcome["type"], welcome["title"]) == ("INFO", "Connected")
        assert welcome["message"] == "You are now connected to notifications"
        assert welcome["user_id"] == "ann" and welcome["id"] and "seq" not in welcome
    sent = send(server, "ann", "Hello", message="Wörld", type="SUCCESS", data={"k": "v"})
    assert (sent["user_id"], sent["type"], sent["message"], sent["data"]) == ("ann", "SUCCESS", "Wörld", {"k": "v"})
    event = events.next()
    assert (event["event"], event["id"]) == ("notification", str(sent["seq"]))
    assert data(event) == sent == ws.receive_json()
    assert log_of(server, "ann")[-1] == sent
    assert all(n["title"] != "Connected" for n in log_of(server, "ann"))
    events.cut()
    ws.close()


def test_two_users_and_everybody(server):
    one, two = welcomed(stream(server, "one")), sock(server, "two")
    two.receive_json()
    mine, his, all_ = send(server, "one", "mine"), send(server, "two", "his"), broadcast(server, "all")
    assert all_["user_id"] == ""
    assert [data(one.next()) for _ in range(2)] == [mine, all_]
    assert [two.receive_json() for _ in range(2)] == [his, all_]
    assert log_of(server, "one", since=str(mine["seq"] - 1)) == [mine, all_]
    one.cut()
    two.close()


@pytest.mark.parametrize("types", ["types=ERROR&types=ORDER_UPDATE", "types=ERROR,ORDER_UPDATE"])
def test_only_the_asked_types(server, types):
    events = EventSource(server.http, f"{STREAM}?user_id=typed&{types}")
    ws = WebSocket(server.http, f"{STREAM}?user_id=typed&{types}")
    welcomed(events), ws.receive_json()  # the welcome is an INFO, and comes all the same
    send(server, "typed", "no")
    broadcast(server, "no", type="WARNING")
    wanted = [send(server, "typed", "yes", type="ORDER_UPDATE"), broadcast(server, "yes", type="ERROR")]
    assert [data(events.next()) for _ in range(2)] == wanted == [ws.receive_json() for _ in range(2)]
    more = server.get(f"/api/v1/notifications?user_id=typed&since={wanted[0]['seq'] - 3}&{types}").json()
    assert more["notifications"] == wanted
    events.cut()
    ws.close()


def test_resume_after_a_cut_and_after_a_restart(launch):
    server = launch()
    events, ws = welcomed(stream(server, "bob")), sock(server, "bob")
    ws.receive_json()
    first = send(server, "bob", "1")
    send(server, "eve", "not his")
    assert data(events.next()) == first == ws.receive_json()
    events.cut()
    ws.cut()
    missed = [send(server, "bob", "2"), broadcast(server, "3")]
    events, ws = welcomed(stream(server, "bob", last=first["seq"])), sock(server, "bob", since=first["seq"])
    ws.receive_json()
    assert [data(events.next()) for _ in range(2)] == missed == [ws.receive_json() for _ in range(2)]
    last = send(server, "bob", "4")
    assert data(events.next()) == last == ws.receive_json()

    assert server.stop() == 0
    assert events.next()["event"] == "restart"
    with pytest.raises(WebSocketClosed) as closed:
        ws.receive()
    assert closed.value.code == 1012 and "since" in closed.value.reason
    server.start()
    events, ws = welcomed(stream(server, "bob", last=missed[0]["seq"])), sock(server, "bob", since=missed[0]["seq"])
    ws.receive_json()
    new = send(server, "bob", "5")
    wanted = [missed[1], last, new]
    assert [data(events.next()) for _ in range(3)] == wanted == [ws.receive_json() for _ in range(3)]
    assert new["seq"] == last["seq"] + 1
    # Without a position only what comes from now on.
    live = welcomed(stream(server, "bob"))
    newest = send(server, "bob", "6")
    assert data(live.next()) == newest


def test_a_gap_is_told(launch):
    server = launch("--set", "notifications.keep=5", "--set", "notifications.prune_interval=1s")
    for n in range(1, 21):
        send(server, "bob", str(n))
    deadline = time.monotonic() + 20
    while len(log_of(server, "bob")) > 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    events, ws = welcomed(stream(server, "bob", last=2)), sock(server, "bob", since=2)
    ws.receive_json()
    gap = events.next()
    assert (gap["event"], gap["id"]) == ("gap", "15")
    for told in (data(gap), ws.receive_json()):
        assert (told["type"], told["from"], told["to"]) == ("gap", 3, 15)
    kept = [data(events.next()) for _ in range(5)]
    assert [n["title"] for n in kept] == [str(n) for n in range(16, 21)]
    assert [ws.receive_json() for _ in range(5)] == kept
    assert server.get("/api/v1/notifications?user_id=bob&since=2").json()["gap"] is True
    # A position beyond the end was given by another log.
    beyond = welcomed(stream(server, "bob", last=999))
    gap = beyond.next()
    assert (gap["event"], gap["id"], data(gap)["to"]) == ("gap", "0", 999)


def test_an_order_tells_its_user(server):
    user = server.post("/api/v1/users", {"name": "Orla", "email": "orla@example.com", "age": 30, "city": "Cork",
                                         "country": "IE"}).json()["id"]
    events = welcomed(stream(server, user, types="ORDER_UPDATE"))
    made = server.post("/api/v1/orders", {"user_id": user, "shipping_address": "1 Main St",
                                          "items": [{"product_id": "p", "quantity": 3, "price": 19.99, "name": "Pen"}]})
    assert made.status == 201, made.body
    order = made.json()["id"]
    assert server.request("PATCH", f"/api/v1/orders/{order}/status", {"status": "CONFIRMED"}).status == 200
    created, confirmed = data(events.next()), data(events.next())
    assert created["data"] == {"order_id": order, "status": "PENDING", "total": "59.97"}
    assert confirmed["data"] == {"order_id": order, "status": "CONFIRMED", "previous": "PENDING", "total": "59.97"}
    assert confirmed["user_id"] == user and confirmed["type"] == "ORDER_UPDATE"
    events.cut()


def test_a_mention_tells_whom_it_names(server):
    events = welcomed(stream(server, "mia"))
    answer = server.post("/api/messages?room=talk", {"user": "mia", "content": "I, @mia, tell nobody"})
    assert answer.status == 201
    said = server.post("/api/messages?room=talk", {"user": "ann", "content": "hi @mia and @mia"}).json()
    told = data(events.next())
    assert (told["type"], told["user_id"], told["message"]) == ("USER_MESSAGE", "mia", "hi @mia and @mia")
    assert told["data"] == {"room": "talk", "message_id": said["id"], "seq": str(said["seq"]), "from": "ann"}
    assert [n["id"] for n in log_of(server, "mia", types="USER_MESSAGE")] == [told["id"]]
    events.cut()


@pytest.mark.parametrize("body,field", [
    ({"title": "t"}, "user_id"), ({"user_id": "b"}, "title"), ({"user_id": "b", "title": "t" * 201}, "title"),
    ({"user_id": "b", "title": "t", "type": "LOUD"}, "type"), ({"user_id": "b", "title": "t", "message": "m" * 4001}, "message"),
    ({"user_id": "b", "title": "t", "data": {str(n): "" for n in range(33)}}, "data"),
    ({"user_id": "b", "title": "t", "data": {"k": "v" * 1001}}, "data.k"),
    ({"user_id": "b", "title": "t", "data": {"a\nb": "v"}}, "data.a\nb"),
])
def test_bad_notifications_name_the_field(server, body, field):
    answer = server.post("/api/v1/notifications", body)
    assert answer.status == 400 and answer.json()["code"] == "invalid_argument"
    assert field in [e["field"] for e in answer.json()["errors"]], answer.body


@pytest.mark.parametrize("query,field", [("", "user_id"), ("user_id=b&types=LOUD", "types"),
                                         ("user_id=b&since=x", "since"), ("user_id=b&since=-1", "since"),
                                         ("user_id=" + "b" * 101, "user_id")])
def test_bad_streams_name_the_field(server, query, field):
    answer = server.get(f"{STREAM}?{query}")
    assert answer.status == 400
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    with pytest.raises(ConnectionError) as refused:
        WebSocket(server.http, f"{STREAM}?{query}")
    assert " 400 " in str(refused.value)
    answer = server.get(f"{STREAM}?user_id=b", headers={"Last-Event-ID": "x"})
    assert answer.json()["errors"][0]["field"] == "Last-Event-ID"


def test_what_a_listener_says(server):
    ws = sock(server, "talker")
    ws.receive_json()
    ws.send({"type": "ping"})
    assert ws.receive_json()["type"] == "pong"
    for bad in ("{", "[]", {"type": "message"}, {}, b"\x00"):
        ws.send(bad)
        error = ws.receive_json()
        assert (error["type"], error["code"]) == ("error", "invalid_argument"), bad
    assert send(server, "talker", "still here") == ws.receive_json()
    ws.close()


def test_json_rpc_has_the_same_operations(server):
    events = welcomed(stream(server, "rpc"))
    for method, params in (("sendNotification", {"user_id": "rpc", "title": "one"}), ("broadcast", {"title": "two"})):
        answer = server.post("/rpc", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()
        assert answer["result"]["title"] == params["title"], answer
        assert data(events.next())["title"] == params["title"]
    events.cut()


def test_a_slow_reader_is_told_how_to_resume_and_loses_nothing(launch):
    server = launch("--set", "net.send_buffer=64KiB", "--set", "net.write_timeout=2s")
    slow = socket.create_connection(("127.0.0.1", server.http))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.sendall(f"GET {STREAM}?user_id=slow HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    quick = welcomed(stream(server, "slow"))
    body = {"user_id": "slow", "message": "m" * 4000, "data": {str(n): "v" * 1000 for n in range(30)}}
    sent = []
    for n in range(300):
        sent.append(send(server, title=str(n), **{"user": body["user_id"]}, **{k: body[k] for k in ("message", "data")}))
        assert data(quick.next()) == sent[-1]
    slow.settimeout(20)
    raw = b""
    try:
        while chunk := slow.recv(1 << 20):
            raw += chunk
    except ConnectionResetError:
        pass
    assert b"event: overflow" in raw and b"Last-Event-ID" in raw
    seen = [int(line[4:]) for line in raw.decode().splitlines() if line.startswith("id: ")]
    assert seen == [n["seq"] for n in sent[:len(seen)]] and len(seen) < 300
    last = seen[-1] if seen else 0
    again = welcomed(stream(server, "slow", last=last))
    assert [data(again.next())["seq"] for _ in range(len(sent) - len(seen))] == [n["seq"] for n in sent[len(seen):]]


def test_killed_under_load_everything_acknowledged_is_told_exactly_once(launch):
    """Notifications that were answered, orders that changed and mentions that were said: each is there once."""
    server = launch()
    user = server.post("/api/v1/users", {"name": "Kate", "email": "kate@example.com", "age": 30, "city": "Cork",
                                         "country": "IE"}).json()["id"]
    sent, orders, said, asked = set(), set(), set(), {"sent": 0, "orders": 0, "said": 0}
    running = threading.Event()
    running.set()

    def hammer(name, path, body, keep):
        while running.is_set():
            asked[name] += 1
            try:
                answer = server.post(path, body(asked[name]))
                if answer.status == 201:
                    keep.add(answer.json()["id"])
            except OSError:
                time.sleep(0.02)
            except Exception:  # an answer cut in the middle
                time.sleep(0.02)

    work = [("sent", "/api/v1/notifications", lambda n: {"user_id": user, "title": f"n{n}"}, sent),
            ("orders", "/api/v1/orders", lambda n: {"user_id": user, "shipping_address": "1 Main St", "items": [
                {"product_id": "p", "quantity": 1, "price": 1.00, "name": "Pen"}]}, orders),
            ("said", "/api/messages", lambda n: {"user": "ann", "content": f"@kate {n}"}, said)]
    threads = [threading.Thread(target=hammer, args=w) for w in work]
    for thread in threads:
        thread.start()
    seen, last = [], 0

    def listen(until):
        """Reads the user's stream from where it was, until the server goes or `until` is done."""
        nonlocal last
        try:
            events = stream(server, user, last=last)
            while not until():
                try:
                    event = events.next(timeout=0.3)
                except (TimeoutError, socket.timeout):
                    continue
                if event["id"] is not None:
                    assert event["event"] == "notification"
                    last = int(event["id"])
                    seen.append(data(event))
        except (EOFError, OSError):
            pass

    for _ in range(4):
        end = time.monotonic() + 1.5
        killer = threading.Timer(1.0, server.kill)
        killer.start()
        listen(lambda: time.monotonic() > end)
        killer.join()
        server.start()
    running.clear()
    for thread in threads:
        thread.join()

    def complete():
        known = {n["id"] for n in seen}
        return sent <= known and orders <= {n["data"].get("order_id") for n in seen}
    end = time.monotonic() + 30
    listen(lambda: complete() or time.monotonic() > end)
    assert complete()
    ids = [n["id"] for n in seen]
    assert len(ids) == len(set(ids))
    assert [n["seq"] for n in seen] == sorted(n["seq"] for n in seen)
    of_orders = [n["data"]["order_id"] for n in seen if n["type"] == "ORDER_UPDATE"]
    assert len(of_orders) == len(set(of_orders)) and orders <= set(of_orders)
    kate = {"user_id": "kate"}
    while said - {n["data"]["message_id"] for n in log_of(server, **{"user": kate["user_id"]})}:
        assert time.monotonic() < end
        time.sleep(0.05)
    mentions = [n["data"]["message_id"] for n in log_of(server, "kate") if n["type"] == "USER_MESSAGE"]
    assert len(mentions) == len(set(mentions)) and said <= set(mentions)
    assert len(sent) > 10 and len(orders) > 10 and len(said) > 10
