"""Faults switched at run time, and the administrator's token that they need."""
import os
import re
import socket
import stat
import struct
import subprocess
import time

import pytest
from conftest import BINARY, awaited
from wire import WebSocket, EventSource

FAULTS = "/api/admin/faults"


def token_of(server):
    with open(os.path.join(server.data, "admin.token")) as f:
        return f.read().strip()


class Admin:
    def __init__(self, server):
        self.server, self.headers = server, {"Authorization": f"Bearer {token_of(server)}"}

    def set(self, route, **fault):
        answer = self.server.request("PUT", FAULTS, {"route": route, **fault}, self.headers)
        assert answer.status == 200, answer.body
        return answer.json()

    def list(self):
        return self.server.get(FAULTS, headers=self.headers).json()["faults"]

    def clear(self, query=""):
        return self.server.request("DELETE", FAULTS + query, headers=self.headers)


@pytest.fixture
def admin(server):
    admin = Admin(server)
    yield admin
    admin.clear()


def test_the_token_is_shown_and_kept_for_its_owner_while_the_server_runs(launch):
    server = launch()
    token = token_of(server)
    assert len(token) == 43
    path = os.path.join(server.data, "admin.token")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    shown = re.compile(r"curl -X PUT (\S+) -H \"Authorization: Bearer (\S+)\"")
    awaited(lambda: shown.search(server.log()))  # behind the file of the ports
    line = shown.search(server.log())
    assert line.group(1) == f"http://127.0.0.1:{server.http}{FAULTS}" and line.group(2) == token
    assert server.stop() == 0
    assert not os.path.exists(path)
    server.start()
    assert token_of(server) != token


def test_a_configured_token_is_never_shown(launch):
    secret = "configured-by-the-lecturer-1"
    server = launch(environment={"PARLEY_SERVER_ADMIN_TOKEN": secret})
    assert secret not in server.log() and "admin.token" in server.log()
    assert server.get(FAULTS, headers={"Authorization": f"Bearer {secret}"}).status == 200


def test_a_start_that_fails_leaves_no_token(tmp_path):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
    env["PARLEY_SERVER_ADMIN_TOKEN"] = "configured-by-the-lecturer-1"
    done = subprocess.run([BINARY, "serve", "--port", "0", "--ws-port", "0", "--grpc-port", "0", "--ports-file",
                           "no/such/folder/ports.json"],
                          capture_output=True, text=True, timeout=60, cwd=tmp_path, env=env)
    assert done.returncode == 1 and "choose another with --ports-file" in done.stderr, done
    assert not os.path.exists(tmp_path / "data" / "admin.token")


def test_administration_needs_the_token(server):
    for headers, challenge in (({}, "Bearer"), ({"Authorization": "Basic YTpi"}, "Bearer"),
                               ({"Authorization": f"Bearer {token_of(server)}x"}, 'Bearer error="invalid_token", ')):
        for method in ("GET", "PUT", "DELETE"):
            answer = server.request(method, FAULTS, {"route": "*", "delay": 1} if method == "PUT" else None, headers)
            assert answer.status == 401 and answer.json()["code"] == "unauthenticated"
            assert answer.headers["WWW-Authenticate"].startswith(challenge)
            assert "error" in challenge or answer.headers["WWW-Authenticate"] == challenge
    # Credentials of another scheme, beside requests that need none, disturb nobody.
    assert server.get("/api/v1/users", headers={"Authorization": "Basic YTpi"}).status == 200


def test_a_fault_is_set_felt_seen_and_cleared(server, admin):
    fault = admin.set("/api/v1/users", delay=150, error_rate=1, error_status=502)
    assert fault["injected"] == 0
    begin = time.monotonic()
    answer = server.get("/api/v1/users", headers={"Origin": "http://localhost:5000"})
    assert time.monotonic() - begin >= 0.15
    assert answer.status == 502 and answer.json()["status"] == 502
    assert "error" in answer.headers.get_all("X-Injected-Fault") and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert server.post("/api/v1/users", {"name": "x"}).status == 502  # all methods of the route
    assert server.get("/api/v2/users").status == 200

    health = server.get("/health")
    assert health.status == 200 and health.json()["status"] == "degraded"
    assert health.json()["dependencies"]["faults"] == "injected: /api/v1/users: delay 150 ms, errors 100 % (502)"
    metrics = server.get("/metrics").body.decode()
    assert "faults_active 1" in metrics
    assert re.search(r'faults_injected_total\{kind="error",route="/api/v1/users"\} 2', metrics)
    assert [(f["route"], f["injected"]) for f in admin.list()] == [("/api/v1/users", 2)]

    assert admin.clear("?route=/api/v1/users").json() == {"cleared": 1}
    assert server.get("/api/v1/users").status == 200
    assert server.get("/health").json()["status"] == "healthy"
    assert "faults" not in server.get("/health").json()["dependencies"]
    assert admin.clear("?route=/api/v1/users").status == 404


