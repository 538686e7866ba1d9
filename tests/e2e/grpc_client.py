"""A gRPC client that knows nothing but what the server's reflection tells, as grpcurl does."""
import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

REFLECTION = "grpc.reflection.v1alpha.ServerReflection"


def text_field(number, text):
    """A string field on the wire, of less than 128 bytes."""
    encoded = text.encode()
    assert len(encoded) < 128
    return bytes([number << 3 | 2, len(encoded)]) + encoded


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of a message on the wire: bytes, or a number."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[tag & 7]
            value, at = data[at:at + size], at + size
        yield tag >> 3, value


class Client:
    def __init__(self, port, metadata=()):
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.metadata = tuple(metadata)
        self.pool = descriptor_pool.DescriptorPool()
        self.factory = message_factory.MessageFactory(self.pool)
        self.known = set()

    def close(self):
        self.channel.close()

    def ask(self, request, service=REFLECTION):
        """The fields of the one answer of reflection to `request`."""
        call = self.channel.stream_stream(f"/{service}/ServerReflectionInfo")
        return dict(fields(next(iter(call(iter([request]), timeout=10)))))

    def services(self, service=REFLECTION):
        answer = self.ask(text_field(7, "*"), service)
        return [dict(fields(entry))[1].decode() for _, entry in fields(answer[6])]

    def service(self, name):
        """Its descriptor."""
        if name not in self.known:
            self.known.add(name)
            files = [descriptor_pb2.FileDescriptorProto.FromString(file)
                     for _, file in fields(self.ask(text_field(4, name))[4])]
            for file in reversed(files):  # what a file needs comes behind it
                self.pool.Add(file)
        return self.pool.FindServiceByName(name)

    def methods(self, name):
        """The descriptors, as messages, of a service's methods."""
        proto = descriptor_pb2.ServiceDescriptorProto()
        self.service(name).CopyToProto(proto)
        return proto.method

    def message(self, descriptor, values=None):
        if hasattr(values, "SerializeToString"):
            return values
        return self.factory.GetPrototype(descriptor)(**(values or {}))

    def call(self, path, request=None, timeout=10, metadata=None):
        """`path` is "user.UserService/CreateUser"; `request` a dict, or a list of them for a client's stream. Gives
        the answer, or what iterates over the answers."""
        method, sent = self.prepare(path, request)
        return method(sent, timeout=timeout, metadata=self.metadata if metadata is None else metadata)

    def begin(self, path, request, timeout=10):
        """The future of a unary call."""
        method, sent = self.prepare(path, request)
        return method.future(sent, timeout=timeout, metadata=self.metadata)

    def prepare(self, path, request):
        """What calls the method, and what it is given."""
        service, name = path.split("/")
        method = self.service(service).methods_by_name[name]
        proto = descriptor_pb2.MethodDescriptorProto()
        method.CopyToProto(proto)
        kind = ("stream" if proto.client_streaming else "unary") + "_" + (
            "stream" if proto.server_streaming else "unary")
        answer = self.factory.GetPrototype(method.output_type)
        call = getattr(self.channel, kind)("/" + path, request_serializer=lambda m: m.SerializeToString(),
                                           response_deserializer=answer.FromString)
        if proto.client_streaming:
            sent = iter([self.message(method.input_type, values) for values in request])
        else:
            sent = self.message(method.input_type, request[0] if isinstance(request, list) else request)
        return call, sent
