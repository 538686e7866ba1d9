"""HTTP/2 on the gRPC port, by the sections of RFC 9113: every rule that a client may break, and what floods do."""
import os
import struct
import time

import pytest
from http2 import *  # noqa: F403: names of the protocol

SANITIZED = os.environ.get("PARLEY_SANITIZED") == "1"
KEPT = struct.pack(">I", 0)  # depends on nobody


# ---- what goes wrong: (section and rule, what the client does, what must come of it) ----

class Closes:
    """The connection: a GOAWAY with one of these codes, then the end."""

    def __init__(self, *codes):
        self.codes = codes

    def check(self, connection):
        said = connection.ended()
        assert said and said[0] in self.codes, said


class Resets:
    """Stream 1, with one of these codes; the connection goes on."""

    def __init__(self, *codes):
        self.codes = codes

    def check(self, connection):
        code = connection.reset(1)
        assert code in self.codes, code
        connection.ping()
        connection.call(101)
        assert connection.answer(101)[2]["grpc-status"] == "0"


class Ends(Closes):
    """The connection or stream 1: what is an error of a stream may end the connection too (section 5.4)."""

    def check(self, connection):
        got = connection.until(lambda got: got.type in (RST_STREAM, GOAWAY))
        code = struct.unpack(">I", got.payload[:4] if got.type == RST_STREAM else got.payload[4:8])[0]
        assert code in self.codes, got


class Goes:
    """On, as if nothing had been."""

    def check(self, connection):
        assert all(got.type not in (RST_STREAM, GOAWAY) for got in connection.ping())
        connection.call(101)
        assert connection.answer(101)[2]["grpc-status"] == "0"


def opened(connection, fields=None):
    """Stream 1, on which the client goes on sending."""
    connection.headers(1, fields or request(FOLLOW))


def half_closed(connection):
    """Stream 1, on which the server goes on sending."""
    opened(connection)
    connection.frame(DATA, END_STREAM, 1, message(b"\x0a\x05quiet"))
    connection.ping()


def closed(connection):
    connection.call(1)
    connection.answer(1)


def cancelled(connection):
    opened(connection)
    connection.frame(RST_STREAM, 0, 1, struct.pack(">I", CANCEL))
    connection.ping()


def then(*steps):
    """Each a function of the connection, or bytes."""
    def act(connection):
        for step in steps:
            connection.send(step) if isinstance(step, bytes) else step(connection)
    return act


def headers(stream=1, flags=END_HEADERS | END_STREAM, payload=None, fields=None):
    return frame(HEADERS, flags, stream, block(fields or request()) if payload is None else payload)


def setting(name, value):
    return frame(SETTINGS, payload=settings([(name, value)]))


def number(value):
    return struct.pack(">I", value)


def with_field(*fields):
    return headers(fields=[*request(), *fields])


def malformed(**changes):
    return headers(fields=request(**changes))


