"""Modules in processes of their own: by configuration, and moved while the server serves."""
import http.client
import json
import os
import signal
import subprocess
import threading
import time

import pytest
from conftest import BINARY, Parley, awaited
from grpc_client import Client
from wire import WebSocket

MODULES = ["users", "orders", "chat", "notifications", "calculator", "numbers"]
SANITIZED = os.environ.get("PARLEY_SANITIZED") == "1"


def parley(*arguments, cwd=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, env=environment, cwd=cwd)


def administrate(server, path):
    with open(os.path.join(server.data, "admin.token")) as f:
        token = f.read().strip()
    return server.post(path, None, headers={"Authorization": f"Bearer {token}"})


def move(server, module, how):
    answer = administrate(server, f"/api/topology/{module}/{how}")
    assert answer.status == 200, answer.body
    return answer.json()


def module(server, name):
    return next(m for m in server.get("/api/topology").json()["modules"] if m["name"] == name)


def user(server, name="Alice"):
    answer = server.post("/api/v3/users", {"name": name, "email": f"{name.lower()}{time.monotonic_ns()}@example.com"})
    assert answer.status == 201, answer.body
    return answer.json()["id"]


def order(server, user_id):
    return server.post("/api/v1/orders", {"user_id": user_id, "items": [
        {"product_id": "p", "quantity": 1, "price": 2.5}]})


class Load:
    """Calls again and again, in threads of its own, until stop(); each call's status is kept."""

    def __init__(self, *calls):
        self.stopping, self.problems = threading.Event(), []
        self.threads = [threading.Thread(target=self.run, args=(call,)) for call in calls]
        for thread in self.threads:
            thread.start()

    def run(self, call):
        try:
            while not self.stopping.is_set():
                call()
        except Exception as problem:  # noqa: BLE001 - told by stop()
            self.problems.append(repr(problem))

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        assert not self.problems, self.problems


