"""parley doctor: what would keep a server from running well, and what mends it."""
import json
import os
import resource
import socket
import sqlite3
import subprocess

import pytest
from conftest import BINARY
from test_running import Load


def doctor(folder, *flags, environment=None, limits=()):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
    env.update(environment or {})

    def limit():
        for which, value in limits:
            resource.setrlimit(which, (value, value))

    return subprocess.run([BINARY, "doctor", *flags], capture_output=True, text=True, timeout=60, cwd=folder, env=env,
                          preexec_fn=limit if limits else None)


FREE = ("--port", "0", "--ws-port", "0", "--grpc-port", "0")


def names_one_of(pids, text):
    return any(f"in use by process {pid} (parley)" in text for pid in pids)


def findings(done):
    return {f["check"]: f for f in json.loads(done.stdout)["findings"]}


def test_a_fresh_folder_is_fine(tmp_path):
    done = doctor(tmp_path, *FREE)
    assert done.returncode == 0, done
    assert "Nothing is wrong" in done.stdout and "\x1b" not in done.stdout
    assert os.listdir(tmp_path) == [], "the doctor made something"
    lines = done.stdout.splitlines()
    for check in ("settings", "address", "loopback", "data folder", "disk", "open files", "database users", "clock"):
        assert any(check in line and line[0] in "\u2713!" for line in lines), check


def test_json_says_the_same(tmp_path):
    done = doctor(tmp_path, "--json", *FREE)
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["ok"] is True
    for finding in report["findings"]:
        assert set(finding) == {"check", "mark", "text", "mend"}
        assert finding["mark"] in ("ok", "note", "wrong")
        assert finding["mark"] == "ok" or finding["mend"]