BROKEN = Resets(PROTOCOL_ERROR)
CASES = [
    ("4.1 a frame of an unknown type", frame(0x16, 0xff, 0, b"what is this"), Goes()),
    ("4.1 a frame of an unknown type on a stream", then(half_closed, frame(0x16, 0xff, 1, b"what is this")), Goes()),
    ("4.1 flags that are not defined", frame(PING, 0xfe, 0, bytes(8)), Goes()),
    ("4.1 the reserved bit", frame(PING, 0, 1 << 31, bytes(8)), Goes()),
    ("4.2 DATA larger than SETTINGS_MAX_FRAME_SIZE", then(opened, frame(DATA, 0, 1, bytes(16385))), Closes(FRAME_SIZE_ERROR)),
    ("4.2 HEADERS larger than it", frame(HEADERS, END_HEADERS, 1, bytes(16385)), Closes(FRAME_SIZE_ERROR)),
    ("4.2 the largest length there is", frame(DATA, 0, 1, bytes(100), length=0xffffff), Closes(FRAME_SIZE_ERROR)),
    ("4.2 the largest DATA there may be", then(opened, frame(DATA, 0, 1, message(bytes(20000))[:16384])), Goes()),
    ("4.3 a header block that HPACK does not know", headers(payload=b"\x80"), Closes(COMPRESSION_ERROR)),
    ("4.3 an index beyond the table", headers(payload=b"\xff\xff\x00"), Closes(COMPRESSION_ERROR)),
    ("4.3 a header block that ends within a field", headers(payload=b"\x00\x10ab"), Closes(COMPRESSION_ERROR)),
    ("4.3 a table larger than was allowed", headers(payload=b"\x3f\xff\xff\x7f" + block(request())), Closes(COMPRESSION_ERROR)),
    ("4.3 a change of the table's size behind a field", headers(payload=block(request()) + b"\x20"), Closes(COMPRESSION_ERROR)),
    ("4.3 Huffman's code with a padding of more than seven bits", headers(payload=b"\x00\x81\xff\x00" + block(request())),
     Closes(COMPRESSION_ERROR)),
    ("4.3 Huffman's code with the end of string", headers(payload=b"\x00\x84\xff\xff\xff\xff\x00" + block(request())),
     Closes(COMPRESSION_ERROR)),
    ("4.3 a length beyond all numbers", headers(payload=b"\x00\x7f" + b"\xff" * 12), Closes(COMPRESSION_ERROR)),

    ("5.1 idle: DATA", frame(DATA, END_STREAM, 1, message(NUMBERS)), Closes(PROTOCOL_ERROR)),
    ("5.1 idle: RST_STREAM", frame(RST_STREAM, 0, 1, number(CANCEL)), Closes(PROTOCOL_ERROR)),
    ("5.1 idle: WINDOW_UPDATE", frame(WINDOW_UPDATE, 0, 1, number(100)), Closes(PROTOCOL_ERROR)),
    ("5.1 idle: CONTINUATION", frame(CONTINUATION, END_HEADERS, 1, block(request())), Closes(PROTOCOL_ERROR)),
    ("5.1 half closed: DATA", then(half_closed, frame(DATA, END_STREAM, 1, message(NUMBERS))), Closes(STREAM_CLOSED)),
    ("5.1 half closed: HEADERS", then(half_closed, headers()), Closes(STREAM_CLOSED)),
    ("5.1 half closed: CONTINUATION", then(half_closed, frame(CONTINUATION, END_HEADERS, 1, block(request()))),
     Closes(PROTOCOL_ERROR, STREAM_CLOSED)),
    ("5.1 half closed: WINDOW_UPDATE", then(half_closed, frame(WINDOW_UPDATE, 0, 1, number(100))), Goes()),
    ("5.1 half closed: PRIORITY", then(half_closed, frame(PRIORITY, 0, 1, KEPT + b"\x10")), Goes()),
    # What comes behind the end of a stream is passed over, as it may be: a connection does not remember the streams it had.
    ("5.1 closed: DATA", then(closed, frame(DATA, END_STREAM, 1, message(NUMBERS))), Goes()),
    ("5.1 closed: HEADERS", then(closed, headers()), Goes()),
    ("5.1 closed: CONTINUATION", then(closed, frame(CONTINUATION, END_HEADERS, 1, block(request()))),
     Closes(PROTOCOL_ERROR, STREAM_CLOSED)),
    ("5.1 closed: WINDOW_UPDATE, RST_STREAM and PRIORITY",
     then(closed, frame(WINDOW_UPDATE, 0, 1, number(100)), frame(RST_STREAM, 0, 1, number(CANCEL)),
          frame(PRIORITY, 0, 1, KEPT + b"\x10")), Goes()),
    ("5.1 reset: HEADERS", then(cancelled, headers()), Goes()),
    ("5.1.1 a stream of even number", headers(2), Closes(PROTOCOL_ERROR)),
    ("5.1.1 a smaller number than before", then(headers(5), lambda c: c.answer(5), headers(3)), Goes()),
    ("5.1.1 numbers left out", then(headers(9), lambda c: c.answer(9)), Goes()),
    ("5.3.1 PRIORITY before its stream", frame(PRIORITY, 0, 1, KEPT + b"\x10"), Goes()),
    ("5.5 an unknown setting", setting(0xff, 7), Goes()),
    ("5.5 an unknown frame within a header block",
     headers(flags=0, payload=block(request())) + frame(0x16, 0, 1, b"?"), Closes(PROTOCOL_ERROR)),

    ("6.1 DATA on stream 0", frame(DATA, 0, 0, b"x"), Closes(PROTOCOL_ERROR)),
    ("6.1 DATA with padding", then(lambda c: c.headers(1, request()),
                                   frame(DATA, PADDED | END_STREAM, 1, b"\x05" + message(NUMBERS) + bytes(5)),
                                   lambda c: c.answer(1)), Goes()),
    ("6.1 DATA with more padding than there is", then(opened, frame(DATA, PADDED, 1, b"\x06hello")), Closes(PROTOCOL_ERROR)),
    ("6.1 padded DATA that is empty", then(opened, frame(DATA, PADDED, 1)), Closes(FRAME_SIZE_ERROR, PROTOCOL_ERROR)),
    ("6.2 HEADERS on stream 0", headers(0), Closes(PROTOCOL_ERROR)),
    ("6.2 HEADERS with more padding than there is",
     frame(HEADERS, END_HEADERS | PADDED, 1, b"\xff" + block(request())[:100]), Closes(PROTOCOL_ERROR)),
    ("6.2 HEADERS with padding and a priority",
     then(frame(HEADERS, END_HEADERS | END_STREAM | PADDED | WITH_PRIORITY, 1,
                b"\x03" + KEPT + b"\x10" + block(request()) + bytes(3)), lambda c: c.answer(1)), Goes()),
    ("6.2 HEADERS too short for their priority", frame(HEADERS, END_HEADERS | WITH_PRIORITY, 1, b"\x00\x00"),
     Closes(FRAME_SIZE_ERROR, PROTOCOL_ERROR)),
    ("6.3 PRIORITY on stream 0", frame(PRIORITY, 0, 0, KEPT + b"\x10"), Closes(PROTOCOL_ERROR)),
    ("6.3 PRIORITY of four bytes", then(half_closed, frame(PRIORITY, 0, 1, KEPT)), Closes(FRAME_SIZE_ERROR)),
    ("6.4 RST_STREAM on stream 0", frame(RST_STREAM, 0, 0, number(CANCEL)), Closes(PROTOCOL_ERROR)),
    ("6.4 RST_STREAM of three bytes", then(half_closed, frame(RST_STREAM, 0, 1, b"\x00\x00\x08")), Closes(FRAME_SIZE_ERROR)),
    ("6.5 SETTINGS with ACK and a payload", frame(SETTINGS, ACK, 0, settings([(1, 1)])), Closes(FRAME_SIZE_ERROR)),
    ("6.5 SETTINGS on a stream", frame(SETTINGS, 0, 1), Closes(PROTOCOL_ERROR)),
    ("6.5 SETTINGS of five bytes", frame(SETTINGS, 0, 0, bytes(5)), Closes(FRAME_SIZE_ERROR)),
    ("6.5 SETTINGS with ACK that nobody waits for", frame(SETTINGS, ACK), Closes(PROTOCOL_ERROR)),
    ("6.5.2 ENABLE_PUSH of 2", setting(ENABLE_PUSH, 2), Closes(PROTOCOL_ERROR)),
    ("6.5.2 INITIAL_WINDOW_SIZE of 2^31", setting(INITIAL_WINDOW_SIZE, 1 << 31), Closes(FLOW_CONTROL_ERROR)),
    ("6.5.2 MAX_FRAME_SIZE of 16383", setting(MAX_FRAME_SIZE, 16383), Closes(PROTOCOL_ERROR)),
    ("6.5.2 MAX_FRAME_SIZE of 2^24", setting(MAX_FRAME_SIZE, 1 << 24), Closes(PROTOCOL_ERROR)),
    ("6.5.2 HEADER_TABLE_SIZE of 0 and of 2^32 - 1",
     setting(HEADER_TABLE_SIZE, 0) + setting(HEADER_TABLE_SIZE, 0xffffffff), Goes()),
    ("6.6 PUSH_PROMISE from a client", then(half_closed, frame(PUSH_PROMISE, END_HEADERS, 1, number(2) + block(request()))),
     Closes(PROTOCOL_ERROR)),
    ("6.7 PING with ACK that nobody waits for", frame(PING, ACK, 0, bytes(8)), Goes()),
    ("6.7 PING on a stream", frame(PING, 0, 1, bytes(8)), Closes(PROTOCOL_ERROR)),
    ("6.7 PING of six bytes", frame(PING, 0, 0, bytes(6)), Closes(FRAME_SIZE_ERROR)),
    ("6.8 GOAWAY on a stream", frame(GOAWAY, 0, 1, bytes(8)), Closes(PROTOCOL_ERROR)),
    ("6.8 GOAWAY of four bytes", frame(GOAWAY, 0, 0, bytes(4)), Closes(FRAME_SIZE_ERROR)),
    ("6.9 WINDOW_UPDATE of 0 on the connection", frame(WINDOW_UPDATE, 0, 0, number(0)), Closes(PROTOCOL_ERROR)),
    ("6.9 WINDOW_UPDATE of 0 on a stream", then(half_closed, frame(WINDOW_UPDATE, 0, 1, number(0))),
     Closes(PROTOCOL_ERROR)),
    ("6.9 WINDOW_UPDATE of three bytes", frame(WINDOW_UPDATE, 0, 0, bytes(3)), Closes(FRAME_SIZE_ERROR)),
    ("6.9.1 a window of the connection beyond 2^31 - 1", frame(WINDOW_UPDATE, 0, 0, number(0x7fffffff)) * 2,
     Closes(FLOW_CONTROL_ERROR)),
    ("6.9.1 a window of a stream beyond 2^31 - 1", then(half_closed, frame(WINDOW_UPDATE, 0, 1, number(0x7fffffff)) * 2),
     Resets(FLOW_CONTROL_ERROR)),
    ("6.9.2 a setting that takes a stream's window beyond it",
     then(half_closed, frame(WINDOW_UPDATE, 0, 1, number(0x7fffffff - 65535)), setting(INITIAL_WINDOW_SIZE, 1 << 20)),
     Ends(FLOW_CONTROL_ERROR)),
    ("6.10 CONTINUATION behind nothing", frame(CONTINUATION, END_HEADERS, 1, b""), Closes(PROTOCOL_ERROR)),
    ("6.10 CONTINUATION on stream 0", headers(flags=0) + frame(CONTINUATION, END_HEADERS, 0, b""), Closes(PROTOCOL_ERROR)),
    ("6.10 CONTINUATION of another stream", headers(flags=0) + frame(CONTINUATION, END_HEADERS, 3, b""), Closes(PROTOCOL_ERROR)),
    ("6.10 CONTINUATION behind END_HEADERS", headers() + frame(CONTINUATION, END_HEADERS, 1, b""), Closes(PROTOCOL_ERROR)),
    ("6.10 DATA within a header block", headers(flags=0) + frame(DATA, 0, 1, b"x"), Closes(PROTOCOL_ERROR)),
    ("6.10 HEADERS within a header block", headers(flags=0) + headers(3), Closes(PROTOCOL_ERROR)),
    ("6.10 PING within a header block", headers(flags=0) + frame(PING, 0, 0, bytes(8)), Closes(PROTOCOL_ERROR)),
    ("6.10 a header block in pieces",
     then(headers(flags=END_STREAM, payload=block(request())[:20]), frame(CONTINUATION, 0, 1, block(request())[20:40]),
          frame(CONTINUATION, END_HEADERS, 1, block(request())[40:]), lambda c: c.answer(1)), Goes()),

    ("8.1 trailers without END_STREAM", then(lambda c: c.headers(1, request()), headers(flags=END_HEADERS, fields=[("a", "b")])), BROKEN),
    ("8.1.1 less body than content-length", then(lambda c: c.headers(1, [*request(), ("content-length", "99")]),
                                                 frame(DATA, END_STREAM, 1, message(NUMBERS))), BROKEN),
    ("8.1.1 more body than content-length", then(lambda c: c.headers(1, [*request(FOLLOW), ("content-length", "1")]),
                                                 frame(DATA, 0, 1, message(NUMBERS))), BROKEN),
    ("8.2.1 a name in upper case", with_field(("X-Test", "yes")), BROKEN),
    ("8.2.1 a name with a space", with_field(("x test", "yes")), BROKEN),
    ("8.2.1 an empty name", with_field(("", "yes")), BROKEN),
    ("8.2.1 a value with a line's end", with_field(("x-test", "a\r\nb: c")), BROKEN),
    ("8.2.1 a value with NUL", with_field(("x-test", "a\0b")), BROKEN),
    ("8.2.2 connection", with_field(("connection", "keep-alive")), BROKEN),
    ("8.2.2 keep-alive", with_field(("keep-alive", "timeout=5")), BROKEN),
    ("8.2.2 proxy-connection", with_field(("proxy-connection", "keep-alive")), BROKEN),
    ("8.2.2 transfer-encoding", with_field(("transfer-encoding", "chunked")), BROKEN),
    ("8.2.2 upgrade", with_field(("upgrade", "h2c")), BROKEN),
    ("8.2.2 TE of anything but trailers", malformed(te="gzip"), BROKEN),
    ("8.3 a pseudo-header that is unknown", headers(fields=[(":test", "x"), *request()]), BROKEN),
    ("8.3 a pseudo-header of answers", headers(fields=[(":status", "200"), *request()]), BROKEN),
    ("8.3 a pseudo-header behind a field", headers(fields=request()[1:] + request()[:1]), BROKEN),
    ("8.3 a pseudo-header in trailers", then(lambda c: c.headers(1, request()),
                                             headers(fields=[(":path", "/"), ("a", "b")])), BROKEN),
    ("8.3.1 without :method", malformed(method=None), BROKEN),
    ("8.3.1 without :scheme", malformed(scheme=None), BROKEN),
    ("8.3.1 without :path", malformed(path=None), BROKEN),
    ("8.3.1 an empty :path", malformed(path=""), BROKEN),
    ("8.3.1 :method twice", headers(fields=[(":method", "POST"), *request()]), BROKEN),
    ("8.3.1 :scheme twice", headers(fields=[(":scheme", "http"), *request()]), BROKEN),
    ("8.3.1 :path twice", headers(fields=[(":path", ADD), *request()]), BROKEN),
]


