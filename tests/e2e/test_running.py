"""The command line, configuration, shutdown, crashes, broken disks and databases."""
import json
import os
import random
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest
from conftest import BINARY, awaited
from wire import EventSource, WebSocket, WebSocketClosed


def run(*arguments, environment=None, cwd=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
    env.update(environment or {})
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, env=env, cwd=cwd)


def test_help_and_version():
    assert "serve" in run("--help").stdout
    assert run("--version").stdout.strip()


@pytest.mark.parametrize("arguments,words", [
    (["serve", "--prot", "1"], ["--prot"]),
    (["serve", "--port", "99999"], ["99999"]),
    (["serve", "--port", "abc"], ["abc"]),
    (["serve", "--profile", "dmo"], ["dmo", "demo"]),
    (["serve", "--set", "net.max_bdy=1"], ["max_bdy", "max_body"]),
    (["serve", "--set", "net.max_body=-1"], ["max_body"]),
    (["serve", "--config", "/nowhere/parley.toml"], ["parley.toml"]),
    (["sreve"], ["sreve"]),
])
def test_wrong_flags_are_one_sentence_and_status_2(arguments, words, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("text,words", [
    ("[net]\nmax_bodi = 5\n", ["max_bodi", "max_body"]),
    ("[nett]\nmax_body = 5\n", ["nett", "net"]),
    ("[net]\nmax_body = \"much\"\n", ["max_body", "much"]),
    ("[net\n", ["line"]),
    ("[log]\nlevel = \"loud\"\n", ["level"]),
])
def test_a_wrong_file_is_named_with_the_nearest_right_key(text, words, tmp_path):
    path = tmp_path / "my.toml"
    path.write_text(text)
    done = run("serve", "--config", str(path), cwd=tmp_path)
    assert done.returncode == 2
    assert "my.toml" in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_wrong_environment_variable_is_named(tmp_path):
    done = run("serve", environment={"PARLEY_NET_MAX_BODI": "5"}, cwd=tmp_path)
    assert done.returncode == 2 and "PARLEY_NET_MAX_BODI" in done.stderr and "MAX_BODY" in done.stderr


def test_flags_win_over_environment_over_file(launch, tmp_path):
    path = tmp_path / "three.toml"
    path.write_text("[net]\nmax_body = 1000\nmax_fields = 50\nmax_header = 9000\n")
    done = run("config", "--config", str(path), "--set", "net.max_body=3000",
               environment={"PARLEY_NET_MAX_BODY": "2000", "PARLEY_NET_MAX_FIELDS": "60"}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = done.stdout.split("[net]", 1)[1].split("\n[", 1)[0]  # of this section alone
    values = {line.split("=")[0].strip(): line.split("=")[1].split("#")[0].strip() for line in text.splitlines()
              if "=" in line and not line.startswith("#")}
    assert values["max_body"] == "3000" and values["max_fields"] == "60" and values["max_header"] == "9000"


def test_a_taken_port_is_one_clear_sentence(tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        done = run("serve", "--port", str(port), "--ws-port", "0", "--grpc-port", "0", "--data", str(tmp_path / "d"))
    assert done.returncode == 1
    assert str(port) in done.stderr and "--port" in done.stderr


def test_a_public_address_with_demo_is_refused(tmp_path):
    done = run("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path / "d"))
    assert done.returncode == 2 and "demo" in done.stderr


def test_a_data_folder_serves_one_process(launch):
    server = launch()
    done = run("serve", "--port", "0", "--ws-port", "0", "--grpc-port", "0", "--data", server.data)
    assert done.returncode == 1 and "another process" in done.stderr


@pytest.mark.parametrize("damage", ["garbage", "truncated", "newer"])
def test_damaged_databases_are_refused(launch, damage):
    server = launch()
    server.post("/api/messages", {"content": "x", "user": "a"})
    assert server.stop() == 0
    path = next(os.path.join(server.data, f) for f in sorted(os.listdir(server.data))
                if "chat" in f and f.endswith(".db"))
    if damage == "garbage":
        with open(path, "r+b") as f:
            f.write(os.urandom(8192))
    elif damage == "truncated":
        os.truncate(path, os.path.getsize(path) // 2 // 4096 * 4096 + 100)
    else:
        import sqlite3
        db = sqlite3.connect(path)
        tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migration%'")]
        columns = [r[1] for r in db.execute(f"PRAGMA table_info({tables[0]})")]
        row = {"version": 999, "name": "from the future"}
        values = [row.get(c, 0) for c in columns]
        db.execute(f"INSERT INTO {tables[0]} VALUES({','.join('?' * len(columns))})", values)
        db.execute("PRAGMA user_version = 999")
        db.commit()
        db.close()
    done = run("serve", "--port", "0", "--ws-port", "0", "--grpc-port", "0", "--data", server.data)
    assert done.returncode == 1, done
    assert "chat" in done.stderr and len(done.stderr.strip().splitlines()[-1]) < 500
    assert ("newer" in done.stderr) == (damage == "newer")


def test_sigterm_tells_everybody_to_come_back(launch):
    server = launch()
    client, lab = WebSocket(server.http, "/chat"), WebSocket(server.ws, "/ws?user_id=bob")
    lab.receive_json()
    events = EventSource(server.http, "/api/messages/stream")
    server.process.send_signal(signal.SIGTERM)
    for ws in (client, lab):
        with pytest.raises(WebSocketClosed) as closed:
            while True:
                ws.receive()
        assert closed.value.code == 1012 and "since" in closed.value.reason
        ws.socket.close()
    assert events.next()["event"] == "restart"
    with pytest.raises(EOFError):
        events.next()
    begin = time.monotonic()
    assert server.process.wait(20) == 0
    assert time.monotonic() - begin < 10


class Load:
    """Writers that note what was acknowledged, until the server goes."""

    def __init__(self, server, writers=8, room="load"):
        self.acknowledged, self.lock, self.room = {}, threading.Lock(), room
        self.threads = [threading.Thread(target=self.write, args=(server.http, w)) for w in range(writers)]
        for t in self.threads:
            t.start()

    def write(self, port, writer):
        import http.client
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            n = 0
            while True:
                text = f"{writer}-{n}-{random.random()}"
                connection.request("POST", f"/api/messages?room={self.room}",
                                   json.dumps({"user": str(writer), "content": text}),
                                   {"Content-Type": "application/json"})
                answer = connection.getresponse()
                body = json.loads(answer.read())
                if answer.status == 201:
                    with self.lock:
                        self.acknowledged[text] = body["seq"]
                n += 1
        except (OSError, http.client.HTTPException, ValueError):
            pass

    def wait_for(self, count):
        deadline = time.monotonic() + 30
        while len(self.acknowledged) < count:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def join(self):
        for t in self.threads:
            t.join()

    def check(self, server):
        log = server.messages(self.room)
        assert [m["seq"] for m in log] == list(range(1, len(log) + 1)), "a hole or a repetition in the sequence"
        found = {m["content"]: m["seq"] for m in log}
        assert len(found) == len(log), "a message stands twice"
        missing = [t for t, seq in self.acknowledged.items() if found.get(t) != seq]
        assert not missing, f"{len(missing)} acknowledged messages are lost or moved"


def test_sigterm_under_load_loses_nothing(launch):
    server = launch()
    load = Load(server)
    load.wait_for(300)
    begin = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begin < 11
    load.join()
    server.start()
    load.check(server)


def test_a_second_signal_ends_it_at_once(launch):
    server = launch()
    # A client that never reads keeps the graceful stop waiting.
    silent = WebSocket(server.http, "/chat")
    server.process.send_signal(signal.SIGTERM)
    wait_for_log(server, "app: stopping")
    server.process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    assert server.process.wait(5) == 1
    assert time.monotonic() - begin < 2
    silent.socket.close()


def wait_for_log(server, word):
    deadline = time.monotonic() + 10
    while word not in server.log():
        assert time.monotonic() < deadline, server.log()
        time.sleep(0.01)
    return server.log()


def test_kill_nine_many_times_loses_and_repeats_nothing(launch):
    server = launch()
    random.seed(7)
    rounds, acknowledged = 12, {}
    for _ in range(rounds):
        load = Load(server, room="crash")
        load.wait_for(random.randint(20, 200))
        server.kill()
        load.join()
        acknowledged.update(load.acknowledged)
        server.start()
        load.acknowledged = acknowledged
        load.check(server)
    assert len(acknowledged) > 500


def test_a_full_disk_is_unavailable_and_recovers(launch):
    """The file size limit stands for the disk: writes fail, reads go on, and there is room again later."""
    server = launch()
    for n in range(20):
        assert server.post("/api/messages", {"user": "a", "content": str(n)}).status == 201
    biggest = max(os.path.getsize(os.path.join(server.data, f)) for f in os.listdir(server.data))
    pids = server.pids()
    soft, hard = resource.prlimit(pids[0], resource.RLIMIT_FSIZE)
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (biggest + 20_000, hard))

    def refused():
        answer = server.post("/api/messages", {"user": "a", "content": "x" * 2000})
        assert answer.status == 201 or answer.status == 503 and answer.json()["code"] == "unavailable"
        return answer.status == 503

    awaited(refused)
    assert server.get("/api/messages?since=0").status == 200
    awaited(lambda: refused() and server.get("/health").json()["status"] in ("unhealthy", "degraded"))
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
    deadline = time.monotonic() + 20
    while server.post("/api/messages", {"user": "a", "content": "again"}).status != 201:
        assert time.monotonic() < deadline
    while server.get("/health").json()["status"] != "healthy":
        assert time.monotonic() < deadline
    log = server.messages()
    assert [m["seq"] for m in log] == list(range(1, len(log) + 1))


def test_json_logs(launch):
    server = launch("--log-format", "json", "--access-log")
    server.get("/health/live", headers={"X-Request-Id": "find-me"})
    log = wait_for_log(server, "find-me")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any("find-me" in json.dumps(line) for line in lines)


def test_profiles(launch):
    lab = launch("--profile", "lab06")
    assert lab.get("/api/v1/health").status == 200