class Connection:
    """A kept connection: many calls a second, without the description's check."""

    def __init__(self, server):
        self.port, self.connection = server.http, None

    def call(self, method, path, body=None):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            self.connection.request(method, path, None if body is None else json.dumps(body),
                                    {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.will_close:
                self.connection.close()
                self.connection = None
            return answer.status, text
        except OSError:
            self.connection = None
            raise


# ---- by configuration --------------------------------------------------------------------------------------

@pytest.fixture
def split(launch, tmp_path):
    """Users and orders, and the calculator twice, in processes of their own; the key of tokens is one."""
    key = os.urandom(32)

    def with_key(*flags):
        folder = tmp_path / f"process{len(started)}"
        (folder / "data").mkdir(parents=True, mode=0o700)
        path = folder / "data" / "token.key"
        path.write_bytes(key)
        path.chmod(0o600)
        started.append(Parley(folder, *flags))
        return started[-1]

    started = []
    users = with_key("--modules", "users")
    orders = with_key("--modules", "orders", "--bind", f"users=127.0.0.1:{users.grpc}")
    one, two = with_key("--modules", "calculator"), with_key("--modules", "calculator")
    main = with_key("--bind", f"users=127.0.0.1:{users.grpc},orders=localhost:{orders.grpc},"
                              f"calculator=127.0.0.1:{one.grpc},calculator=127.0.0.1:{two.grpc}",
                    "--set", "placement.probe=100ms", "--set", "placement.breaker_reset=500ms")
    yield {"users": users, "orders": orders, "main": main, "one": one, "two": two}
    for process in reversed(started):
        if process.process.poll() is None:
            assert process.stop() == 0
        for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            assert sign not in process.log(), process.log()


def test_modules_in_processes_of_their_own_are_one_server(split):
    main = split["main"]
    alice = user(main)
    assert split["users"].get(f"/api/v3/users/{alice}").json()["name"] == "Alice"  # it has REST of its own
    made = order(main, alice)
    assert made.status == 201, made.body
    assert main.get(f"/api/v1/orders/{made.json()['id']}").json() == made.json()
    refused = order(main, "nobody")
    assert refused.status == 400 and refused.json()["errors"][0]["field"] == "user_id"
    # The notifications, which are in the main process, follow the orders of the other one.
    awaited(lambda: main.get(f"/api/v1/notifications?user_id={alice}").json()["notifications"])
    for _ in range(6):
        assert main.post("/api/v1/calculate/add", {"a": 1, "b": 2}).json()["result"] == 3
    calculators = module(main, "calculator")
    assert calculators["placement"] == "remote"
    assert [i["calls"] for i in calculators["instances"]] == [3, 3]
    health = main.get("/health").json()
    assert health["status"] == "healthy"
    assert health["dependencies"]["module.users"] == "healthy"
    assert "database.users" not in health["dependencies"]
    # What a process does not host, it does not show.
    assert split["users"].get("/api/messages", checked=False).status == 404
    assert split["users"].get("/api/topology").json()["modules"][0]["placement"] == "in-process"


def test_a_remote_that_is_down_degrades_what_depends_on_it_and_nothing_else(split):
    main = split["main"]
    alice = user(main)
    made = order(main, alice).json()
    split["users"].kill()
    for _ in range(3):
        answer = main.get(f"/api/v3/users/{alice}")
        assert answer.status == 503 and answer.json()["code"] == "unavailable", answer.body
    awaited(lambda: main.get("/health").json()["status"] == "degraded")
    dependencies = main.get("/health").json()["dependencies"]
    assert dependencies["module.users"].startswith("failed")
    assert [name for name, state in dependencies.items() if state != "healthy"] == ["module.users"]
    assert module(main, "users")["instances"][0]["circuit_breaker"] in ("open", "half-open")
    gauge = f'circuit_breaker_state{{instance="127.0.0.1:{split["users"].grpc}",module="users"}}'
    assert gauge in main.get("/metrics").body.decode()
    assert order(main, alice).status == 503
    assert main.get(f"/api/v1/orders/{made['id']}").status == 200
    assert main.post("/api/messages", {"content": "still here", "user": "Alice"}).status == 201
    assert main.get("/health/ready").status == 200
    # It comes back where it was.
    split["users"].start(grpc_port=split["users"].grpc)
    awaited(lambda: main.get(f"/api/v3/users/{alice}").status == 200)
    awaited(lambda: main.get("/health").json()["status"] == "healthy")


def test_health_over_grpc_follows_a_module_elsewhere(split):
    client = Client(split["main"].grpc)
    serving, not_serving = 1, 2
    watch = client.call("grpc.health.v1.Health/Watch", {"service": "user.UserService"}, timeout=30)
    assert next(watch).status == serving
    split["users"].kill()
    assert next(watch).status == not_serving
    assert client.call("grpc.health.v1.Health/Check", {"service": "calculator.Calculator"}).status == serving
    split["users"].start(grpc_port=split["users"].grpc)
    assert next(watch).status == serving
    watch.cancel()
    client.close()


def test_one_of_two_instances_may_go(split):
    main = split["main"]
    split["one"].kill()
    statuses = [main.post("/api/v1/calculate/add", {"a": 1, "b": 2}).status for _ in range(20)]
    assert statuses.count(200) >= 18, statuses  # a call that has begun may have been lost with it
    assert main.get("/health").json()["status"] == "healthy"


@pytest.mark.parametrize("flags, says", [
    (["--modules", "user"], "users"),
    (["--modules", "orders"], "--bind users="),
    (["--bind", "users"], "MODULE=HOST:PORT"),
    (["--bind", "users=nowhere"], "host:port"),
    (["--bind", "usres=127.0.0.1:1"], "users"),
    (["--modules", "users", "--bind", "users=127.0.0.1:1"], "either"),
])
def test_a_placement_that_cannot_be_is_refused(flags, says, tmp_path):
    done = parley("serve", "--port", "0", "--ws-port", "0", "--grpc-port", "0", "--data", str(tmp_path / "data"),
                  *flags)
    assert done.returncode == 2
    assert says in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def test_a_call_without_a_token_of_the_server_is_refused_elsewhere(split, launch):
    """A main process with a key of its own: the others do not take its tokens."""
    stranger = launch("--bind", f"users=127.0.0.1:{split['users'].grpc}")
    answer = stranger.get("/api/v3/users/0198a3c2-7d5e-7000-8000-000000000000")
    assert answer.status == 401, answer.body


# ---- while it serves ---------------------------------------------------------------------------------------

def test_the_commands_move_modules_and_show_where_they_are(launch):
    server = launch()
    flags = ["--ports-file", os.path.join(server.folder, "ports.json"), "--data", server.data]

    def ask(*arguments):
        return parley(*arguments, *flags)

    shown = ask("topology")
    assert shown.returncode == 0 and shown.stdout.count("process ") == 1, shown
    for name in MODULES:
        assert name in shown.stdout
    moved = ask("extract", "orders")
    assert moved.returncode == 0 and "extracted" in moved.stdout, moved
    topology = json.loads(ask("topology", "--json").stdout)
    assert topology == server.get("/api/topology").json() | {"modules": topology["modules"]}
    child = next(p for p in topology["processes"] if p["role"] == "extracted")
    assert child["modules"] == ["orders"]
    again = ask("extract", "orders")
    assert again.returncode == 1 and "extracted already" in again.stderr, again
    assert ask("absorb", "orders").returncode == 0
    back = ask("absorb", "orders")
    assert back.returncode == 1 and "in this process" in back.stderr
    wrong = ask("extract", "faults")
    assert wrong.returncode == 2 and "there is no module faults" in wrong.stderr
    anonymous = server.post("/api/topology/orders/extract", None)
    assert anonymous.status == 401


def test_an_extracted_module_shows_in_traces(launch):
    server = launch("--access-log")
    move(server, "users", "extract")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = server.get("/api/v3/users", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.status == 200
    awaited(lambda: any("grpc: call" in line and "/user.UserService/ListUsersPage" in line and trace in line
                        for line in server.log().splitlines()))
    assert any("http: request" in line and trace in line for line in server.log().splitlines())
    text = server.get("/metrics").body.decode()
    assert 'grpc_client_requests_total{method="/user.UserService/ListUsersPage",status="OK"} 1' in text


def test_a_modules_metrics_follow_it(launch):
    """Whatever process counts: the server shows the whole, and each call once."""
    server = launch()
    created, seconds, active = ('user_creations_total{status="success"}',
                                'user_creation_duration_seconds_count{status="success"}', "active_users_total")
    writes = 'storage_writes_total{database="users"}'

    def shows(users):
        now = server.figures()
        assert (now[created], now[seconds], now[active], now[writes]) == (users,) * 4, now
        return now

    user(server, "Ann")
    shows(1)
    shows(1)  # to look at it changes nothing
    move(server, "users", "extract")
    shows(1)
    user(server, "Ben")
    user(server, "Cid")
    shows(3)
    shows(3)
    assert module(server, "users")["instances"][0]["calls"] == 2, "to ask for metrics is none of its calls"
    told = server.get("/api/topology/metrics").json()["series"]
    assert "active_users_total" not in {series["name"] for series in told}, "it is not in this process"
    move(server, "users", "absorb")
    user(server, "Dan")
    assert shows(4)['storage_healthy{database="users"}'] == 1
    told = {(series["name"], *series["labels"].values()): series for series in server.get("/api/topology/metrics").json()["series"]}
    assert told["active_users_total",]["value"] == 4
    creations = told["user_creation_duration_seconds", "success"]
    assert sum(creations["counts"]) == 4 and len(creations["counts"]) == len(creations["bounds"]) + 1
    # A process that dies: nobody knows its gauges until the next one tells them; what was counted stays.
    user(server, "Dot")
    move(server, "users", "extract")  # nobody looked before: what its database counted here is not lost
    user(server, "Eve")
    shows(6)
    os.kill(module(server, "users")["pid"], signal.SIGKILL)
    awaited(lambda: server.figures()[active] == 0)
    awaited(lambda: server.get("/health").json()["status"] == "healthy")
    awaited(lambda: server.figures()[active] == 6)
    user(server, "Fay")
    shows(7)


def test_streams_go_on_across_moves(launch):
    server = launch()
    alice = user(server)
    watching = WebSocket(server.http, "/chat")
    client = Client(server.grpc)
    for how in ("extract", "absorb"):
        move(server, "chat", how)
        posted = server.post("/api/messages", {"content": how, "user": "Alice"})
        assert posted.status == 201
        assert json.loads(watching.receive())["content"] == how
        move(server, "orders", how)
        move(server, "notifications", how)
        assert order(server, alice).status == 201
        seen = 1 if how == "extract" else 2
        awaited(lambda: len(server.get(f"/api/v1/notifications?user_id={alice}").json()["notifications"]) == seen)
        assert client.call("calculator.Calculator/Add", {"a": 1, "b": 1}) is not None
    watching.send(json.dumps({"type": "message", "content": "end", "user": "Bob"}))
    assert json.loads(watching.receive())["content"] == "end"
    assert [m["seq"] for m in server.messages()] == [1, 2, 3]
    client.close()


def test_extracting_and_absorbing_under_load_loses_nothing(launch):
    server = launch("--set", "chat.messages_per_second=0")
    rounds = 2 if SANITIZED else 10
    alice = user(server)
    counts = {"users": 0, "orders": 0, "chat": 0, "reads": 0, "sums": 0, "notifications": 0, "metrics": 0}
    connections = {name: Connection(server) for name in counts}
    unexpected = []

    def calls(name, method, path, body, expected):
        def once():
            status, text = connections[name].call(method, path, body() if body else None)
            if status != expected:
                unexpected.append((name, status, text))
            else:
                counts[name] += 1
        return once

    watching = WebSocket(server.http, "/chat?room=load&since=0")
    seen = []

    def watch():
        while True:
            message = json.loads(watching.receive())
            if message.get("type") == "message":
                seen.append(message["seq"])
                if message["content"] == "the end":
                    return

    watcher = threading.Thread(target=watch)
    watcher.start()
    load = Load(
        calls("users", "POST", "/api/v3/users",
              lambda: {"name": "Load", "email": f"load{counts['users']}@example.com"}, 201),
        calls("orders", "POST", "/api/v1/orders",
              lambda: {"user_id": alice, "items": [{"product_id": "p", "quantity": 1, "price": 1}]}, 201),
        calls("chat", "POST", "/api/messages",
              lambda: {"room": "load", "content": "x", "user": "Load"}, 201),
        calls("reads", "GET", f"/api/v3/users/{alice}", None, 200),
        calls("sums", "POST", "/api/v1/calculate/add", lambda: {"a": 1, "b": 2}, 200),
        calls("notifications", "POST", "/api/v1/notifications",
              lambda: {"user_id": "load", "type": "INFO", "title": "t", "message": "m"}, 201),
        calls("metrics", "GET", "/metrics", None, 200))
    for _ in range(rounds):
        for name in MODULES:
            move(server, name, "extract")
        for name in MODULES:
            move(server, name, "absorb")
    load.stop()
    assert not unexpected, unexpected[:5]
    assert server.post("/api/messages", {"room": "load", "content": "the end", "user": "Load"}).status == 201
    watcher.join(60)
    # Each message once, in its order, to the client that was there all the time.
    assert seen == list(range(1, counts["chat"] + 2))
    assert [m["seq"] for m in server.messages("load")] == seen
    # What was acknowledged is there, and nothing twice.
    assert server.get("/api/v3/users?page_size=1").json()["total"] == counts["users"] + 1
    assert server.get(f"/api/v1/users/{alice}/orders?page_size=1").json()["total"] == counts["orders"]
    assert all(count > rounds for count in counts.values()), counts
    # Each was counted once, in whatever process it was.
    told = server.figures()
    assert told['user_creations_total{status="success"}'] == counts["users"] + 1
    assert told['orders_created_total{status="success"}'] == counts["orders"]
    assert told["chat_messages_total"] == counts["chat"] + 1
    assert told["active_users_total"] == counts["users"] + 1
    assert server.get("/health").json()["status"] == "healthy"
    # A notification for each order, however often its feed was broken off.
    awaited(lambda: len(all_notifications(server, alice)) == counts["orders"], 60)
    assert any(name.startswith("circuit_breaker_state{") for name in told)


def all_notifications(server, user_id):
    out, since = [], "0"
    while True:
        page = server.get(f"/api/v1/notifications?user_id={user_id}&since={since}&limit=100").json()
        out += page["notifications"]
        since = page["next"]
        if not page["more"]:
            return out


def test_an_extracted_module_that_is_killed_degrades_recovers_and_repeats_nothing(launch):
    server = launch("--set", "placement.breaker_reset=300ms", "--set", "placement.probe=100ms")
    alice = user(server)
    move(server, "orders", "extract")
    acknowledged, refused, unknown = [], [], []
    connection = Connection(server)

    def place():
        status, text = connection.call("POST", "/api/v1/orders", {
            "user_id": alice, "items": [{"product_id": "p", "quantity": 1, "price": 1}]})
        if status == 201:
            acknowledged.append(json.loads(text)["id"])
        elif status in (503, 504):
            (refused if b"circuit breaker" in text or b"cannot be reached" in text else unknown).append(text)
        else:
            raise AssertionError((status, text))

    load = Load(place)
    states = set()
    for _ in range(2 if SANITIZED else 4):
        before = len(acknowledged)
        awaited(lambda: len(acknowledged) > before + 5)
        os.kill(module(server, "orders")["pid"], signal.SIGKILL)

        def degraded():
            states.update(i["circuit_breaker"] for i in module(server, "orders")["instances"])
            return server.get("/health").json()["status"] == "degraded"

        awaited(degraded)
        assert server.get(f"/api/v3/users/{alice}").status == 200
        awaited(lambda: degraded() and states & {"open", "half-open"})
        after = len(acknowledged)
        awaited(lambda: len(acknowledged) > after + 5)
        awaited(lambda: server.get("/health").json()["status"] == "healthy")
    load.stop()
    assert refused
    move(server, "orders", "absorb")
    stored = []
    page = 1
    while True:
        orders = server.get(f"/api/v1/users/{alice}/orders?page={page}&page_size=100").json()["orders"]
        if not orders:
            break
        stored += [o["id"] for o in orders]
        page += 1
    assert len(set(stored)) == len(stored)
    assert set(acknowledged) <= set(stored)
    # A call that broke off may have been executed, once: never more orders than calls that began.
    assert len(stored) <= len(acknowledged) + len(unknown)


def test_the_children_of_a_server_end_with_it(launch):
    server = launch()
    for name in ("users", "chat"):
        move(server, name, "extract")
    alice = user(server)
    children = [p["pid"] for p in server.get("/api/topology").json()["processes"] if p["role"] == "extracted"]
    assert len(children) == 2
    server.kill()
    awaited(lambda: not any(os.path.exists(f"/proc/{pid}") and "Z" not in open(f"/proc/{pid}/stat").read().split()[2]
                            for pid in children))
    server.start()  # and hosts everything again
    assert server.get(f"/api/v3/users/{alice}").status == 200
    assert module(server, "users")["placement"] == "in-process"
    move(server, "users", "extract")
    child = module(server, "users")["pid"]
    assert server.stop() == 0
    assert not os.path.exists(f"/proc/{child}")


# What tells how far a move has come; a move that is over when it is looked for has come farther.
MOMENTS = {
    "extract": ["accepting", "a module was extracted"],
    "absorb": ["stopping signal", "a module was absorbed"],
}


@pytest.mark.parametrize("how, line", [(how, line) for how, lines in MOMENTS.items() for line in (None, "moving", *lines)])
def test_a_server_that_stops_while_a_module_moves_ends_in_order(launch, how, line):
    server = launch()
    alice = user(server)
    if how == "absorb":
        move(server, "users", "extract")
    answers, told = [], len(server.log())
    before = module(server, "users")["placement"]

    def ask():
        try:
            answers.append(administrate(server, f"/api/topology/users/{how}").status)
        except (OSError, http.client.HTTPException):
            answers.append(None)  # it stopped first

    moving = threading.Thread(target=ask)
    moving.start()
    if line == "moving":
        awaited(lambda: module(server, "users")["placement"] != before)
    elif line:
        awaited(lambda: line in server.log()[told:])
    assert server.stop() == 0
    moving.join(30)
    assert answers in ([200], [None], [503]), answers
    assert "ERROR" not in server.log(), server.log()
    server.start()
    assert server.get(f"/api/v3/users/{alice}").status == 200
