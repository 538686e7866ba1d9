#!/usr/bin/env python3
"""A service of your own: user.UserService in Python, for the users of Parley to live in.

It knows nothing of Parley but the .proto file that a running server publishes. Users are kept in memory.

    python3 user_service.py --port 50061         # reads http://localhost:8080/proto, prints its port
    parley serve --bind users=127.0.0.1:50061    # REST, JSON-RPC, orders … now find their users here
"""
import argparse
import concurrent.futures
import importlib
import inspect
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

import grpc
from google.protobuf import empty_pb2

# ---- from .proto files to Python ---------------------------------------------------------------------------


def fetch(base, name, folder, saved_as=None):
    """A .proto file and what it imports; `base` is an address or a folder."""
    if "://" in base:
        text = urllib.request.urlopen(f"{base}/{name}", timeout=10).read().decode()
    else:
        text = open(os.path.join(base, name), encoding="utf-8").read()
    path = os.path.join(folder, saved_as or name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    for imported in re.findall(r'^import "([^"]+)";', text, re.M):
        fetch(base, imported, folder)


def generate(base):
    """Has protoc make Python modules, as in any project that uses gRPC."""
    names = ["user", "health", "error_details"]
    with tempfile.TemporaryDirectory(prefix="user-service-") as folder:
        fetch(base, "user.proto", folder)
        fetch(base, "grpc/health/v1.proto", folder, saved_as="health.proto")
        fetch(os.path.dirname(os.path.abspath(__file__)), "error_details.proto", folder)
        subprocess.run(["protoc", f"-I{folder}", f"--python_out={folder}", *(f"{name}.proto" for name in names)],
                       check=True)
        sys.path.insert(0, folder)
        return [importlib.import_module(f"{name}_pb2") for name in names]


# ---- errors ------------------------------------------------------------------------------------------------


class Refused(Exception):
    """Ends a call with a status; `problems` are (field, what is wrong with it)."""

    def __init__(self, code, message, problems=()):
        super().__init__(message)
        self.code, self.message, self.problems = code, message, problems

    def end(self, context):
        if self.problems:
            bad = error_details.BadRequest()
            for field, problem in self.problems:
                bad.field_violations.add(field=field, description=problem)
            status = error_details.Status(code=self.code.value[0], message=self.message)
            status.details.add(type_url="type.googleapis.com/google.rpc.BadRequest", value=bad.SerializeToString())
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(self.code, self.message)


def invalid(problems):
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, "; ".join(f"{field} {what}" for field, what in problems), problems)


# ---- the lecture's rules -----------------------------------------------------------------------------------

OPTIONAL = ("age", "city", "country", "phone", "avatar")
LENGTHS = {"name": (2, 50), "email": (0, 254), "city": (0, 100), "country": (0, 100), "phone": (0, 32),
           "avatar": (0, 2048), "q": (0, 254)}
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
EMAIL = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(\.{LABEL})+")
PHONE = re.compile(r"\+?[1-9][0-9]{1,14}")  # without what people write between the digits
AVATAR = re.compile(r"https?://[^\x00-\x20\x7f]+", re.I)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def problem_of(field, value):
    """What is wrong with a value; None when nothing is."""
    if field == "age":
        return None if 0 <= value <= 120 else f"must be between 0 and 120, is {value}"
    if field not in LENGTHS:
        return None
    least, most = LENGTHS[field]
    if not least <= len(value) <= most:
        return f"must have {least} to {most} characters, has {len(value)}"
    if CONTROL.search(value):
        return "must be one line of text without control characters"
    if field == "email" and not EMAIL.fullmatch(value):
        return "must be an e-mail address"
    if field == "phone" and value and not PHONE.fullmatch(re.sub(r"[ ()./-]", "", value)):
        return "must be a phone number such as +1-555-123-4567"
    if field == "avatar" and value and not AVATAR.fullmatch(value):
        return "must be an http:// or https:// address"
    return None


def checked(values):
    """The fields as they are kept, or every problem at once."""
    for field, value in values.items():
        if isinstance(value, str):
            values[field] = value.strip().lower() if field == "email" else value.strip()
    problems = [(field, problem_of(field, value)) for field, value in values.items() if value is not None]
    problems = [(field, what) for field, what in problems if what]
    if problems:
        raise invalid(problems)
    return values


def whole(request):
    """All fields of a user; those that were left out are None and get cleared."""
    values = {field: getattr(request, field) if request.HasField(field) else None for field in OPTIONAL}
    return checked({"name": request.name, "email": request.email, **values})


def part(request):
    """The fields that a patch sets. Its optional ones are messages: absent leaves, one without a value clears."""
    values = {field: getattr(request, field) for field in ("name", "email", "active") if request.HasField(field)}
    for field in OPTIONAL:
        if request.HasField(field):
            wish = getattr(request, field)
            values[field] = wish.value if wish.HasField("value") else None
    return checked(values)


# ---- the service -------------------------------------------------------------------------------------------