@pytest.mark.parametrize("act, outcome", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rule(server, act, outcome):
    with Connection(server.grpc) as connection:
        (then(act) if isinstance(act, bytes) else act)(connection)
        outcome.check(connection)


# ---- beginning and end of a connection ----

def test_3_4_the_preface(server):
    with Connection(server.grpc, greet=False) as connection:
        for byte in PREFACE + frame(SETTINGS):  # as slowly as can be
            connection.send(bytes([byte]))
        first = connection.read()
        assert (first.type, first.flags, first.stream) == (SETTINGS, 0, 0)
        assert connection.settings[MAX_CONCURRENT_STREAMS] == 1000
        assert connection.settings[MAX_HEADER_LIST_SIZE] == 16 << 10
        connection.ping()
    for wrong in (b"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n", PREFACE[:10] + b"garbage" * 10):
        with Connection(server.grpc, greet=False) as connection:
            connection.send(wrong)
            told = b""
            while part := connection.socket.recv(4096):
                told += part
            assert told.startswith(b"HTTP/1.1 400 ")
    with Connection(server.grpc, greet=False) as connection:
        connection.send(PREFACE, frame(PING, 0, 0, bytes(8)))  # SETTINGS must come first
        assert connection.ended()[0] == PROTOCOL_ERROR


def test_6_5_settings_are_acknowledged_and_heeded(server):
    with Connection(server.grpc, [(INITIAL_WINDOW_SIZE, 3), (MAX_FRAME_SIZE, 1 << 20)]) as connection:
        connection.call(1)
        assert connection.until(lambda got: got.type == DATA).payload == b"\0\0\0"  # as much as the window takes
        connection.send(setting(INITIAL_WINDOW_SIZE, 1))  # which makes it -2
        assert [got.type for got in connection.ping()] == [SETTINGS]
        connection.frame(WINDOW_UPDATE, 0, 1, number(3))
        assert [len(got.payload) for got in connection.ping() if got.type == DATA] == [1]
        connection.frame(WINDOW_UPDATE, 0, 1, number(1000))
        assert connection.answer(1)[2]["grpc-status"] == "0"


def test_6_9_what_is_sent_beyond_the_window_is_an_error(server):
    with Connection(server.grpc) as connection:
        opened(connection)
        connection.ping()
        window, messages = connection.settings[INITIAL_WINDOW_SIZE], message(b"\x0a\x01a") * 2000
        for _ in range(window // len(messages)):  # of which one is read
            connection.frame(DATA, 0, 1, messages)
        assert not [got for got in connection.ping() if got.type == RST_STREAM]
        connection.frame(DATA, 0, 1, messages)
        assert connection.reset(1) == FLOW_CONTROL_ERROR


def test_6_8_after_a_goaway_of_the_client_its_calls_go_on(server):
    with Connection(server.grpc) as connection:
        connection.headers(1, request())
        connection.frame(GOAWAY, 0, 0, bytes(8))
        connection.frame(DATA, END_STREAM, 1, message(NUMBERS))
        assert connection.answer(1)[2]["grpc-status"] == "0"
        assert connection.ended() in (None, (NO_ERROR, ""))


def test_5_1_2_more_streams_than_are_allowed(launch):
    server = launch("--set", "grpc.max_streams=2")
    with Connection(server.grpc) as connection:
        for stream in (1, 3):
            connection.headers(stream, request(FOLLOW))
        connection.frame(RST_STREAM, 0, 1, number(CANCEL))
        connection.call(5)
        assert connection.answer(5)[2]["grpc-status"] == "0"
        for stream in (7, 9):
            connection.headers(stream, request(FOLLOW))
        assert connection.ended()[0] == PROTOCOL_ERROR


# ---- floods: each ends in an error that says why, or is answered at the cost of whoever sends it ----

class Flood:
    """Others are served while it lasts, and the server does not grow."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.before = self.memory()
        return self

    def __exit__(self, *_):
        begin = time.monotonic()
        with Connection(self.server.grpc) as other:
            other.call(1)
            assert other.answer(1)[2]["grpc-status"] == "0"
        assert time.monotonic() - begin < 5
        if not SANITIZED:
            assert self.memory() - self.before < 32 << 10, "KiB more than before"

    def memory(self):
        with open(f"/proc/{self.server.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))


def until_closed(connection, parts, most):
    """Sends `parts` again and again; gives what the server said."""
    for _ in range(most):
        if not connection.send(parts):
            break
    return connection.ended()


CALM = ENHANCE_YOUR_CALM
FLOODS = {
    "PING": (frame(PING, 0, 0, bytes(8)) * 500, CALM),
    "SETTINGS": (frame(SETTINGS) * 500, CALM),
    "SETTINGS that change windows": ((setting(INITIAL_WINDOW_SIZE, 1) + setting(INITIAL_WINDOW_SIZE, 2)) * 250, CALM),
    "PRIORITY": (frame(PRIORITY, 0, 1, KEPT + b"\x10") * 500, CALM),
    "RST_STREAM": (frame(RST_STREAM, 0, 1, number(CANCEL)) * 500, CALM),
    "empty DATA": (frame(DATA, 0, 3) * 500, CALM),
    "DATA of padding alone": (frame(DATA, PADDED, 3, b"\x00") * 500, CALM),
    "small windows": (frame(WINDOW_UPDATE, 0, 0, number(1)) * 500, CALM),
}


@pytest.mark.parametrize("name", FLOODS)
def test_flood_of(server, name):
    parts, code = FLOODS[name]
    with Flood(server), Connection(server.grpc) as connection:
        closed(connection)
        connection.headers(3, request(FOLLOW))
        said = until_closed(connection, parts, 200)
        assert said and said[0] == code and said[1], said


def test_rapid_reset(server):
    """CVE-2023-44487: calls that are withdrawn as soon as they are made."""
    with Flood(server), Connection(server.grpc) as connection:
        parts = [headers(stream, END_HEADERS) + frame(RST_STREAM, 0, stream, number(CANCEL)) for stream in range(1, 40001, 2)]
        for at in range(0, len(parts), 500):
            if not connection.send(*parts[at:at + 500]):
                break
        said = connection.ended()
        assert said and said[0] == CALM and "withdrawn" in said[1], said


def test_resets_that_the_server_is_made_to_send(server):
    """CVE-2025-8671: the same by mistakes in streams, which the server resets."""
    with Flood(server), Connection(server.grpc) as connection:
        parts = [headers(stream, END_HEADERS) + frame(WINDOW_UPDATE, 0, stream, number(0x7fffffff))
                 for stream in range(1, 20001, 2)]
        connection.socket.settimeout(20)
        for at in range(0, len(parts), 500):  # fewer at a time than there may be streams
            if not connection.send(*parts[at:at + 500], frame(PING, 0, 0, bytes(8))) or not connection.answered():
                break
        said = connection.ended()
        assert said and said[0] == CALM, said


@pytest.mark.parametrize("piece", [b"", literal("x", "y" * 100)], ids=["empty", "full"])
def test_a_header_block_without_end(server, piece):
    """CVE-2024-28182 and its kin: CONTINUATION frames for ever."""
    with Flood(server), Connection(server.grpc) as connection:
        connection.frame(HEADERS, END_STREAM, 1, block(request()))
        said = until_closed(connection, frame(CONTINUATION, 0, 1, piece) * 500, 200)
        assert said and said[0] in (CALM, INTERNAL_ERROR), said


def test_a_header_of_too_many_fields(server):
    with Flood(server), Connection(server.grpc) as connection:
        big = block([*request(), *[(f"x-{n}", "y" * 100) for n in range(130)]])  # more than 16 KiB as they are counted
        connection.frame(HEADERS, END_HEADERS | END_STREAM, 1, big)
        answer = connection.answer(1)[2]
        assert answer["grpc-status"] == "8" and "metadata" in answer["grpc-message"], answer
        connection.ping()


def test_a_header_that_unfolds(server):
    """An HPACK bomb: one large field in the table, named by one byte each time."""
    with Flood(server), Connection(server.grpc) as connection:
        value = b"z" * 4000
        entry = b"\x40\x01x" + b"\x7f" + bytes([(len(value) - 127) & 0x7f | 0x80, (len(value) - 127) >> 7]) + value
        connection.frame(HEADERS, END_HEADERS | END_STREAM, 1, block(request()) + entry + b"\xbe" * 10000)
        got = connection.read()
        assert got is not None
        if got.type == HEADERS:
            assert got.payload["grpc-status"] == "8"


def test_a_client_that_takes_nothing(launch):
    """Its window is closed, but it lives: what waits for it is given up after grpc.write_timeout."""
    server = launch("--set", "grpc.write_timeout=1500ms")
    with Connection(server.grpc, [(INITIAL_WINDOW_SIZE, 0)]) as connection:
        connection.call(1)
        connection.headers(3, request(FOLLOW))  # has nothing to take, which is fine
        begin = time.monotonic()
        assert connection.reset(1) == CALM
        assert 1.2 < time.monotonic() - begin < 10
        assert all(got.type != RST_STREAM for got in connection.ping())
        # One that takes a little now and then is only slow.
        connection.call(5)
        for _ in range(6):
            time.sleep(0.5)
            connection.frame(WINDOW_UPDATE, 0, 5, number(1))
        connection.frame(WINDOW_UPDATE, 0, 5, number(1000))
        assert connection.answer(5)[2]["grpc-status"] == "0"


def test_unknown_frames_are_passed_over(server):
    """At the cost of whoever sends them: nothing is kept or answered."""
    with Flood(server), Connection(server.grpc) as connection:
        for _ in range(200):
            assert connection.send(frame(0x16, 0, 0, b"") * 500)
        connection.ping()


def test_answers_that_nobody_takes_are_bounded_for_a_connection(launch):
    """And are given up call by call: the others go on."""
    server = launch("--set", "grpc.connection_buffer=64KiB")
    for n in range(3):
        server.post("/api/messages", {"room": "big", "user": "alice", "content": "x" * 10000})
    read = b"\x0a\x03big\x12\x010"  # room and since
    with Connection(server.grpc, [(INITIAL_WINDOW_SIZE, 0)]) as connection:
        for stream in range(1, 9, 2):
            connection.call(stream, read, "/chat.ChatService/ReadMessages")
        ended = connection.until(lambda got: got.type == HEADERS and got.flags & END_STREAM)
        assert ended.payload["grpc-status"] == "8" and "65536 bytes" in ended.payload["grpc-message"], ended
        connection.send(setting(INITIAL_WINDOW_SIZE, 1 << 20))
        assert connection.answer(1)[2]["grpc-status"] == "0"


# ---- connections ----

@pytest.mark.parametrize("flag, text", [("max_connections_per_address=2", "this address has"),
                                        ("max_connections=2", "the server has")])
def test_too_many_connections_are_told(launch, flag, text):
    server = launch("--set", f"grpc.{flag}")
    with Connection(server.grpc) as first, Connection(server.grpc) as second:
        with Connection(server.grpc, greet=False) as third:
            third.send(PREFACE, frame(SETTINGS))
            code, said = third.ended()
            assert code == CALM and text in said and said.endswith(": 2"), said
        for taken in (first, second):
            taken.call(1)
            assert taken.answer(1)[2]["grpc-status"] == "0"
    deadline = time.monotonic() + 10  # those that have gone make room
    while True:
        with Connection(server.grpc, greet=False) as again:
            again.send(PREFACE, frame(SETTINGS), frame(SETTINGS, ACK), headers())
            got = again.until(lambda got: got.type in (GOAWAY, HEADERS))
            if got.type == HEADERS:
                break
        assert time.monotonic() < deadline
