"""parley backup, restore and reset."""
import gzip
import hashlib
import io
import json
import os
import pty
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import time

import pytest
from conftest import BINARY
from test_running import Load


def parley(folder, *arguments, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=120, cwd=folder, env=env,
                          stdin=subprocess.DEVNULL, **more)


def contents(data):
    """All messages of a data folder that no server uses, by its files alone."""
    db = sqlite3.connect(f"file:{data}/chat.db?mode=ro", uri=True)
    try:
        return sorted(r[0] for r in db.execute("SELECT content FROM messages"))
    finally:
        db.close()


def say(server, *texts):
    for text in texts:
        assert server.post("/api/messages", {"user": "a", "content": text}).status == 201


def test_a_backup_under_load_has_everything_acknowledged_before_it(launch, tmp_path):
    server = launch()
    load = Load(server)
    load.wait_for(200)
    for turn in range(3):
        with load.lock:
            before = dict(load.acknowledged)
        done = parley(server.folder, "backup", f"{turn}.tar.zst", "--data", server.data)
        assert done.returncode == 0, done
        with load.lock:
            after = dict(load.acknowledged)
        assert len(after) > len(before), "nothing was written meanwhile"
    assert server.stop() == 0
    load.join()
    done = parley(server.folder, "restore", "2.tar.zst", "--data", server.data)
    assert done.returncode == 0, done
    server.start()
    restored = {m["content"]: m["seq"] for m in server.messages("load")}
    assert all(restored.get(text) == seq for text, seq in before.items())
    assert sorted(restored.values()) == list(range(1, len(restored) + 1))
    say(server, "and it goes on")
    assert server.get("/health").json()["status"] == "healthy"


def test_the_archive_is_for_its_owner_and_says_what_it_is(launch):
    server = launch()
    archive = os.path.join(server.folder, "b.tar.zst")
    done = parley(server.folder, "backup", archive, "--data", server.data)
    assert done.returncode == 0 and "databases of" in done.stdout, done
    assert os.stat(archive).st_mode & 0o777 == 0o600
    with open(archive, "rb") as f:
        assert f.read(4) == b"\x28\xb5\x2f\xfd"  # RFC 8878: zstd
    assert [f for f in os.listdir(server.folder) if "partial" in f] == []


def test_nothing_is_overwritten_unless_that_is_meant(launch):
    server = launch()
    path = os.path.join(server.folder, "b.tar.zst")
    with open(path, "w") as f:
        f.write("precious")
    done = parley(server.folder, "backup", path, "--data", server.data)
    assert done.returncode == 1 and "--force" in done.stderr
    with open(path) as f:
        assert f.read() == "precious"
    assert parley(server.folder, "backup", "--force", path, "--data", server.data).returncode == 0
    assert os.path.getsize(path) > 100 and os.stat(path).st_mode & 0o777 == 0o600


def test_there_must_be_something_to_back_up(tmp_path):
    done = parley(tmp_path, "backup", "b.tar.zst", "--data", "nowhere")
    assert done.returncode == 1 and "--data" in done.stderr and os.listdir(tmp_path) == []
    (tmp_path / "data").mkdir()
    assert parley(tmp_path, "backup", "b.tar.zst").returncode == 1
    done = parley(tmp_path, "backup", "no/b.tar.zst")
    assert done.returncode == 1 and "make it first" in done.stderr


def test_restore_and_reset_refuse_while_a_server_holds_the_data(launch):
    server = launch()
    say(server, "one")
    assert parley(server.folder, "backup", "b.tar.zst", "--data", server.data).returncode == 0
    for command in (["restore", "b.tar.zst"], ["reset", "--yes"]):
        done = parley(server.folder, *command, "--data", server.data)
        assert done.returncode == 1 and any(
            f"process {pid}" in done.stderr for pid in server.pids()), done
    assert [m["content"] for m in server.messages()] == ["one"]
    say(server, "two")
    assert server.get("/health").json()["status"] == "healthy"
    assert [f for f in os.listdir(server.folder) if "restor" in f] == []


def test_restore_keeps_what_was_there_and_the_way_back_works(launch):
    server = launch()
    say(server, "one")
    assert parley(server.folder, "backup", "b.tar.zst", "--data", server.data).returncode == 0
    say(server, "two")
    assert server.stop() == 0
    done = parley(server.folder, "restore", "b.tar.zst", "--data", server.data)
    assert done.returncode == 0, done
    assert contents(server.data) == ["one"]
    assert os.stat(server.data).st_mode & 0o777 == 0o700
    back = re.search(r"^  (rm -r .*)$", done.stdout, re.M)[1]
    kept = [f for f in os.listdir(server.folder) if f.startswith("data.before-restore-")]
    assert len(kept) == 1 and contents(os.path.join(server.folder, kept[0])) == ["one", "two"]
    # Twice in the same second: no name is used twice.
    assert parley(server.folder, "restore", "b.tar.zst", "--data", server.data).returncode == 0
    assert len([f for f in os.listdir(server.folder) if f.startswith("data.before-restore-")]) == 2
    subprocess.run(["bash", "-c", back], cwd=server.folder, check=True)
    assert contents(server.data) == ["one", "two"]
    server.start()
    assert [m["content"] for m in server.messages()] == ["one", "two"]