def test_a_call_is_told_a_fault_in_its_own_words(server, admin):
    call = {"jsonrpc": "2.0", "method": "add", "params": [5, 3], "id": 1}
    for status, code, name in ((503, -32014, "unavailable"), (429, -32008, "resource_exhausted"),
                               (500, -32603, "internal")):
        admin.set("/rpc", error_rate=1, error_status=status)
        answer = server.post("/rpc", call)
        error = answer.json()["error"]
        assert (answer.status, error["code"], error["data"]["code"]) == (status, code, name)
    admin.clear()
    assert server.post("/rpc", call).json()["result"]["result"] == 8


def test_the_star_spares_what_ends_it(server, admin):
    admin.set("*", error_rate=1)
    assert server.get("/api/messages").status == 503 and server.get("/").status == 503
    for path in ("/health", "/health/live", "/health/ready", "/metrics"):
        assert server.get(path).status == 200
    assert admin.list()[0]["route"] == "*"
    assert server.request("OPTIONS", "/api/messages", headers={
        "Origin": "http://a", "Access-Control-Request-Method": "POST"}).status == 204
    assert admin.clear().json() == {"cleared": 1}


def test_wrong_routes_and_values_are_explained(server, admin):
    answer = server.request("PUT", FAULTS, {"route": "/api/v1/user/{id}", "delay": 99999, "error_rate": 2}, admin.headers)
    problems = {e["field"]: e["message"] for e in answer.json()["errors"]}
    assert answer.status == 400 and set(problems) >= {"route", "delay", "error_rate"}
    assert problems["route"].endswith("did you mean /api/v1/users/{id}?")
    answer = server.request("PUT", FAULTS, {"route": "/api/v3/users/7", "delay": 1}, admin.headers)
    assert "did you mean /api/v3/users/{id}?" in answer.json()["errors"][0]["message"]


def test_a_reset_is_one(server, admin):
    admin.set("/api/versions", reset_rate=1)
    with socket.create_connection(("127.0.0.1", server.http), 10) as s:
        s.sendall(b"GET /api/versions HTTP/1.1\r\nHost: a\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            s.recv(4096)
    metrics = server.get("/metrics").body.decode()
    assert re.search(r'faults_injected_total\{kind="reset",route="/api/versions"\} 1', metrics)


def test_sockets_and_streams_are_disturbed_at_their_opening(server, admin):
    admin.set("/chat", error_rate=1, error_status=503)
    with pytest.raises(ConnectionError, match="503"):
        WebSocket(server.http, "/chat")
    admin.set("/chat", delay=100)
    begin = time.monotonic()
    chat = WebSocket(server.http, "/chat")
    assert time.monotonic() - begin >= 0.1
    chat.send({"type": "message", "content": "still here", "user": "Alice"})  # frames are not
    assert chat.receive_until(lambda m: m.get("content") == "still here")
    chat.close()
    admin.set("/api/messages/stream", error_rate=1)
    assert EventSource(server.http, "/api/messages/stream").status == 503


def test_the_calculators_clients_get_their_own_shape(server, admin):
    admin.set("/api/v1/calculate/add", error_rate=1)
    answer = server.post("/api/v1/calculate/add", {"a": 1, "b": 2})
    assert answer.status == 503 and answer.json()["success"] is False and answer.json()["operation"] == "add"


def test_faults_end_by_themselves_and_with_the_server(launch):
    server = launch()
    admin = Admin(server)
    admin.set("/api/versions", error_rate=1, remaining=2)
    assert [server.get("/api/versions").status for _ in range(3)] == [503, 503, 200]
    admin.set("/api/versions", error_rate=1, expires_in=300)
    assert server.get("/api/versions").status == 503
    deadline = time.monotonic() + 10
    while server.get("/api/versions").status != 200:
        assert time.monotonic() < deadline
    admin.set("*", error_rate=1)
    assert server.stop() == 0
    server.start()
    assert server.get("/api/versions").status == 200
    assert Admin(server).list() == []
