"""parley demo: a story in which every step is checked, and every command it shows works."""
import http.server
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time

import pytest
from conftest import BINARY, ROOT

SANITIZED = os.environ.get("PARLEY_SANITIZED") == "1"
COMMAND = re.compile(r"^  ((?:curl|echo) .*)$", re.M)


def environment(tmp_path, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_") and k not in ("NO_COLOR", "COLUMNS")}
    return {**env, "TMPDIR": str(tmp_path), "TERM": "xterm", **more}


def demo(tmp_path, *flags, **more):
    return subprocess.run([BINARY, "demo", *flags], capture_output=True, text=True, timeout=120, cwd=tmp_path,
                          env=environment(tmp_path, **more), stdin=subprocess.DEVNULL)


def steps(output):
    return [tuple(map(int, m)) for m in re.findall(r"^(\d+)/(\d+) ", output, re.M)]


def assert_whole_story(output):
    numbers = steps(output)
    assert len(numbers) >= 6 and numbers == [(n + 1, len(numbers)) for n in range(len(numbers))], output
    assert output.count("\u2713") == len(numbers) + 1 and "\u2717" not in output, output
    assert f"{len(numbers)} of {len(numbers)} steps right" in output


def test_the_story_is_right_and_leaves_nothing(tmp_path):
    done = demo(tmp_path, "--fast", "--no-keep")
    assert done.returncode == 0, done
    assert_whole_story(done.stdout)
    assert "\x1b" not in done.stdout, "colours where there is no terminal"
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(SANITIZED, reason="times the release binary")
def test_at_reading_pace_it_takes_less_than_half_a_minute(tmp_path):
    begin = time.monotonic()
    done = demo(tmp_path)
    assert done.returncode == 0, done
    assert 8 < time.monotonic() - begin < 30


def child_of(parent):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as f:
                if int(f.read().rsplit(")", 1)[1].split()[1]) == parent:
                    return int(pid)
        except OSError:
            pass  # it has ended meanwhile
    raise AssertionError("no child")


class Kept:
    """A demo that stays."""

    def __init__(self, tmp_path, *flags):
        self.process = subprocess.Popen([BINARY, "demo", "--fast", "--keep", *flags], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=environment(tmp_path), cwd=tmp_path,
                                        stdin=subprocess.DEVNULL)
        self.output = ""
        for line in self.process.stdout:
            self.output += line
            if "until Ctrl-C" in line:
                break
        self.server = child_of(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def gone(pid):
    deadline = time.monotonic() + 30
    while os.path.exists(f"/proc/{pid}") and "Z" not in open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return True


def test_every_command_it_prints_works_when_pasted(tmp_path):
    kept = Kept(tmp_path)
    try:
        assert_whole_story(kept.output)
        commands = COMMAND.findall(kept.output)
        assert len(commands) >= 10
        env = environment(tmp_path)
        env["PATH"] = os.path.join(ROOT, "tests", "e2e", "bin") + ":" + env["PATH"]
        for shell in ("bash", "zsh"):
            for command in commands:
                done = subprocess.run([shell, "-c", command], env=env, capture_output=True, text=True, timeout=30,
                                      stdin=subprocess.DEVNULL)
                # A stream does not end by itself; --max-time ends it, which curl calls 28.
                good = (0, 28) if "--max-time" in command else (0,)
                assert done.returncode in good, f"{command}\n{done.stdout}{done.stderr}"
                assert done.stdout.strip(), command
                refused = '"code":"' in done.stdout
                meant = any(sign in command for sign in ('"name":"J"', "DELIVERED", '"method":"dance"'))
                assert refused == meant, command + "\n" + done.stdout
                if "Last-Event-ID" in command:
                    assert done.stdout.count("data:") >= 2
    finally:
        assert kept.stop() == 0
    assert gone(kept.server)
    assert os.listdir(tmp_path) == []


def test_its_server_ends_with_it_however_it_ends(tmp_path):
    kept = Kept(tmp_path)
    kept.process.kill()
    kept.process.wait()
    assert gone(kept.server)


def test_data_that_is_named_is_kept(tmp_path):
    done = demo(tmp_path, "--fast", "--no-keep", "--data", "mine")
    assert done.returncode == 0, done
    assert os.listdir(tmp_path) == ["mine"] and "users.db" in os.listdir(tmp_path / "mine")
    # The same data once more: nothing of the first telling is in the way.
    assert demo(tmp_path, "--fast", "--no-keep", "--data", "mine").returncode == 0


def test_it_plays_against_a_running_server(server, tmp_path):
    for _ in range(2):
        done = demo(tmp_path, "--fast", "--url", f"http://localhost:{server.http}/")
        assert done.returncode == 0, done
        assert_whole_story(done.stdout)
        assert f"localhost:{server.http}/api/v1/users" in done.stdout


def test_a_server_that_is_not_there_or_not_right_is_told(tmp_path):
    class Wrong(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'{"status":"unhealthy","version":"1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Wrong) as wrong:
        threading.Thread(target=wrong.serve_forever, daemon=True).start()
        done = demo(tmp_path, "--fast", "--url", f"http://127.0.0.1:{wrong.server_port}")
        wrong.shutdown()
        port = wrong.server_port
    assert done.returncode == 1
    assert "expected a healthy server; came" in " ".join(done.stdout.split()) and "unhealthy" in done.stdout
    done = demo(tmp_path, "--fast", "--url", f"http://127.0.0.1:{port}")
    assert done.returncode == 1 and "no connection to" in " ".join(done.stdout.split())


@pytest.mark.parametrize("flags,words", [
    (["--url", "localhost:8080"], ["--url", "http://localhost:8080"]),
    (["--url", "http://localhost:8080", "--data", "x"], ["--data", "--url"]),
    (["--pace", "soon"], ["--pace", "soon"]),
    (["--pace", "60"], ["--pace", "10"]),
    (["--port", "x"], ["--port", "x"]),
    (["--keep", "--no-keep"], ["--keep", "--no-keep"]),
    (["--fats"], ["--fats", "--fast"]),
])
def test_wrong_flags_are_usage(tmp_path, flags, words):
    done = demo(tmp_path, *flags)
    assert done.returncode == 2, done
    for word in words:
        assert word in done.stderr


def on_a_terminal(tmp_path, *flags, until, **more):
    """Runs it on a pseudo-terminal until a word appears, then presses Ctrl-C; gives the output and the status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execve(BINARY, [BINARY, "demo", *flags], environment(tmp_path, **more))
    output, pressed = b"", False
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            output += data
            if not pressed and until in output:
                os.write(terminal, b"\x03")
                pressed = True
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return output.decode(), os.waitstatus_to_exitcode(status)


def test_on_a_terminal_it_has_colours_and_stays_until_ctrl_c(tmp_path):
    output, status = on_a_terminal(tmp_path, "--fast", until=b"Ctrl-C")
    assert status == 0, output
    assert "\x1b[" in output
    assert os.listdir(tmp_path) == []


def test_no_color_is_respected(tmp_path):
    output, status = on_a_terminal(tmp_path, "--fast", until=b"Ctrl-C", NO_COLOR="1")
    assert status == 0 and "\x1b[" not in output


def test_ctrl_c_within_the_story_ends_it_at_once(tmp_path):
    begin = time.monotonic()
    output, status = on_a_terminal(tmp_path, "--pace", "10", until=b"2/")
    assert status == 1 and "Interrupted" in output
    assert time.monotonic() - begin < 40
    assert os.listdir(tmp_path) == []


def test_a_narrow_terminal_is_enough(tmp_path):
    done = demo(tmp_path, "--fast", "--no-keep", COLUMNS="40")
    assert done.returncode == 0, done
    for line in done.stdout.splitlines():
        assert len(line) <= 40 or COMMAND.match(line), line
