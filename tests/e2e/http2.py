"""HTTP/2 frame by frame, for tests that must be exact about them, or wrong on purpose."""
import collections
import socket
import struct

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 1
END_HEADERS, PADDED, WITH_PRIORITY = 4, 8, 32
(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR,
 REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM) = range(12)
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = range(1, 7)

ADD, FOLLOW = "/calculator.Calculator/Add", "/chat.ChatService/Follow"
NUMBERS = b"\x09" + struct.pack("<d", 2) + b"\x11" + struct.pack("<d", 3)

Frame = collections.namedtuple("Frame", "type flags stream payload")


def frame(type, flags=0, stream=0, payload=b"", length=None):
    length = len(payload) if length is None else length
    return struct.pack(">BHBBI", length >> 16, length & 0xffff, type, flags, stream) + payload


def literal(name, value=""):
    """A header field without indexing and without Huffman's code: as it stands, whatever it is."""
    def text(of):
        of = of if isinstance(of, bytes) else of.encode()
        assert len(of) < 127 + 128
        return (bytes([len(of)]) if len(of) < 127 else bytes([127, len(of) - 127])) + of
    return b"\x00" + text(name) + text(value)


def block(fields):
    return b"".join(literal(name, value) for name, value in fields)


def settings(values):
    return b"".join(struct.pack(">HI", name, value) for name, value in values)


def request(path=ADD, **changes):
    """The fields of a call; `changes` with underscores for hyphens, None for without."""
    fields = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost", "te": "trailers",
              "content-type": "application/grpc"}
    for name, value in changes.items():
        name = name.replace("_", "-")
        fields[f":{name}" if f":{name}" in fields else name] = value
    return [(name, value) for name, value in fields.items() if value is not None]


def message(body, compressed=0):
    return struct.pack(">BI", compressed, len(body)) + body


class Connection:
    """After the handshake, unless `greet` says otherwise; `values` are the client's settings."""

    def __init__(self, port, values=(), greet=True, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.buffer = b""
        self.decoder = hpack.Decoder()
        self.settings = {}
        self.pings = 0
        self.said = None  # a GOAWAY
        if greet:
            self.send(PREFACE, frame(SETTINGS, payload=settings(values)), frame(SETTINGS, ACK))
            self.until(lambda got: got.type == SETTINGS and got.flags & ACK)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        """Also to a server that has closed: what it has said before is what a test looks at."""
        try:
            self.socket.sendall(b"".join(parts))
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def frame(self, *arguments, **more):
        return self.send(frame(*arguments, **more))

    def headers(self, stream, fields, flags=END_HEADERS):
        return self.frame(HEADERS, flags, stream, block(fields))

    def call(self, stream, body=NUMBERS, path=ADD):
        self.headers(stream, request(path))
        self.frame(DATA, END_STREAM, stream, message(body))

    def _take(self, size):
        while len(self.buffer) < size:
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self.buffer += data
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def read(self):
        """None at the end. The payload of HEADERS is their fields."""
        head = self._take(9)
        if head is None:
            return None
        high, low, type, flags, stream = struct.unpack(">BHBBI", head)
        payload = self._take(high << 16 | low)
        if payload is None:
            return None
        if type == SETTINGS:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                self.settings[name] = value
        if type == HEADERS:
            assert flags & END_HEADERS
            payload = dict(self.decoder.decode(payload))
        return Frame(type, flags, stream, payload)

    def until(self, wanted):
        seen = []
        while True:
            got = self.read()
            assert got is not None, f"the server closed; before that it sent {seen}"
            if wanted(got):
                return got
            seen.append(got)

    def ping(self):
        """The server is there and has taken everything before; gives what it sent meanwhile."""
        self.pings += 1
        word = struct.pack(">Q", self.pings)
        assert self.frame(PING, 0, 0, word), "the server closed"
        seen = []
        while True:
            got = self.read()
            assert got is not None, f"the server closed; before that it sent {seen}"
            if got.type == PING and got.flags & ACK and got.payload == word:
                return seen
            seen.append(got)

    def answered(self):
        """Whether a PING is, before the end; for want of the connection's own words see ended()."""
        while (got := self.read()) is not None:
            if got.type == GOAWAY:
                self.said = got
                return False
            if got.type == PING:
                return True
        return False

    def ended(self):
        """Why the server closes: (code, text) of its GOAWAY."""
        said = self.said and self.reason(self.said)
        while (got := self.read()) is not None:
            if got.type == GOAWAY:
                said = self.reason(got)
        return said

    @staticmethod
    def reason(goaway):
        return struct.unpack(">I", goaway.payload[4:8])[0], goaway.payload[8:].decode()

    def reset(self, stream):
        """The code of its RST_STREAM; the connection goes on."""
        return struct.unpack(">I", self.until(lambda got: (got.type, got.stream) == (RST_STREAM, stream)).payload)[0]

    def answer(self, stream):
        """(header, body, trailers) of a call; the header is all there is where there is nothing to answer."""
        parts, body = [], b""
        while True:
            got = self.until(lambda got: got.stream == stream and got.type in (HEADERS, DATA, RST_STREAM))
            assert got.type != RST_STREAM, got
            if got.type == HEADERS:
                parts.append(got.payload)
            else:
                body += got.payload
            if got.flags & END_STREAM:
                return parts[0], body, parts[-1]