def test_a_taken_port_names_its_holder_and_the_way_out(tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        done = doctor(tmp_path, "--port", str(port), *FREE[2:])
        found = findings(doctor(tmp_path, "--json", "--port", str(port), *FREE[2:]))[f"port {port}"]
    assert done.returncode == 1 and "1 thing is wrong" in done.stdout
    assert found["mark"] == "wrong" and f"process {os.getpid()}" in found["text"]
    assert found["mend"] == "parley serve --port 0"


def test_a_running_parley_is_no_trouble_and_gets_none(launch):
    server = launch()
    load = Load(server)
    load.wait_for(50)
    for _ in range(8):
        done = doctor(server.folder, "--json", "--port", str(server.http), "--ws-port", str(server.ws), "--grpc-port",
                      str(server.grpc), "--data", server.data)
        assert done.returncode == 0, done
        found = findings(done)
        port, folder = found[f"port {server.http}"], found["data folder"]
        assert "running parley/" in port["text"] and port["mend"] == "parley serve --port 0"
        # A second one could not start.
        assert port["mark"] == folder["mark"] == "note" and names_one_of(server.pids(), folder["text"])
        assert names_one_of(server.pids(), found["database chat"]["text"])
    assert server.get("/health").json()["status"] == "healthy"
    assert server.stop() == 0
    load.join()
    server.start()
    load.check(server)


@pytest.mark.parametrize("damage,words", [
    ("garbage", ["restore"]),
    ("page", ["damaged"]),
    ("empty", ["empty file"]),
    ("newer", ["newer"]),
    ("foreign", ["not a Parley database"]),
])
def test_a_bad_database_is_named(launch, damage, words):
    server = launch()
    for n in range(200):
        server.post("/api/messages", {"content": "x" * 500, "user": "a"})
    assert server.stop() == 0
    path = os.path.join(server.data, "chat.db")
    if damage == "garbage":
        with open(path, "r+b") as f:
            f.write(os.urandom(4096))
    elif damage == "page":
        with open(path, "r+b") as f:
            for page in range(5, os.path.getsize(path) // 4096):
                f.seek(page * 4096)
                f.write(b"\x7f" * 4096)
    elif damage == "empty":
        os.truncate(path, 0)
    else:
        os.unlink(path) if damage == "foreign" else None
        db = sqlite3.connect(path)
        if damage == "newer":
            db.execute("INSERT INTO parley_migrations VALUES(999, 'from the future', 'x', 0)")
        else:
            db.execute("CREATE TABLE mine(x)")
        db.commit()
        db.close()
    done = doctor(server.folder, "--json", *FREE, "--data", server.data)
    assert done.returncode == 1, done
    found = findings(done)
    assert found["database chat"]["mark"] == "wrong" and found["database chat"]["mend"].startswith("parley ")
    for word in words:
        assert word in found["database chat"]["text"] + found["database chat"]["mend"]
    assert found["database users"]["mark"] == "ok"


def test_a_small_limit_of_files_is_noted_with_the_setting_that_fits(tmp_path):
    done = doctor(tmp_path, "--json", *FREE, limits=[(resource.RLIMIT_NOFILE, 300)])
    found = findings(done)["open files"]
    assert done.returncode == 0 and found["mark"] == "note"
    assert found["mend"] == "parley serve --set net.max_connections=172"
    fixed = doctor(tmp_path, "--json", *FREE, *found["mend"].split()[2:], limits=[(resource.RLIMIT_NOFILE, 300)])
    assert findings(fixed)["open files"]["mark"] == "ok"


def test_wrong_settings(tmp_path):
    (tmp_path / "bad.toml").write_text("[net]\nmax_bodi = 1\n")
    done = doctor(tmp_path, "--config", "bad.toml")
    assert done.returncode == 1 and "max_body" in done.stdout
    done = doctor(tmp_path, "--json", environment={"PARLEY_NET_MAX_BODY": "much"})
    assert done.returncode == 1 and json.loads(done.stdout)["ok"] is False
    assert "unset PARLEY_NET_MAX_BODY" in done.stdout
    assert doctor(tmp_path, "--port", "abc").returncode == 2
    assert doctor(tmp_path, "--prot", "1").returncode == 2


def test_an_address_that_is_not_of_this_machine(tmp_path):
    done = doctor(tmp_path, "--json", *FREE, "--host", "192.0.2.1", "--force")  # RFC 5737: nobody's
    found = findings(done)["address"]
    assert done.returncode == 1 and found["mark"] == "wrong" and "--host 127.0.0.1" in found["mend"]


def test_a_data_folder_that_is_none(tmp_path):
    (tmp_path / "data").write_text("a file")
    found = findings(doctor(tmp_path, "--json", *FREE))["data folder"]
    assert found["mark"] == "wrong"


def test_a_folder_that_others_may_read_is_mended_by_the_command(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    found = findings(doctor(tmp_path, "--json", *FREE))["data folder"]
    assert found["mark"] == "note"
    subprocess.run(["bash", "-c", found["mend"]], cwd=tmp_path, check=True)
    assert findings(doctor(tmp_path, "--json", *FREE))["data folder"]["mark"] == "ok"


def test_leftovers_are_found(tmp_path):
    (tmp_path / "ports.json").write_text('{"http":1,"ws":2,"grpc":0}\n')
    for name, marks in {"abc": ["restored-from.json"], "def": ["restored-from.json", "restoring"]}.items():
        (tmp_path / f"data.restoring-{name}").mkdir()
        for mark in marks:
            (tmp_path / f"data.restoring-{name}" / mark).write_text("")
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "admin.token").write_text("x")
    (tmp_path / "data.before-restore-20200101-000000").mkdir()
    done = doctor(tmp_path, "--json", *FREE, "--ports-file", "ports.json")
    assert done.returncode == 0
    mends = [f["mend"] for f in json.loads(done.stdout)["findings"] if f["mark"] == "note"]
    assert "rm ports.json" in mends
    assert f"rm {tmp_path}/data/admin.token" in mends
    assert any(m.startswith("rm -r ") and "before-restore" in m for m in mends)
    # Without the mark it is the data that was there, whatever manifest it came with itself.
    assert f"mv {tmp_path}/data.restoring-abc {tmp_path}/data.before-restore" in mends
    assert f"rm -r {tmp_path}/data.restoring-def" in mends


def test_a_token_that_was_configured_is_good_for_the_next_server_too(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "admin.token").write_text("x")
    assert "good for nothing now" in findings(doctor(tmp_path, "--json", *FREE))["leftovers"]["text"]
    configured = {"PARLEY_SERVER_ADMIN_TOKEN": "a-token-of-twenty-four-letters"}
    found = findings(doctor(tmp_path, "--json", *FREE, environment=configured))["leftovers"]
    assert "which the next one takes too" in found["text"]
