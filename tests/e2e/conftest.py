"""Starts the built binary for tests: PARLEY_BINARY names it (./dev test sets it). With PARLEY_SPLIT=1 every server
has every module in a process of its own."""
import http.client
import json
import os
import re
import signal
import subprocess
import time

import openapi
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPLIT = ["users", "orders", "chat", "notifications", "calculator", "numbers"] if os.environ.get("PARLEY_SPLIT") == "1" else []
BINARY = os.environ.get("PARLEY_BINARY", os.path.join(ROOT, "build", "release", "parley"))


def awaited(condition, seconds=20):
    """Asks until `condition()` is true, which each time asks the server."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not come"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Parley:
    """One running server on free ports, with a data folder that outlives restarts.

    What it answers to request() must stand in its own /openapi.json."""

    def __init__(self, folder, *flags, environment=None):
        self.folder, self.flags, self.environment = str(folder), flags, environment
        self.data = flags[flags.index("--data") + 1] if "--data" in flags else os.path.join(self.folder, "data")
        self.log_path = os.path.join(self.folder, "server.log")
        self.process = None
        self.start()

    def start(self, grpc_port=0):
        ports_file = os.path.join(self.folder, "ports.json")
        if os.path.exists(ports_file):
            os.unlink(ports_file)
        log = open(self.log_path, "ab")
        command = [BINARY, "serve", "--port", "0", "--ws-port", "0", "--grpc-port", str(grpc_port), "--data", self.data,
                   "--ports-file", ports_file, *self.flags]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
        environment.update(self.environment or {})
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.folder)
        log.close()
        deadline = time.monotonic() + 60
        while not os.path.exists(ports_file):
            assert self.process.poll() is None, "the server did not start:\n" + self.log()
            assert time.monotonic() < deadline, "the server did not become ready:\n" + self.log()
            time.sleep(0.01)
        with open(ports_file) as f:
            ports = json.load(f)
        self.http, self.ws, self.grpc = ports["http"], ports["ws"], ports["grpc"]
        self.description = None
        for module in SPLIT:
            self.extract(module)

    def extract(self, module):
        """Moves it into a process of its own."""
        with open(os.path.join(self.data, "admin.token")) as f:
            headers = {"Authorization": f"Bearer {f.read().strip()}"}
        answer = self.post(f"/api/topology/{module}/extract", None, headers=headers, checked=False)
        assert answer.status == 200, answer.body

    def pids(self):
        """Of the server and of those its modules are in."""
        return [process["pid"] for process in self.get("/api/topology").json()["processes"]]

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def request(self, method, path, body=None, headers=None, port=None, checked=True, body_checked=True):
        """`checked=False` is for tests that break HTTP on purpose, `body_checked=False` for bodies that are taken
        though the document recommends another form."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.http, timeout=30)
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if checked and self.description is None:
            self.description = self.describe()
        try:
            connection.request(method, path, body, headers)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        if checked:
            self.description.check(method, path, body, answer, body_checked)
        return answer

    def describe(self):
        """The server's own OpenAPI document."""
        answer = self.request("GET", "/openapi.json", checked=False)
        assert answer.status == 200, f"/openapi.json is answered {answer.status}: {answer.body[:300]}"
        return openapi.Document.of(answer.body)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body, **more):
        return self.request("POST", path, body, **more)

    def token(self, *arguments):
        """What `parley token` prints."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
        done = subprocess.run([BINARY, "token", "--data", self.data, *arguments], capture_output=True, text=True,
                              timeout=60, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL)
        assert done.returncode == 0 and not done.stderr, done
        assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]{43}\n", done.stdout), done
        return done.stdout.strip()

    def messages(self, room="lobby", page=1000):
        """The whole log of a room, page by page."""
        out, since = [], "0"
        while True:
            answer = self.get(f"/api/messages?room={room}&since={since}&limit={page}").json()
            out += answer["messages"]
            if not answer["has_new"]:
                return out
            since = answer["next"]

    def figures(self):
        """What /metrics says, by name and labels."""
        lines = self.get("/metrics").body.decode().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, timeout=30):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


@pytest.fixture
def launch(tmp_path):
    """launch(*flags) starts a server that the test may stop, kill and start again."""
    servers = []

    def start(*flags, environment=None):
        folder = tmp_path / f"server{len(servers)}"
        folder.mkdir()
        servers.append(Parley(folder, *flags, environment=environment))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.kill()
        log = server.log()
        for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer", "ThreadSanitizer"):
            assert sign not in log, log


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server shared by the tests of one file, which must still be healthy at its end."""
    running = Parley(tmp_path_factory.mktemp("parley"))
    yield running
    try:
        assert running.get("/health").json()["status"] == "healthy"
        assert running.stop() == 0
        log = running.log()
        for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            assert sign not in log, log
    finally:
        if running.process.poll() is None:
            running.kill()