@pytest.mark.parametrize("how", ["within", "link"])
def test_the_way_back_works_from_within_and_through_a_link(launch, how):
    server = launch()
    say(server, "one")
    assert parley(server.folder, "backup", "b.tar.zst", "--data", server.data).returncode == 0
    say(server, "two")
    assert server.stop() == 0
    os.mkdir(os.path.join(server.folder, "elsewhere"))
    os.symlink(server.data, os.path.join(server.folder, "elsewhere", "link"))
    folder, data = {"within": (server.data, "."), "link": (server.folder, "elsewhere/link")}[how]
    done = parley(folder, "restore", os.path.join(server.folder, "b.tar.zst"), "--data", data)
    assert done.returncode == 0, done
    assert contents(server.data) == ["one"]
    back = re.search(r"^  (rm -r .*)$", done.stdout, re.M)[1]
    subprocess.run(["bash", "-c", back], cwd=server.folder, check=True)
    assert contents(server.data) == contents(os.path.join(server.folder, "elsewhere", "link")) == ["one", "two"]


def test_restore_leaves_a_folder_of_somebody_else_alone(archive, tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "letter").write_text("Dear")
    done = parley(tmp_path, "restore", archive, "--data", "documents")
    assert done.returncode == 1 and "holds other files and no data of Parley" in done.stderr
    assert os.listdir(tmp_path) == ["documents"] and os.listdir(tmp_path / "documents") == ["letter"]


def test_restore_into_a_folder_that_is_not_there(launch):
    server = launch()
    say(server, "one")
    assert parley(server.folder, "backup", "b.tar.zst", "--data", server.data).returncode == 0
    done = parley(server.folder, "restore", "b.tar.zst", "--data", "new/place")
    assert done.returncode == 0 and "kept" not in done.stdout
    assert contents(os.path.join(server.folder, "new/place")) == ["one"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A backup of a server with some messages, made once."""
    from conftest import Parley
    server = Parley(tmp_path_factory.mktemp("source"))
    say(server, *(f"message {n} " + "x" * 300 for n in range(300)))
    assert server.stop() == 0
    path = os.path.join(server.folder, "good.tar.zst")
    assert parley(server.folder, "backup", path, "--data", server.data).returncode == 0
    return path


@pytest.fixture(scope="module")
def parts(archive, tmp_path_factory):
    """Its manifest and files, to make other archives from."""
    folder = tmp_path_factory.mktemp("parts")
    assert parley(folder, "restore", archive, "--data", str(folder / "data")).returncode == 0
    with open(folder / "data" / "restored-from.json", "rb") as f:
        manifest = json.load(f)
    files = {}
    for name in (d["file"] for d in manifest["databases"]):
        with open(folder / "data" / name, "rb") as f:
            files[name] = f.read()
    return manifest, files


def archive_of(path, entries):
    """A tar of (name or TarInfo, bytes), compressed with gzip."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in entries:
            entry = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            entry.size = len(data) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(data) if entry.isreg() else None)
    with gzip.open(path, "wb", 1) as f:
        f.write(buffer.getvalue())


def manifest_with(parts, **changes):
    manifest, files = parts
    manifest = json.loads(json.dumps(manifest))
    manifest.update(changes)
    return manifest


def entries_of(parts, manifest=None):
    base, files = parts
    manifest = manifest or base
    return [("manifest.json", json.dumps(manifest).encode())] + [(d["file"], files[d["file"]]) for d in base["databases"]
                                                                 if d["file"] in files]


