"""Clients that are slow, half open, gone in the middle, or too many. After each the server is healthy, its memory is
within a bound, and other clients were served while it lasted."""
import os
import resource
import socket
import threading
import time

import pytest
from wire import WebSocket, WebSocketClosed, exchange, receive_all, reset

SANITIZED = os.environ.get("PARLEY_SANITIZED") == "1"
UPGRADE = (b"GET %s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
TIMEOUTS = ("--set", "net.header_timeout=1500ms", "--set", "net.body_timeout=1500ms", "--set", "net.write_timeout=1500ms",
            "--set", "net.idle_timeout=3s")


def rss_kib(server):
    with open(f"/proc/{server.process.pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))


def connect(server, receive_buffer=None):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.settimeout(15)
    s.connect(("127.0.0.1", server.http))
    return s


class Bystander(threading.Thread):
    """Another client that asks all the while; every answer must be right and reasonably prompt."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.done, self.answers, self.slowest, self.failure = server, threading.Event(), 0, 0.0, None

    def run(self):
        try:
            while not self.done.is_set():
                begin = time.monotonic()
                assert self.server.get("/health").status == 200
                self.slowest = max(self.slowest, time.monotonic() - begin)
                self.answers += 1
                self.done.wait(0.01)
        except Exception as e:  # told by the test
            self.failure = e


@pytest.fixture
def besieged(launch):
    """A server, and a bystander during the test; what must hold after every siege is checked at the end."""
    started = []

    def begin(*flags):
        server = launch(*flags)
        assert server.get("/health").status == 200
        bystander = Bystander(server)
        bystander.start()
        started.append((server, bystander, rss_kib(server)))
        return server

    yield begin
    for server, bystander, memory in started:
        bystander.done.set()
        bystander.join(30)
        assert bystander.failure is None, bystander.failure
        assert bystander.answers > 0 and bystander.slowest < 5
        assert server.get("/health").json()["status"] == "healthy"
        if not SANITIZED:
            assert rss_kib(server) - memory < 96 << 10, "memory has grown beyond the bound"
        deadline = time.monotonic() + 15
        while b"\nparley_connections 1\n" not in server.get("/metrics").body:  # all of them are gone, but for this one
            assert time.monotonic() < deadline, server.get("/metrics").body.decode()
            time.sleep(0.05)
        assert server.stop() == 0


def drip(s, data, seconds):
    """One byte after the other until the server has had enough."""
    end = time.monotonic() + seconds
    try:
        for byte in data:
            if time.monotonic() > end:
                break
            s.sendall(bytes([byte]))
            time.sleep(0.02)
    except (BrokenPipeError, ConnectionResetError):
        pass


def test_heads_that_trickle_in_are_given_up(besieged):
    server = besieged(*TIMEOUTS)
    clients = [connect(server) for _ in range(100)]
    for s in clients:
        s.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n")
    drip(clients[0], b"X-Slow: " + b"a" * 10_000, 5)
    for s in clients:
        assert receive_all(s).startswith(b"HTTP/1.1 408")
        s.close()


def test_bodies_that_trickle_in_are_given_up(besieged):
    server = besieged(*TIMEOUTS)
    announced, chunked, silent = connect(server), connect(server), connect(server)
    announced.sendall(b"POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    chunked.sendall(b"POST /api/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    silent.sendall(b"POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{")
    threads = [threading.Thread(target=drip, args=(announced, b" " * 10_000, 5)),
               threading.Thread(target=drip, args=(chunked, b"1\r\n \r\n" * 2000, 5))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for s in (announced, chunked, silent):
        assert receive_all(s).startswith(b"HTTP/1.1 408")
        s.close()


def test_half_closed_clients_still_get_their_answer(besieged):
    server = besieged()
    for raw in (b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n",
                b"GET /api/versions HTTP/1.1\r\nHost: a\r\n\r\n",
                b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}\r\n"):
        s = connect(server)
        s.sendall(raw)
        s.shutdown(socket.SHUT_WR)
        answer = receive_all(s)
        assert answer.startswith(b"HTTP/1.1 200") and answer.count(b"HTTP/1.1 ") == 1
        s.close()
    for path, size in ((b"/bytes/3000000", 3_000_000), (b"/stream/3?interval=50", 60)):  # bodies that are produced
        s = connect(server)
        s.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path)
        s.shutdown(socket.SHUT_WR)
        head, _, body = receive_all(s).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200") and len(body) >= size
        if b"chunked" in head:
            assert body.endswith(b"0\r\n\r\n")
        s.close()
    s = connect(server)
    s.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n{}")
    s.shutdown(socket.SHUT_WR)
    assert receive_all(s).startswith(b"HTTP/1.1 400")
    s.close()


def test_resets_in_the_middle_of_everything(besieged):
    server = besieged()
    openings = [
        b"", b"GET", b"GET /health HTTP/1.1\r\nHost: a\r\n", b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc",
        b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
        b"GET /delay/5000 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /bytes/50000000 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /stream/10000 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /stream/100?interval=50 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /api/messages/stream HTTP/1.1\r\nHost: a\r\n\r\n", UPGRADE % b"/chat", UPGRADE % b"/ws?user_id=x",
        UPGRADE % b"/echo" + b"\x82\xfe\xff\xff", UPGRADE % b"/chat" + b"\x01\x80\x00\x00\x00\x00"]
    for round in range(10):
        for opening in openings:
            s = connect(server)
            s.sendall(opening)
            if round % 2 and opening.endswith(b"\r\n\r\n") and b"/delay" not in opening:
                s.recv(512)
            reset(s)


def test_more_connections_than_one_address_may_have(besieged):
    server = besieged("--set", "net.max_connections_per_address=300")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4000:
        pytest.skip(f"the system allows {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4000), hard))
    # The bystander has that address too: what is let in leaves room for it.
    let_in = [connect(server) for _ in range(250)]
    for s in let_in:
        s.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 200")
    flood_address = "127.0.0.9"
    refused, accepted, sockets = 0, 0, []
    for _ in range(2000):
        s = socket.socket()
        s.settimeout(15)
        s.bind((flood_address, 0))
        s.connect(("127.0.0.1", server.http))
        sockets.append(s)
    for s in sockets:
        try:
            s.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            head = s.recv(4096)
        except (ConnectionResetError, BrokenPipeError):
            head = b""
        accepted += head.startswith(b"HTTP/1.1 200")
        refused += not head or head.startswith(b"HTTP/1.1 503")
    assert accepted == 300 and refused == 1700
    for s in let_in:  # those who were there first are still served
        s.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 200")
    for s in let_in + sockets:
        s.close()


def test_floods_of_pipelined_requests(besieged):
    server = besieged()
    count = 20_000
    request = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"

    def flood():
        s = connect(server)
        sender = threading.Thread(target=s.sendall, args=(request * count + request[:-2] + b"Connection: close\r\n\r\n",))
        sender.start()
        data = receive_all(s)
        sender.join()
        s.close()
        counts.append(data.count(b"HTTP/1.1 200 OK\r\n"))

    counts = []
    threads = [threading.Thread(target=flood) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [count + 1] * 3


def test_a_pipeliner_that_never_reads_is_held_back(besieged):
    server = besieged(*TIMEOUTS)
    s = connect(server, receive_buffer=4096)
    s.settimeout(1)
    sent = 0
    try:
        while sent < 64 << 20:
            sent += s.send(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
    except OSError:  # it does not take more, or has closed
        pass
    assert sent < 64 << 20
    s.close()


def frame(opcode, payload=b"", fin=True):
    return bytes([(0x80 if fin else 0) | opcode, 0x80 | len(payload)]) + b"\0\0\0\0" + payload


def upgraded(server, path, receive_buffer=None):
    s = connect(server, receive_buffer)
    s.sendall(UPGRADE % path)
    head = b""
    while b"\r\n\r\n" not in head:
        head += s.recv(4096)
    assert head.startswith(b"HTTP/1.1 101"), head
    return s


def test_floods_of_pings_and_tiny_frames(besieged):
    server = besieged()
    pings = frame(9, b"x") * 1000
    s = upgraded(server, b"/echo")
    counted = [0]

    def count():
        while counted[0] < 100 * 1000 * 3:
            counted[0] += len(s.recv(1 << 20))

    reader = threading.Thread(target=count)
    reader.start()
    for _ in range(100):
        s.sendall(pings)  # each is answered by a pong of three bytes
    reader.join()
    # Fragments of one byte, and the whole message back.
    s.sendall(frame(1, b"a", fin=False) + frame(0, b"a", fin=False) * 20_000 + frame(0, b"z"))
    echoed = b""
    while not echoed.endswith(b"z"):
        echoed += s.recv(1 << 20)
    assert len(echoed) == 20_002 + 4
    s.close()

    # The same from somebody who never reads: its pongs and echoes do not pile up in the server.
    deaf = upgraded(server, b"/echo", receive_buffer=4096)
    deaf.settimeout(1)
    sent = 0
    try:
        while sent < 64 << 20:
            sent += deaf.send(pings + frame(2, b"y" * 100) * 200)
    except OSError:
        pass
    assert sent < 64 << 20
    reset(deaf)


def test_receivers_that_never_read_are_let_go_while_others_are_served(besieged):
    server = besieged("--set", "net.send_buffer=256KiB", "--set", "net.write_timeout=2s")
    deaf = [upgraded(server, b"/chat", receive_buffer=4096) for _ in range(20)]
    for _ in range(20):
        s = connect(server, receive_buffer=4096)
        s.sendall(b"GET /api/messages/stream HTTP/1.1\r\nHost: a\r\n\r\n")
        assert s.recv(64).startswith(b"HTTP/1.1 200")
        deaf.append(s)
    deaf.append(connect(server, receive_buffer=4096))
    deaf[-1].sendall(b"GET /bytes/100000000 HTTP/1.1\r\nHost: a\r\n\r\n")

    attentive, writer = WebSocket(server.http, "/chat"), WebSocket(server.http, "/chat")
    count, content = 400, "x" * 20_000
    received = []
    reader = threading.Thread(target=lambda: received.extend(
        attentive.receive_until(lambda m: m.get("user") == "Writer", 60)["n"] for _ in range(count)))
    reader.start()
    drain = threading.Thread(target=lambda: [writer.receive(60) for _ in range(count)])
    drain.start()
    for n in range(count):
        writer.send({"type": "message", "user": "Writer", "content": content, "n": n})
    reader.join()
    drain.join()
    assert received == list(range(count))
    attentive.close()
    writer.close()

    deadline = time.monotonic() + 20
    while True:  # every deaf one was told why and is gone, though its socket is still open here
        metrics = server.get("/metrics").body.decode()
        slow = float(next(line for line in metrics.splitlines() if line.startswith("parley_slow_consumers_total")).split()[1])
        if slow >= len(deaf):
            break
        assert time.monotonic() < deadline, metrics
        time.sleep(0.05)
    for s in deaf:
        s.close()
