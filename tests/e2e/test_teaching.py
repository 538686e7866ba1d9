"""The teaching endpoints, content coding and the header fields of every answer, over real sockets."""
import gzip
import json
import socket
import time

import pytest
from wire import exchange


def test_echo_shows_every_method(server):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = server.request(method, "/echo?a=1&a=2", None if method == "GET" else '{"n": [1, 2]}',
                                {"Authorization": "Basic hush", "X-Request-Id": "lecture-1"})
        seen = answer.json()
        assert (answer.status, seen["method"], seen["args"]) == (200, method, {"a": ["1", "2"]})
        assert seen["headers"]["Authorization"] == "Basic ***" and b"hush" not in answer.body
        assert seen["request_id"] == "lecture-1" and len(seen["trace_id"]) == 32
        if method != "GET":
            assert seen["json"] == {"n": [1, 2]} and seen["body"] == '{"n": [1, 2]}'
    assert server.request("HEAD", "/echo").status == 200


def test_bodies_that_are_no_text(server):
    assert server.post("/echo", b"\xff\x00").json()["body_base64"] == "/wA="
    assert server.post("/echo", "1,\"x\":2").json()["json"] is None


@pytest.mark.parametrize("status", [200, 201, 204, 205, 301, 304, 308, 400, 401, 404, 405, 418, 429, 451, 500, 503, 599])
def test_any_status(server, status):
    answer = server.get(f"/status/{status}")
    assert answer.status == status
    assert bool(answer.body) == (status not in (204, 205, 304))
    assert (answer.headers["Location"] == "/echo") == (status in (201, 301, 308))
    assert answer.headers["WWW-Authenticate"] == ("Bearer" if status == 401 else None)
    if status >= 400:
        assert answer.json()["status"] == status and answer.json()["trace_id"]


def test_bad_statuses_are_explained(server):
    for bad in ("99", "101", "600", "x", "200,"):
        answer = server.get(f"/status/{bad}")
        assert answer.status == 400 and answer.json()["errors"][0]["field"] == "codes"
    drawn = {server.get("/status/200,503").status for _ in range(40)}
    assert drawn == {200, 503}


def test_a_delay_keeps_nobody_else_waiting(server):
    with socket.create_connection(("127.0.0.1", server.http), 10) as slow:
        begin = time.monotonic()
        slow.sendall(b"GET /delay/700 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        for _ in range(20):
            assert server.get("/health/live").status == 200
        assert time.monotonic() - begin < 0.7
        assert slow.recv(4096).startswith(b"HTTP/1.1 200") and time.monotonic() - begin >= 0.7
    assert server.get("/delay/60000").status == 400


def chunks(raw):
    body, out = raw.split(b"\r\n\r\n", 1)[1], []
    while True:
        size, _, body = body.partition(b"\r\n")
        if int(size, 16) == 0:
            assert body == b"\r\n"
            return b"".join(out)
        out.append(body[:int(size, 16)])
        body = body[int(size, 16) + 2:]


def test_streams_of_lines(server):
    raw, closed = exchange(server.http, b"GET /stream/1000 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert closed and b"Transfer-Encoding: chunked" in raw
    lines = [json.loads(line) for line in chunks(raw).splitlines()]
    assert [line["id"] for line in lines] == list(range(1000))
    raw, _ = exchange(server.http, b"GET /stream/2 HTTP/1.0\r\n\r\n")
    head, body = raw.split(b"\r\n\r\n", 1)
    assert b"chunked" not in head and len(body.splitlines()) == 2
    assert server.get("/stream/10001").status == 400


def test_bytes_have_their_length(server):
    answer = server.get("/bytes/3000000?seed=5")
    assert len(answer.body) == 3_000_000 == int(answer.headers["Content-Length"])
    assert server.get("/bytes/100?seed=5").body == answer.body[:100]
    assert server.request("HEAD", "/bytes/77").headers["Content-Length"] == "77"


def test_gzip_is_negotiated(server):
    plain = server.get("/openapi.json")
    assert plain.headers["Content-Encoding"] is None and "Accept-Encoding" in plain.headers["Vary"]
    coded = server.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert coded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(coded.body) == plain.body and len(coded.body) * 4 < len(plain.body)
    assert coded.headers["ETag"] != plain.headers["ETag"]
    again = server.get("/openapi.json", headers={"Accept-Encoding": "gzip", "If-None-Match": coded.headers["ETag"]})
    assert again.status == 304 and not again.body and again.headers["ETag"] == coded.headers["ETag"]
    head = server.request("HEAD", "/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert head.headers["Content-Length"] == coded.headers["Content-Length"]
    for refusing in ("identity", "gzip;q=0", "gzip;q=0.5, identity", "br"):
        assert server.get("/openapi.json", headers={"Accept-Encoding": refusing}).headers["Content-Encoding"] is None
    assert server.get("/health", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] is None


def test_every_answer_is_strict_with_browsers(server):
    answers = [server.get("/health"), server.get("/nowhere"), server.post("/api/messages", "{"), server.get("/stream/1"),
               server.get("/status/500")]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for answer in (answers[1], answers[2], answers[4]):
        assert answer.headers["Cache-Control"] == "no-store"
    page = server.get("/")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert len(page.headers.get_all("Content-Security-Policy")) == 1
    assert "geolocation=()" in page.headers["Permissions-Policy"]


def test_the_strictness_can_be_turned_off(launch):
    server = launch("--set", "rest.security_headers=false", "--set", "teaching.enabled=false", "--set", "net.gzip_max=0")
    answer = server.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["X-Content-Type-Options"] is None and answer.headers["Content-Encoding"] is None
    assert server.get("/status/200").status == 404


def test_pages_of_other_origins_may_do_what_the_api_does(server):
    asked = "idempotency-key,last-event-id,authorization,api-version,content-type"
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = server.request("OPTIONS", "/api/v1/users", headers={
            "Origin": "https://app.example.com", "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": asked})
        assert answer.status == 204 and method in answer.headers["Access-Control-Allow-Methods"]
        assert answer.headers["Access-Control-Allow-Headers"] == asked
        assert int(answer.headers["Access-Control-Max-Age"]) > 0
    for path in ("/api/v1/users", "/nowhere", "/status/500"):
        exposed = server.get(path, headers={"Origin": "https://app.example.com"}).headers["Access-Control-Expose-Headers"]
        for name in ("ETag", "Location", "Retry-After", "X-Request-Id", "API-Version", "Deprecation", "Sunset", "Link"):
            assert name in exposed


def test_one_origin_only(launch):
    server = launch("--set", "rest.cors_origins=https://app.example.com")
    known = server.get("/health", headers={"Origin": "https://app.example.com"})
    assert known.headers["Access-Control-Allow-Origin"] == "https://app.example.com" and "Origin" in known.headers["Vary"]
    for headers in ({}, {"Origin": "https://evil.example.com"}):
        other = server.get("/health", headers=headers)
        assert other.headers["Access-Control-Allow-Origin"] is None and "Origin" in other.headers["Vary"]
