"""Small blocking clients that show the bytes: what a test needs to be exact about frames, events and cuts."""
import base64
import json
import os
import socket
import struct

TIMEOUT = 10


def reset(end):
    """Ends a connection as a network that fails does: with a reset (RST)."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def receive_all(end):
    """What comes until the other side closes or resets."""
    data = b""
    try:
        while piece := end.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


class WebSocketClosed(Exception):
    def __init__(self, code, reason=""):
        super().__init__(f"closed with {code} {reason}")
        self.code, self.reason = code, reason


class WebSocket:
    """RFC 6455 client. receive() gives text as str, binary as bytes; pings are answered."""

    def __init__(self, port, path, headers=()):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        self.head = head.decode()
        if self.status != 101:
            raise ConnectionError(self.head)

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise WebSocketClosed(1006)
        self.buffer += data

    def _take(self, count):
        while len(self.buffer) < count:
            self._fill()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def send_frame(self, opcode, payload=b"", fin=True):
        mask = os.urandom(4)
        head = bytes([(0x80 if fin else 0) | opcode])
        if len(payload) < 126:
            head += bytes([0x80 | len(payload)])
        elif len(payload) < 65536:
            head += bytes([0x80 | 126]) + struct.pack("!H", len(payload))
        else:
            head += bytes([0x80 | 127]) + struct.pack("!Q", len(payload))
        masked = bytes(b ^ mask[i & 3] for i, b in enumerate(payload)) if len(payload) < 100_000 else \
            (int.from_bytes(payload, "big") ^ int.from_bytes((mask * (len(payload) // 4 + 1))[:len(payload)], "big")
             ).to_bytes(len(payload), "big")
        self.socket.sendall(head + mask + masked)

    def send(self, message):
        if isinstance(message, (dict, list)):
            message = json.dumps(message)
        if isinstance(message, str):
            self.send_frame(1, message.encode())
        else:
            self.send_frame(2, message)

    def receive_frame(self):
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            length, = struct.unpack("!H", self._take(2))
        elif length == 127:
            length, = struct.unpack("!Q", self._take(8))
        return first & 0x0F, self._take(length), bool(first & 0x80)

    def receive(self, timeout=TIMEOUT):
        self.socket.settimeout(timeout)
        message, kind = b"", None
        while True:
            opcode, payload, fin = self.receive_frame()
            if opcode == 9:
                self.send_frame(10, payload)
            elif opcode == 8:
                code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                raise WebSocketClosed(code, payload[2:].decode())
            elif opcode in (0, 1, 2):
                kind = kind if opcode == 0 else opcode
                message += payload
                if fin:
                    return message.decode() if kind == 1 else message

    def receive_json(self, timeout=TIMEOUT):
        return json.loads(self.receive(timeout))

    def receive_until(self, wanted, timeout=TIMEOUT):
        """The first JSON message for which wanted(message); the others are dropped."""
        while True:
            message = self.receive_json(timeout)
            if wanted(message):
                return message

    def cut(self):
        """Without a closing handshake, as a phone in a tunnel."""
        reset(self.socket)

    def close(self, code=1000):
        try:
            self.send_frame(8, struct.pack("!H", code))
            while True:
                self.receive()
        except (WebSocketClosed, OSError):
            pass
        self.socket.close()


class EventSource:
    """Server-Sent Events over chunked HTTP/1.1; events are dicts with id, event and data."""

    def __init__(self, port, path, last_event_id=None):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
        if last_event_id is not None:
            head += f"Last-Event-ID: {last_event_id}\r\n"
        self.socket.sendall((head + "\r\n").encode())
        self.raw = b""
        while b"\r\n\r\n" not in self.raw:
            self._fill()
        head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        self.head = head.decode()
        self.status = int(head.split()[1])
        self.text = ""
        self.comments = []

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the stream was cut")
        self.raw += data

    def _chunk(self):
        while True:
            head, separator, rest = self.raw.partition(b"\r\n")
            if separator:
                size = int(head, 16)
                if len(rest) >= size + 2:
                    break
            self._fill()
        self.raw = rest[size + 2:]
        if size == 0:
            raise EOFError("the stream has ended")
        self.text += rest[:size].decode()

    def next(self, timeout=TIMEOUT):
        self.socket.settimeout(timeout)
        while True:
            while "\n\n" not in self.text:
                self._chunk()
            block, self.text = self.text.split("\n\n", 1)
            event = {"event": "message", "data": None, "id": None}
            for line in block.split("\n"):
                if line.startswith(":"):
                    self.comments.append(line[1:].strip())
                    continue
                name, _, value = line.partition(":")
                value = value[1:] if value.startswith(" ") else value
                if name == "data":
                    event["data"] = value if event["data"] is None else event["data"] + "\n" + value
                elif name in ("id", "event"):
                    event[name] = value
            if event["data"] is not None:
                return event

    def cut(self):
        self.socket.close()


def exchange(port, raw, timeout=TIMEOUT):
    """Sends bytes and reads until the server closes or nothing more comes; gives (bytes, closed)."""
    with socket.create_connection(("127.0.0.1", port), timeout) as s:
        s.sendall(raw)
        answer = b""
        try:
            while True:
                data = s.recv(65536)
                if not data:
                    return answer, True
                answer += data
        except (socket.timeout, ConnectionResetError) as e:
            return answer, isinstance(e, ConnectionResetError)
