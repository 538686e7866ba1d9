"""Compressed messages of gRPC, as grpcio sends and takes them, and as they are on the wire."""
import gzip
import struct

import grpc
import pytest
from grpc_client import Client
from http2 import DATA, END_STREAM, Connection, message, request

READ = "/chat.ChatService/ReadMessages"
ASK = b"\x0a\x03big\x12\x010"  # room and since
MAX_MESSAGE = 4 << 20


@pytest.fixture(scope="module")
def big(server):
    """A room whose messages are a few KiB of text."""
    for n in range(5):
        server.post("/api/messages", {"room": "big", "user": "alice", "content": f"{n} and so on " * 100})
    return server


def answer(server, body=b"", compressed=0, path="/calculator.Calculator/Add", **fields):
    """(header, flag, message, trailers)."""
    with Connection(server.grpc) as connection:
        connection.headers(1, request(path, **fields))
        connection.frame(DATA, END_STREAM, 1, message(body, compressed))
        header, data, trailers = connection.answer(1)
    return header, data[:1], data[5:], trailers


def test_grpcio_sends_and_takes_gzip(big):
    client = Client(big.grpc)
    try:
        user = client.service("chat.ChatService").methods_by_name["ReadMessages"]
        for compression in (grpc.Compression.Gzip, grpc.Compression.NoCompression):
            stub = client.channel.unary_unary(
                READ, request_serializer=lambda m: m.SerializeToString(),
                response_deserializer=client.factory.GetPrototype(user.output_type).FromString)
            asked = client.message(user.input_type, {"room": "big", "since": "0"})
            page = stub(asked, timeout=10, compression=compression)
            assert [m.content[0] for m in page.messages] == list("01234")
            posted = client.channel.unary_unary("/chat.ChatService/PostMessage")
            content = f"\x0a\x03gip\x1a{chr(100)}".encode() + b"y" * 100 + b"\x22\x05alice"
            posted(content, timeout=10, compression=compression)
        assert [m["content"] for m in big.messages("gip")] == ["y" * 100] * 2
        # Deflate is the other coding grpcio has; no server has to take it.
        with pytest.raises(grpc.RpcError) as refused:
            posted(content * 20, timeout=10, compression=grpc.Compression.Deflate)
        assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    finally:
        client.close()


def test_answers_are_compressed_for_those_who_take_it(big):
    header, flag, plain, _ = answer(big, ASK, path=READ)
    assert flag == b"\0" and "grpc-encoding" not in header and header["grpc-accept-encoding"] == "identity,gzip"
    for accepted in ("gzip", "identity,deflate,gzip", "identity, gzip"):
        header, flag, coded, _ = answer(big, ASK, path=READ, grpc_accept_encoding=accepted)
        assert flag == b"\1" and header["grpc-encoding"] == "gzip", accepted
        assert gzip.decompress(coded) == plain and len(coded) < len(plain) / 5
    for accepted in ("identity", "deflate,gzipped"):
        header, flag, same, _ = answer(big, ASK, path=READ, grpc_accept_encoding=accepted)
        assert flag == b"\0" and "grpc-encoding" not in header and same == plain
    # Small ones stay as they are.
    header, flag, small, _ = answer(big, b"", grpc_accept_encoding="gzip")
    assert flag == b"\0" and len(small) < 100


def test_requests_are_taken_compressed(server):
    numbers = b"\x09" + struct.pack("<d", 2) + b"\x11" + struct.pack("<d", 3)
    plain = answer(server, numbers)[2]
    assert answer(server, gzip.compress(numbers), 1, grpc_encoding="gzip")[2] == plain
    assert answer(server, numbers, 0, grpc_encoding="gzip")[2] == plain  # each message says for itself
    assert answer(server, numbers, 0, grpc_encoding="identity")[2] == plain


@pytest.mark.parametrize("body, flag, encoding, status, text", [
    (gzip.compress(b"\x0a\x01x"), 1, None, "13", "which no grpc-encoding has announced"),
    (gzip.compress(b"\x0a\x01x"), 1, "identity", "13", "which no grpc-encoding has announced"),
    (b"\x0a\x01x", 1, "gzip", "13", "gzip format"),
    (gzip.compress(b"\x0a\x01x")[:-3], 1, "gzip", "13", "gzip format"),
    (b"\x0a\x01x", 2, "gzip", "13", ""),
    (b"\x0a\x01x", 0, "deflate", "12", "identity or gzip"),
    (gzip.compress(bytes(MAX_MESSAGE + 1)), 1, "gzip", "8", "4194304"),
    (gzip.compress(bytes(1 << 28)), 1, "gzip", "8", "4194304"),  # a bomb: 256 KiB that become 256 MiB
], ids=["unannounced", "identity", "no gzip", "cut", "flag", "deflate", "one byte too large", "bomb"])
def test_what_cannot_be_taken(server, body, flag, encoding, status, text):
    with open(f"/proc/{server.process.pid}/status") as f:
        before = next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))
    with Connection(server.grpc) as connection:
        connection.headers(1, request("/user.UserService/GetUser", grpc_encoding=encoding))
        data = message(body, flag)
        for at in range(0, len(data), 16000):
            connection.frame(DATA, END_STREAM if at + 16000 >= len(data) else 0, 1, data[at:at + 16000])
        header, _, trailers = connection.answer(1)
    assert trailers["grpc-status"] == status and text in trailers["grpc-message"], trailers
    assert header["grpc-accept-encoding"] == "identity,gzip"
    with open(f"/proc/{server.process.pid}/status") as f:
        after = next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))
    assert after - before < 32 << 10
