"""HTTP/1.1 as the RFCs have it, and what breaks them."""
import json
import socket
import time

import pytest
from wire import WebSocket, exchange, reset

GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


@pytest.mark.parametrize("raw,status", [
    (b"GARBAGE\r\n\r\n", 400),
    (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\x00c\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n", 400),
    (b"GET /a\x01b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX", 400),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    (b"POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n", 413),
    (b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"b" * 40000 + b"\r\n\r\n", 431),
    (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
])
def test_malformed_requests_are_refused_and_the_connection_closed(server, raw, status):
    answer, closed = exchange(server.http, raw)
    assert status_of(answer) == status, answer[:200]
    # A method that is merely unknown leaves the connection in order; everything ambiguous closes it.
    if not raw.startswith(b"BREW"):
        assert closed, answer[:200]
    assert server.get("/health/live").status == 200


def test_pipelined_requests_are_answered_in_order(server):
    answer, _ = exchange(server.http, (GET + b"\r\n") * 5 + b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" + GET +
                         b"Connection: close\r\n\r\n")
    statuses = [int(part.split(b" ", 1)[0]) for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200] * 5 + [404, 200]


def test_head_has_the_headers_of_get_without_a_body(server):
    get, head = server.get("/health/live"), server.request("HEAD", "/health/live")
    assert head.status == 200 and head.body == b""
    assert head.headers["Content-Length"] == str(len(get.body))


def test_methods(server):
    answer = server.request("PUT", "/health/live")
    assert answer.status == 405 and "GET" in answer.headers["Allow"]
    options = server.request("OPTIONS", "/api/v1/users")
    assert options.status in (200, 204) and "POST" in options.headers["Allow"]
    assert server.get("/nowhere").status == 404
    assert server.get("/nowhere").json()["code"] == "not_found"


def test_chunked_bodies(server):
    body = json.dumps({"a": 5, "b": 3}).encode()
    chunks = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body)
    answer, _ = exchange(server.http, b"POST /api/v1/calculate/add HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                         b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks +
                         b"0\r\nTrailer: yes\r\n\r\n")
    assert status_of(answer) == 200 and b'"result":8' in answer


def test_expect_continue(server):
    with socket.create_connection(("127.0.0.1", server.http), 10) as s:
        s.sendall(b"POST /api/v1/calculate/add HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                  b"Content-Type: application/json\r\nContent-Length: 13\r\n\r\n")
        assert s.recv(1000).startswith(b"HTTP/1.1 100")
        s.sendall(b'{"a":1,"b":2}')
        assert s.recv(1000).startswith(b"HTTP/1.1 200")
    answer, _ = exchange(server.http, b"POST /nowhere HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                         b"Content-Length: 13\r\n\r\n", timeout=3)
    assert status_of(answer) == 404


def test_http_1_0(server):
    answer, closed = exchange(server.http, b"GET /health/live HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 200 and closed


def test_traces_and_request_ids(server):
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = server.get("/nowhere", headers={"traceparent": parent, "X-Request-Id": "my-request"})
    assert answer.headers["X-Request-Id"] == "my-request"
    assert answer.headers["traceparent"].split("-")[1] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert answer.json()["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    one, two = server.get("/health/live"), server.get("/health/live")
    assert one.headers["X-Request-Id"] != two.headers["X-Request-Id"]


def test_cors(server):
    answer = server.request("OPTIONS", "/api/v1/users", headers={
        "Origin": "http://localhost:5000", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type"})
    assert answer.status in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "http://localhost:5000")
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "content-type" in answer.headers["Access-Control-Allow-Headers"].lower() or \
        answer.headers["Access-Control-Allow-Headers"] == "*"
    for path in ("/api/v1/users", "/nowhere"):
        assert server.get(path, headers={"Origin": "http://localhost:5000"}).headers["Access-Control-Allow-Origin"]


@pytest.mark.parametrize("body", [
    b"", b"{", b"[1,]", b'{"name":"a"', b'"text"', b"null", b"{\"name\":\"\xff\xfe\"}", b"[" * 100000,
    b'{"name":"John Doe","name":"x","email":"a@b.cd"}', b'{"a":1}{}', b"{'a':1}", b'{"name":\x00}',
])
def test_bad_json_is_a_problem(server, body):
    answer = server.request("POST", "/api/v1/users", body)
    assert answer.status == 400 and answer.json()["code"] == "invalid_argument"


def test_media_types(server):
    """What clients send by default is read as JSON; what says that it is something else is not."""
    for kind in ("text/plain; charset=utf-8", "application/x-www-form-urlencoded", "APPLICATION/JSON", "a/b+json"):
        answer = server.request("POST", "/api/v1/calculate/add", b'{"a":1,"b":2}', headers={"Content-Type": kind})
        assert answer.status == 200, kind
    for kind in ("application/xml", "multipart/form-data; boundary=x", "application/octet-stream"):
        assert server.request("POST", "/api/v1/users", b"{}", headers={"Content-Type": kind}).status == 415


def test_health_and_metrics(server):
    health = server.get("/health").json()
    assert health["status"] == "healthy" and health["version"] and health["uptime"]
    assert "healthy" in set(health["dependencies"].values())
    assert server.get("/health/live").status == 200 and server.get("/health/ready").status == 200
    metrics = server.get("/metrics")
    text = metrics.body.decode()
    assert metrics.headers["Content-Type"].startswith("text/plain")
    assert "http_requests_total" in text and "http_request_duration_seconds_bucket" in text
    server.get("/raw/path/never/a/label")
    text = server.get("/metrics").body.decode()
    assert "never/a/label" not in text and 'route="unmatched",status="404"' in text


def test_openapi_names_the_operations(server):
    document = server.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1") and "/api/v1/users/{id}" in document["paths"]
    assert document["components"]["schemas"]


def test_slow_heads_time_out(launch):
    server = launch("--set", "net.header_timeout=300ms")
    begin = time.monotonic()
    answer, closed = exchange(server.http, b"GET / HTTP/1.1\r\nHos")
    assert closed and time.monotonic() - begin < 5
    assert status_of(answer) == 408


def test_half_open_and_reset_connections_harm_nobody(server):
    sockets = [socket.create_connection(("127.0.0.1", server.http)) for _ in range(50)]
    for n, s in enumerate(sockets):
        s.sendall(GET[:n])
    for n, s in enumerate(sockets):
        if n % 2:
            reset(s)
        else:
            s.close()
    assert server.get("/health/live").status == 200


@pytest.mark.parametrize("head,status", [
    (b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", 400),
    (b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n", 400),
    (b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
     b"Sec-WebSocket-Version: 8\r\n", 426),
    (b"", 426),
])
def test_broken_handshakes(server, head, status):
    answer, _ = exchange(server.http, b"GET /chat HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n", timeout=2)
    assert status_of(answer) == status


def test_too_many_connections_are_refused_kindly(launch):
    server = launch("--set", "net.max_connections=5")
    assert server.get("/health/live").status == 200
    held = [WebSocket(server.http, "/echo") for _ in range(5)]
    answer, closed = exchange(server.http, GET + b"\r\n")
    assert closed and status_of(answer) == 503
    held[0].close()
    deadline = time.monotonic() + 10
    while True:
        try:
            if server.get("/health/live").status == 200:
                break
        except OSError:
            pass
        assert time.monotonic() < deadline
    for ws in held[1:]:
        ws.close()