class UserService:
    """Each method of the .proto file by its name. Calls come from several threads, so a lock guards the users."""

    def __init__(self):
        self.lock = threading.Lock()
        self.users = {}    # by id, oldest first; a user is replaced, never changed
        self.numbers = {}  # by id: in which order they came

    def find(self, user_id):
        user = self.users.get(user_id.lower())
        if user is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, "there is no user with this id")
        return user

    def keep(self, before, values):
        """With the lock held: `before` with these values takes its place."""
        email = values.get("email")
        if any(other.email == email and other.id != before.id for other in self.users.values()):
            raise Refused(grpc.StatusCode.ALREADY_EXISTS, "another user has this e-mail",
                          [("email", "is another user's already")])
        user = pb.User()
        user.CopyFrom(before)
        for field, value in values.items():
            if value is None or (field in OPTIONAL and value == ""):
                user.ClearField(field)
            else:
                setattr(user, field, value)
        user.updated_at.FromMicroseconds(time.time_ns() // 1000)
        if not user.HasField("created_at"):
            user.created_at.CopyFrom(user.updated_at)
        self.users[user.id] = user
        self.numbers.setdefault(user.id, len(self.numbers) + 1)  # also those of deleted users stay taken
        return user

    def matching(self, q):
        """With the lock held."""
        q = q.lower()
        return [user for user in self.users.values() if q in user.name.lower() or q in user.email]

    def CreateUser(self, request):
        values = whole(request)
        with self.lock:
            return self.keep(pb.User(id=str(uuid.uuid4()), active=True), values)

    def GetUser(self, request):
        with self.lock:
            return self.find(request.id)

    def GetUserProfile(self, request):
        with self.lock:
            user = self.find(request.id)
        profile = pb.UserProfile(id=user.id, name=user.name, active=user.active, member_since=user.created_at)
        for field in ("avatar", "city", "country"):
            if user.HasField(field):
                setattr(profile, field, getattr(user, field))
        return profile

    def UpdateUser(self, request):
        values = whole(request)
        if request.HasField("active"):
            values["active"] = request.active
        with self.lock:
            return self.keep(self.find(request.id), values)

    def PatchUser(self, request):
        values = part(request)
        with self.lock:
            return self.keep(self.find(request.id), values)

    def DeleteUser(self, request):
        with self.lock:
            del self.users[self.find(request.id).id]
        return empty_pb2.Empty()

    def ListUsersPage(self, request):
        # A number that was left out is 0 on the other side: proto3 does not tell the two apart.
        page, size = request.page or 1, request.page_size or 20
        q = checked({"q": request.q})["q"]
        if not 1 <= page <= 100_000_000:
            raise invalid([("page", f"must be between 1 and 100000000, is {page}")])
        if not 1 <= size <= 100:
            raise invalid([("page_size", f"must be between 1 and 100, is {size}")])
        with self.lock:
            found = self.matching(q)
        first = (page - 1) * size
        return pb.ListUsersResponse(users=found[first:first + size], total=len(found), page=page, page_size=size)

    def ListUsers(self, request):
        """A stream: users may come and go while it runs, so it looks for the next ones behind the last."""
        q = checked({"q": request.q})["q"]
        last = 0
        while True:
            with self.lock:
                found = [user for user in self.matching(q) if self.numbers[user.id] > last][:100]
                last = self.numbers[found[-1].id] if found else last
            yield from found
            if not found:
                return

    def ValidateUser(self, request):
        with self.lock:
            user = self.users.get(request.user_id.lower())
        if user is None:
            return pb.UserValidation(reason="user not found")
        return pb.UserValidation(is_valid=user.active, reason="" if user.active else "user is not active")


class Health:
    """The standard health service, by which Parley sees whether this process is there."""

    def __init__(self, *services):
        self.services = ("", *services)

    def Check(self, request):
        if request.service not in self.services:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"there is no service {request.service}")
        return health.HealthCheckResponse(status="SERVING")


# ---- gRPC --------------------------------------------------------------------------------------------------


def handler(method, function):
    """What gRPC calls for a method of a .proto file. What would be the base class that protoc's plugin makes."""
    def unary(request, context):
        try:
            return function(request)
        except Refused as refused:
            refused.end(context)

    def stream(request, context):
        try:
            yield from function(request)
        except Refused as refused:
            refused.end(context)

    streams = inspect.isgeneratorfunction(function)
    make = grpc.unary_stream_rpc_method_handler if streams else grpc.unary_unary_rpc_method_handler
    return make(stream if streams else unary, request_deserializer=method.input_type._concrete_class.FromString,
                response_serializer=lambda message: message.SerializeToString())


def add(server, descriptor, service):
    handlers = {method.name: handler(method, getattr(service, method.name))
                for method in descriptor.methods if hasattr(service, method.name)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(descriptor.full_name, handlers),))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--proto", default="http://localhost:8080/proto", help="where user.proto is: address or folder")
    options = parser.parse_args()
    pb, health, error_details = generate(options.proto)  # the messages, for everything above

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=16), options=[("grpc.so_reuseport", 0)])
    add(server, pb.DESCRIPTOR.services_by_name["UserService"], UserService())
    add(server, health.DESCRIPTOR.services_by_name["Health"], Health("user.UserService"))
    port = server.add_insecure_port(f"127.0.0.1:{options.port}")
    server.start()
    print(port, flush=True)
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(grace=1).wait()
