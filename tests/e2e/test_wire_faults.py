"""Faults on the wire between two processes: every call ends in a documented error within its deadline, the circuit
breaker opens and heals, and nothing that may not be repeated is."""
import socket
import threading
import time

import pytest
from conftest import awaited
from wire import reset

TIMEOUT = 0.5  # seconds: placement.call_timeout


class Wire:
    """A TCP proxy that can be broken: `delay` seconds on every piece, without `hears` it forwards nothing (a
    half-open connection), `resets` ends each connection with a reset once that many bytes have gone to the server."""

    def __init__(self, port):
        self.target, self.delay, self.resets = port, 0, None
        self.hears = threading.Event()
        self.hears.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.close()
                continue
            self.connections.append((client, server))
            threading.Thread(target=self.forward, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.forward, args=(server, client, False), daemon=True).start()

    def forward(self, source, sink, to_server):
        passed = 0
        try:
            while data := source.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                self.hears.wait()
                sink.sendall(data)
                passed += len(data)
                if to_server and self.resets is not None and passed > self.resets:
                    reset(source)
                    return
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        for client, _ in self.connections:
            try:
                reset(client)
            except OSError:
                pass
        self.connections.clear()

    def close(self):
        self.hears.set()
        self.listener.close()
        self.cut()


@pytest.fixture
def wired(launch):
    """The main process reaches users over a wire that a test breaks."""
    users = launch("--modules", "users")
    wire = Wire(users.grpc)
    # Started once to have a folder, and again with the other's key.
    main = launch("--bind", f"users=127.0.0.1:{wire.port}", "--set", f"placement.call_timeout={int(TIMEOUT * 1000)}ms",
                  "--set", f"net.request_timeout={int(TIMEOUT * 2000)}ms", "--set", "placement.breaker_reset=300ms",
                  "--set", "placement.probe=100ms", "--set", "grpc_client.keepalive_time=200ms",
                  "--set", "grpc_client.keepalive_timeout=200ms")
    main.stop()
    with open(users.data + "/token.key", "rb") as source, open(main.data + "/token.key", "wb") as copy:
        copy.write(source.read())
    main.start()
    main.users, main.wire = users, wire
    awaited(lambda: main.get("/health").json()["status"] == "healthy")
    yield main
    wire.close()


def create(main, name):
    return main.post("/api/v3/users", {"name": name, "email": f"{name.lower()}@example.com"})


def timed(call):
    begin = time.monotonic()
    answer = call()
    return answer, time.monotonic() - begin


def heals(main):
    awaited(lambda: main.get("/health").json()["status"] == "healthy")
    awaited(lambda: main.get("/api/v3/users").status == 200)


def test_a_slow_wire_is_slow_and_nothing_else(wired):
    wired.wire.delay = 0.05
    answer, took = timed(lambda: create(wired, "Slow"))
    assert answer.status == 201 and took > 0.05
    assert wired.get(f"/api/v3/users/{answer.json()['id']}").status == 200


def test_a_call_over_a_wire_that_is_too_slow_ends_at_its_deadline(wired):
    wired.wire.delay = 2 * TIMEOUT
    answer, took = timed(lambda: wired.get("/api/v3/users"))
    assert answer.status in (503, 504) and answer.json()["code"] in ("deadline_exceeded", "unavailable"), answer.body
    assert took < 2 * TIMEOUT + 1
    wired.wire.delay = 0
    wired.wire.cut()
    heals(wired)


def test_a_half_open_connection_is_noticed_without_calls(wired):
    wired.wire.hears.clear()
    awaited(lambda: wired.get("/health").json()["status"] == "degraded")
    for _ in range(4):
        answer, took = timed(lambda: wired.get("/api/v3/users"))
        assert answer.status in (503, 504), answer.body
        assert took < 2 * TIMEOUT + 1
    module = next(m for m in wired.get("/api/topology").json()["modules"] if m["name"] == "users")
    assert module["instances"][0]["failures"] > 0
    assert wired.post("/api/messages", {"content": "others go on", "user": "Alice"}).status == 201
    wired.wire.hears.set()
    heals(wired)


def test_a_reset_within_a_call_is_unavailable_and_what_may_be_repeated_is(wired):
    for _ in range(3):
        wired.wire.cut()
        assert wired.get("/api/v3/users").status == 200  # made again on a new connection
    heals(wired)


def test_what_may_not_be_repeated_is_executed_once_at_most(wired):
    """Resets right behind a request: whether it was executed is not known, so it is not made again."""
    outcomes = []
    for number in range(12):
        wired.wire.resets = 0
        wired.wire.cut()
        outcomes.append((f"Once{number}", create(wired, f"Once{number}").status))
        wired.wire.resets = None
        wired.wire.cut()
        heals(wired)
    stored = {user["name"]: user for user in wired.users.get("/api/v3/users?page_size=100").json()["users"]}
    for name, status in outcomes:
        assert status in (201, 503, 504), (name, status)
        if status == 201:
            assert name in stored
    # A second execution would have been refused as the e-mail's: 409 would stand among the outcomes.
    assert wired.users.get("/api/v3/users").json()["total"] == len(stored)


def test_another_version_without_the_service_is_named(launch):
    calculator = launch("--modules", "calculator")
    main = launch("--bind", f"users=127.0.0.1:{calculator.grpc}", "--set", "placement.probe=50ms")
    awaited(lambda: main.get("/health").json()["status"] == "degraded")
    assert "it has no user.UserService" in main.get("/health").json()["dependencies"]["module.users"]
    answer = main.get("/api/v3/users/0198a3c2-7d5e-7000-8000-000000000000")
    assert answer.status in (401, 501), answer.body
