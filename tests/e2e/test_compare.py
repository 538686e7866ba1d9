"""`parley compare` and GET /api/compare: what the sockets carried, on the real binary."""
import json
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time

import pytest
from conftest import BINARY, awaited
from grpc_client import Client

PROTOCOLS = ["REST", "JSON-RPC", "JSON-RPC on WebSocket", "gRPC"]
PARTS = ("payload", "headers", "framing", "connection")


def start(server, *flags, environment=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
    env.update(environment or {})
    return subprocess.Popen([BINARY, "compare", *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            cwd=server.folder if server else None, env=env, stdin=subprocess.DEVNULL)


def compare(server, *flags, environment=None):
    process = start(server, *flags, environment=environment)
    out, err = process.communicate(timeout=60)
    process.stdout_text, process.stderr_text = out, err
    return process


@pytest.fixture(scope="module")
def tapped():
    """Forwards a port and counts what goes over each connection: the sockets as somebody else sees them."""
    class Tap:
        def __init__(self, port):
            self.port, self.counts, self.listener = port, [], socket.create_server(("127.0.0.1", 0))
            self.address = self.listener.getsockname()[1]
            threading.Thread(target=self.accept, daemon=True).start()

        def accept(self):
            while True:
                try:
                    client, _ = self.listener.accept()
                except OSError:
                    return
                server = socket.create_connection(("127.0.0.1", self.port))
                for s in (client, server):
                    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                count = {"sent": 0, "received": 0}
                self.counts.append(count)
                for a, b, way in ((client, server, "sent"), (server, client, "received")):
                    threading.Thread(target=self.pump, args=(a, b, count, way), daemon=True).start()

        def pump(self, a, b, count, way):
            while True:
                try:
                    data = a.recv(65536)
                    count[way] += len(data)
                    b.sendall(data) if data else b.shutdown(socket.SHUT_WR)
                except OSError:
                    return
                if not data:
                    return
    taps = []

    def make(port):
        taps.append(Tap(port))
        return taps[-1]
    yield make
    for tap in taps:
        tap.listener.close()


def check(comparison):
    assert [o["operation"] for o in comparison["operations"]] == ["GetUser", "Add", "CreateUser"]
    for operation in comparison["operations"]:
        assert [p["protocol"] for p in operation["protocols"]] == PROTOCOLS
        for measured in operation["protocols"]:
            for when in ("cold", "warm"):
                for way in ("sent", "received"):
                    bytes_ = measured[when][way]
                    assert sum(bytes_[part] for part in PARTS) == bytes_["total"] > 0
                    pieces = measured[when + "_wire"][way]
                    assert measured[when + "_wire"]["left_out"] == 0
                    for part in PARTS:
                        assert sum(p["size"] for p in pieces if p["part"] == part) == bytes_[part]
            assert all(measured["warm"][way]["connection"] == 0 for way in ("sent", "received"))
        rest, rpc, web, grpc = operation["protocols"]
        # A connection in use: HPACK names what it has sent, the other protocols repeat themselves or have nothing.
        for way in ("sent", "received"):
            assert grpc["warm"][way]["headers"] < grpc["cold"][way]["headers"]
            assert grpc["cold"][way]["connection"] > 0 and web["cold"][way]["connection"] > 100
            assert rest["warm"][way]["total"] == rest["cold"][way]["total"]
            assert web["warm"][way]["headers"] == 0
        assert grpc["warm"]["sent"]["payload"] < web["warm"]["sent"]["payload"]
    for claim in comparison["claims"]:
        assert set(claim) == {"claim", "measured", "holds", "why"}
        assert claim["claim"] and claim["measured"] and claim["why"]
    text = " ".join(claim["claim"] for claim in comparison["claims"])
    assert all(figure in text for figure in ("87 %", "~650", "~85", "267", "89"))


def test_the_sums_add_up_and_later_calls_are_smaller(server):
    done = compare(server, "--ports-file", "ports.json", "--calls", "20", "--json")
    assert done.returncode == 0 and not done.stderr_text, done.stderr_text
    comparison = json.loads(done.stdout_text)
    check(comparison)
    for measured in comparison["operations"][0]["protocols"]:
        latency = measured["latency"]
        assert latency["calls"] == 20 and 0 < latency["p50"] <= latency["p90"] <= latency["p99"]
    assert all("latency" not in m for o in comparison["operations"][1:] for m in o["protocols"])


def test_the_bytes_are_those_that_went_over_the_sockets(server, tapped):
    """Counted once more between client and server, connection by connection."""
    http, grpc = tapped(server.http), tapped(server.grpc)
    # 1 call more than the three that are told, on the connections of GetUser.
    done = compare(server, "--port", str(http.address), "--grpc-port", str(grpc.address), "--calls", "1", "--json")
    assert done.returncode == 0, done.stderr_text
    comparison = json.loads(done.stdout_text)
    # One connection for each operation and protocol; before them, of HTTP, /health and the search for the user.
    kept = [c for c in http.counts if c["sent"] > 0][-9:]
    assert len(grpc.counts) == 3
    for number, operation in enumerate(comparison["operations"]):
        connections = [*kept[3 * number:3 * number + 3], grpc.counts[number]]
        for measured, counted in zip(operation["protocols"], connections):
            more = 3 if number == 0 else 2
            for way in ("sent", "received"):
                told = measured["cold"][way]["total"] + more * measured["warm"][way]["total"]
                # The second call of gRPC still teaches the table one field or the other.
                second = measured["cold"][way]["headers"] if measured["protocol"] == "gRPC" else 0
                # X-Request-Id and such are of one length; a latency or a date is none of them.
                assert told <= counted[way] <= told + second, (measured["protocol"], operation["operation"], way)


def test_the_messages_are_what_the_protobuf_library_makes_of_them(server):
    comparison = server.get("/api/compare?calls=1").json()
    client = Client(server.grpc)
    try:
        user = client.call("user.UserService/GetUser", {"id": comparison["user"]})
        asked = client.service("user.UserService").methods_by_name["GetUser"].input_type
        grpc = comparison["operations"][0]["protocols"][3]
        assert grpc["warm"]["received"]["payload"] == len(user.SerializeToString())
        request = client.message(asked, {"id": comparison["user"]}).SerializeToString()
        assert grpc["warm"]["sent"]["payload"] == len(request)
        texts = [p["text"] for p in grpc["warm_wire"]["received"] if p["part"] == "payload"]
        for field, value in user.ListFields():
            assert any(t.startswith(f"{field.name} = {field.number}, wire type ") for t in texts), field.name
        assert f'email = 3, wire type 2, {len(user.email)} bytes: "{user.email}"' in texts
        # The hexadecimal digits are those bytes.
        first = next(p for p in grpc["warm_wire"]["received"] if p["part"] == "payload")
        assert bytes.fromhex(first["hex"].removesuffix(" …")) == user.SerializeToString()[:12]
    finally:
        client.close()


def test_the_route_compares_itself_and_is_described(server):
    first = server.get("/api/compare?calls=5")
    assert first.status == 200 and first.headers["Cache-Control"] == "no-store"
    comparison = first.json()
    check(comparison)
    assert comparison["http"] == f"127.0.0.1:{server.http}" and comparison["grpc"] == f"127.0.0.1:{server.grpc}"
    again = server.get("/api/compare?calls=5").json()
    assert again["user"] == comparison["user"] and not again["user_created"]
    for calls in ("0", "5001", "many"):
        refused = server.get(f"/api/compare?calls={calls}")
        assert refused.status == 400 and refused.json()["errors"][0]["field"] == "calls"


def test_one_at_a_time_and_the_loop_goes_on(server):
    answers = []

    def ask():
        while not answers or answers[-1].status == 429:  # one of those below came first
            answers.append(server.get("/api/compare?calls=5000"))
    first = threading.Thread(target=ask)
    first.start()
    refused = None

    def seen():
        nonlocal refused
        answer = server.get("/api/compare?calls=1")
        refused = answer if answer.status == 429 else refused
        return refused is not None or not first.is_alive()
    awaited(seen)
    assert refused is not None, "no second comparison met the first one"
    assert refused.json()["code"] == "resource_exhausted" and int(refused.headers["Retry-After"]) >= 1
    begun = time.monotonic()
    assert server.get("/health").status == 200
    assert time.monotonic() - begun < 1
    first.join(60)
    assert answers[-1].status == 200
    # And the next one may.
    assert server.get("/api/compare?calls=1").status == 200


def occupy(server):
    """A socket whose long comparison runs."""
    while True:
        s = socket.create_connection(("127.0.0.1", server.http), timeout=10)
        s.sendall(b"GET /api/compare?calls=5000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if not select.select([s], [], [], 0.05)[0]:
            return s
        s.close()  # one that had been asked for before was still running


def test_a_client_that_leaves_and_a_server_that_stops_end_it(launch):
    server = launch()
    assert server.get("/api/compare?calls=1").status == 200
    begun = time.monotonic()
    assert server.get("/api/compare?calls=5000").status == 200
    whole = time.monotonic() - begun
    with occupy(server):
        assert server.get("/api/compare?calls=1").status == 429
    left = time.monotonic()
    awaited(lambda: server.get("/api/compare?calls=1").status == 200)
    assert time.monotonic() - left < whole / 2, "it went on for nobody"

    with occupy(server) as s:
        server.process.send_signal(signal.SIGTERM)
        assert b"503" in s.recv(65536).split(b"\r\n")[0]
    assert server.process.wait(10) == 0


def test_it_is_pleasant_to_read(server):
    for width in (80, 100):
        done = compare(server, "--ports-file", "ports.json", environment={"COLUMNS": str(width)})
        assert done.returncode == 0 and "\x1b" not in done.stdout_text
        assert max(len(line) for line in done.stdout_text.splitlines()) <= width
    for text in ("HEADERS, length", "END_STREAM", "opcode 1 (text)", "name = 2, wire type 2", ":method: POST (from",
                 "does not hold:", "p99", "87 %"):
        assert text in done.stdout_text, text
    short = compare(server, "--ports-file", "ports.json", "--summary").stdout_text
    assert "HEADERS, length" not in short and "87 %" in short


def test_what_is_wrong_is_said(server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    nobody = compare(server, "--port", str(free))
    assert nobody.returncode == 1 and nobody.stdout_text == ""
    assert nobody.stderr_text == (f"parley: no server answers at 127.0.0.1:{free}; start one with: "
                                  f"parley serve --port {free}\n")
    half = compare(server, "--port", str(server.http), "--grpc-port", str(free))
    assert half.returncode == 1 and re.fullmatch(rf"parley: gRPC: .*{free}.*\n", half.stderr_text)
    other = compare(server, "--port", str(server.grpc))
    assert other.returncode == 1 and "is no Parley" in other.stderr_text
    missing = compare(server, "--ports-file", "none.json")
    assert missing.returncode == 1 and "parley serve --ports-file none.json" in missing.stderr_text
    for flags, word in ((("--calls", "0"), "--calls"), (("--calls", "5001"), "5000"), (("--calls", "x"), "--calls"),
                        (("--port", "0"), "--ports-file"), (("--cals", "1"), "--calls")):
        wrong = compare(server, *flags)
        assert wrong.returncode == 2 and word in wrong.stderr_text and wrong.stdout_text == "", wrong.stderr_text


def test_it_can_be_interrupted(server, tapped):
    http = tapped(server.http)
    process = start(server, "--port", str(http.address), "--grpc-port", str(server.grpc), "--calls", "5000")
    awaited(lambda: len(http.counts) > 2)  # /health, the search for the user, and then it compares
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 1 and out == "" and err.count("\n") == 1, (out, err)
    assert "interrupted" in err or "stopped" in err