def link(name, target, kind=tarfile.SYMTYPE):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def bad_archive(kind, path, archive, parts):
    manifest, files = parts
    good = entries_of(parts)
    with open(archive, "rb") as f:
        raw = bytearray(f.read())
    changed = json.loads(json.dumps(manifest))
    first = changed["databases"][0]
    chat = next(d for d in changed["databases"] if d["file"] == "chat.db")

    def with_chat(name, data):
        return [(name, data) if entry == "chat.db" else (entry, old) for entry, old in good]

    if kind == "empty":
        raw = b""
    elif kind == "text":
        raw = b"this is no archive\n" * 100
    elif kind == "zip":
        raw = b"PK\x03\x04" + b"\0" * 500
    elif kind == "truncated":
        raw = raw[:len(raw) * 2 // 3]
    elif kind == "flipped":
        for at in range(len(raw) // 2, len(raw) // 2 + 64):
            raw[at] ^= 0x5a
    else:
        if kind == "no manifest":
            entries = good[1:]
        elif kind == "manifest last":
            entries = good[1:] + good[:1]
        elif kind == "manifest is not JSON":
            entries = [("manifest.json", b"{")] + good[1:]
        elif kind == "manifest too large":
            entries = [("manifest.json", json.dumps(changed).encode() + b" " * 70_000)] + good[1:]
        elif kind == "a file is missing":
            entries = [entry for entry in good if entry[0] != "chat.db"]
        elif kind == "a file too many":
            entries = good + [("more.db", b"x")]
        elif kind == "a file twice":
            entries = good + good[1:2]
        elif kind == "climbs out":
            entries = good + [("../evil", b"x")]
        elif kind == "absolute":
            entries = good + [("/tmp/parley-evil", b"x")]
        elif kind == "in a folder":
            entries = good + [("a/b", b"x")]
        elif kind == "symbolic link":
            entries = with_chat(link("chat.db", "/etc/passwd"), b"")
        elif kind == "hard link":
            entries = with_chat(link("chat.db", "users.db", tarfile.LNKTYPE), b"")
        elif kind == "folder entry":
            entries = good + [(link("data", "", tarfile.DIRTYPE), b"")]
        elif kind == "manifest names a path":
            first["file"] = "../evil.db"
            entries = entries_of(parts, changed)
        elif kind == "wrong checksum":
            first["sha256"] = "0" * 64
            entries = entries_of(parts, changed)
        elif kind == "wrong size":
            first["bytes"] -= 4096
            entries = entries_of(parts, changed)
        elif kind == "larger than the disk":
            first["bytes"] = 1 << 45
            entries = entries_of(parts, changed)
        elif kind == "newer format":
            changed["format"] = 2
            entries = entries_of(parts, changed)
        elif kind == "newer schema":
            first["schema_version"] = 999
            entries = entries_of(parts, changed)
        elif kind == "unknown database":
            changed["databases"].append({"name": "weather", "file": "weather.db", "schema_version": 1, "bytes": 4096,
                                         "sha256": "0" * 64})
            entries = entries_of(parts, changed)
        elif kind == "damaged inside":
            data = bytearray(files["chat.db"])
            for page in range(4, len(data) // 4096):
                data[page * 4096:page * 4096 + 2048] = os.urandom(2048)
            chat["sha256"] = hashlib.sha256(data).hexdigest()
            entries = [("manifest.json", json.dumps(changed).encode())] + with_chat("chat.db", bytes(data))[1:]
        elif kind == "a database of others":
            other = path + ".sqlite"
            db = sqlite3.connect(other)
            db.execute("CREATE TABLE mine(x)")
            db.commit()
            db.close()
            with open(other, "rb") as f:
                data = f.read()
            os.unlink(other)
            chat.update(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
            entries = [("manifest.json", json.dumps(changed).encode())] + with_chat("chat.db", data)[1:]
        archive_of(path, entries)
        return
    with open(path, "wb") as f:
        f.write(raw)


@pytest.mark.parametrize("kind,words", [
    ("empty", ["archive"]), ("text", ["archive"]), ("zip", ["archive"]), ("truncated", ["damaged"]),
    ("flipped", ["damaged"]), ("no manifest", ["manifest"]), ("manifest last", ["manifest"]),
    ("manifest is not JSON", ["manifest"]), ("manifest too large", ["64 KiB"]), ("a file is missing", ["chat.db"]),
    ("a file too many", ["manifest does not name"]), ("a file twice", ["manifest does not name"]),
    ("climbs out", ["not plain"]), ("absolute", ["not plain"]), ("in a folder", ["not plain"]),
    ("symbolic link", ["no plain file"]), ("hard link", ["no plain file"]), ("folder entry", ["plain"]),
    ("manifest names a path", ["contradicts itself"]), ("wrong checksum", ["checksum"]), ("wrong size", ["size"]),
    ("larger than the disk", ["room"]), ("newer format", ["newer than format 1"]),
    ("newer schema", ["version 999", "newer"]), ("unknown database", ["weather"]), ("damaged inside", ["damaged"]),
    ("a database of others", ["not a Parley database"]),
])
def test_a_bad_archive_changes_nothing(kind, words, archive, parts, tmp_path):
    (tmp_path / "in").mkdir()
    work = tmp_path / "in"
    assert parley(work, "restore", archive).returncode == 0
    before = contents(work / "data")
    bad = str(tmp_path / "bad.tar")
    bad_archive(kind, bad, archive, parts)
    done = parley(work, "restore", bad)
    assert done.returncode == 1, done
    assert len(done.stderr.strip().splitlines()) == 1 and len(done.stderr) < 500
    for word in words:
        assert word in done.stderr, done.stderr
    assert contents(work / "data") == before and len(before) == 300
    assert os.listdir(work) == ["data"], "something was left"
    assert not os.path.exists(tmp_path / "evil") and not os.path.exists("/tmp/parley-evil")


def test_a_good_archive_that_another_program_packed_is_taken(archive, parts, tmp_path):
    """What the bad ones above are made from: so it is their fault that makes them bad."""
    archive_of(tmp_path / "good.tar.gz", entries_of(parts))
    done = parley(tmp_path, "restore", "good.tar.gz")
    assert done.returncode == 0, done
    assert len(contents(tmp_path / "data")) == 300


def test_a_missing_archive(tmp_path):
    done = parley(tmp_path, "restore", "none.tar.zst")
    assert done.returncode == 1 and "none.tar.zst" in done.stderr
    assert parley(tmp_path, "restore", ".").returncode == 1


def test_kill_nine_during_restore_leaves_the_old_or_the_new(archive, launch):
    server = launch()
    say(server, "old")
    assert server.stop() == 0
    random.seed(3)
    outcomes = {"old": 0, "new": 0}
    for turn in range(40):
        process = subprocess.Popen([BINARY, "restore", archive, "--data", server.data], cwd=server.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.random() * 0.08)  # the moment of the crash
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = contents(server.data)
        assert found == ["old"] or len(found) == 300, found
        outcomes["old" if found == ["old"] else "new"] += 1
        if found != ["old"]:
            kept = [os.path.join(server.folder, f) for f in os.listdir(server.folder)
                    if f.startswith("data.before-restore-") or
                    (f.startswith("data.restoring-") and not
                     os.path.exists(os.path.join(server.folder, f, "restoring")))]
            assert len(kept) == 1 and contents(kept[0]) == ["old"], "the old data is lost"
            shutil.rmtree(server.data)
            os.rename(kept[0], server.data)
        for f in os.listdir(server.folder):
            if f.startswith("data.restoring-"):
                shutil.rmtree(os.path.join(server.folder, f))
    assert outcomes["old"] > 0, outcomes
    server.start()
    assert [m["content"] for m in server.messages()] == ["old"]


def test_reset_asks_and_empties(launch):
    server = launch()
    say(server, "one")
    assert server.stop() == 0
    done = parley(server.folder, "reset", "--data", server.data)
    assert done.returncode == 2 and "--yes" in done.stderr
    assert contents(server.data) == ["one"]
    done = parley(server.folder, "reset", "--yes", "--data", server.data)
    assert done.returncode == 0, done
    assert not os.path.exists(server.data)
    assert parley(server.folder, "reset", "--yes", "--data", server.data).returncode == 0
    server.start()
    assert server.messages() == []


@pytest.mark.parametrize("answer,emptied", [("yes", True), ("y", True), ("no", False), ("", False)])
def test_reset_on_a_terminal(archive, tmp_path, answer, emptied):
    assert parley(tmp_path, "restore", archive).returncode == 0
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execve(BINARY, [BINARY, "reset"], {"PATH": os.environ["PATH"]})
    output = b""
    while b"Type yes" not in output:
        output += os.read(terminal, 4096)
    os.write(terminal, answer.encode() + b"\n")
    try:
        while data := os.read(terminal, 4096):
            output += data
    except OSError:
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert (os.waitstatus_to_exitcode(status) == 0) == emptied, output
    assert os.path.exists(tmp_path / "data" / "chat.db") != emptied


def test_reset_removes_only_what_is_ours(archive, tmp_path):
    assert parley(tmp_path, "restore", archive).returncode == 0
    data = tmp_path / "data"
    (data / "notes.txt").write_text("mine")
    (data / "chat.db.bak").write_text("mine too")
    os.unlink(data / "users.db")
    (tmp_path / "elsewhere").write_text("not ours")
    os.symlink(tmp_path / "elsewhere", data / "users.db-journal")
    done = parley(tmp_path, "reset", "--yes")
    assert done.returncode == 0 and "left alone" in done.stdout, done
    assert sorted(os.listdir(data)) == ["chat.db.bak", "notes.txt", "users.db-journal"]
    assert (tmp_path / "elsewhere").read_text() == "not ours"


def test_an_interrupted_backup_leaves_nothing(archive, tmp_path):
    """The same as kill -9 would not: what was begun is removed."""
    assert parley(tmp_path, "restore", archive).returncode == 0
    for turn in range(10):
        process = subprocess.Popen([BINARY, "backup", "b.tar.zst"], cwd=tmp_path, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(turn * 0.004)
        process.send_signal(signal.SIGINT)
        status = process.wait(30)
        assert [f for f in os.listdir(tmp_path) if "partial" in f] == []
        if os.path.exists(tmp_path / "b.tar.zst"):
            os.unlink(tmp_path / "b.tar.zst")
        else:
            assert status != 0
