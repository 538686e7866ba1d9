"""The page at /: as bytes, and in a browser."""
import html
import importlib.util
import json
import os
import re
import shutil
import subprocess

import pytest

from conftest import ROOT
from wire import EventSource

HERE = os.path.dirname(os.path.abspath(__file__))
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def browser():
    """A browser that can be driven; the snap that Ubuntu installs under this name is none."""
    for name in BROWSERS:
        path = shutil.which(name)
        if not path:
            continue
        try:
            told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if told.returncode == 0 and re.search(r"\d+\.\d+", told.stdout) and "snap" not in told.stdout.lower():
            return path
    return None


@pytest.fixture(scope="module")
def seen(server, tmp_path_factory):
    """What the browser saw, looked at once for all tests."""
    path = browser()
    if not path:
        pytest.skip("no Chromium or Chrome is installed (on Ubuntu the package is a stub of a snap)")
    spec = importlib.util.spec_from_file_location("install", os.path.join(ROOT, "tests", "descriptions", "install.py"))
    installer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(installer)
    try:
        modules = installer.install()
    except RuntimeError as reason:
        pytest.skip(f"the packages that drive the browser are not there: {reason}")
    folder = os.environ.get("PARLEY_SCREENSHOTS") or str(tmp_path_factory.mktemp("browser"))
    command = ["node", os.path.join(HERE, "console_page.mjs"), path, f"http://127.0.0.1:{server.http}/", folder, modules]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


# ---- without a browser ----

def test_the_page_allows_itself_nothing_foreign(server):
    answer = server.get("/", headers={"Host": "lab.example:8080"})
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    html = answer.body.decode()
    assert "curl -s lab.example:8080/api/v1/users" in html
    assert "{{" not in html and "<style" not in html and " style=" not in html
    assert not re.search(r"<script(?! src=)", html) and not re.search(r"\son\w+=", html)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


def test_a_host_cannot_put_markup_into_the_page(server):
    html = server.get("/", headers={"Host": "a&b'c"}).body.decode()
    assert "a&amp;b&#39;c" in html and "a&b" not in html


def test_assets_are_small_typed_and_kept_for_good(server):
    page = server.get("/")
    total = len(page.body)
    paths = set(re.findall(r"(?:src|href)=\"(/console/[^\"]+)\"", page.body.decode()))
    types = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
    assert len(paths) == 3
    for path in paths:
        answer = server.get(path)
        assert answer.status == 200 and answer.headers["Content-Type"] == types[os.path.splitext(path)[1]]
        assert "immutable" in answer.headers["Cache-Control"] and answer.headers["ETag"]
        assert server.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status == 304
        total += len(answer.body)
    assert total < 60 * 1024


def test_every_operation_with_an_address_is_listed(server):
    html = server.get("/").body.decode()
    for path in server.get("/openapi.json").json()["paths"]:
        if path.startswith("/api/v1/users") or path.startswith("/api/v1/calculate"):
            assert path in html


def test_every_command_works_when_pasted(server, tmp_path):
    """One shell for all of them, top-down, as somebody would who reads the page. Streams are left after a second."""
    curl = shutil.which("curl")
    wrapper = tmp_path / "curl"
    wrapper.write_text(f'#!/bin/sh\n[ "$1" = -sN ] && time=1.5 || time=30\n'
                       f'exec {curl} --fail-with-body --max-time $time "$@"\n')
    wrapper.chmod(0o755)
    path = f"{tmp_path}:{os.path.join(ROOT, 'tests', 'e2e', 'bin')}:{os.environ['PATH']}"
    page = server.get("/", headers={"Host": f"localhost:{server.http}"}).body.decode()
    commands = [html.unescape(c) for c in re.findall(r'<pre class="command"><code>(.*?)</code>', page)]
    commands = [c for c in commands if not c.startswith("websocat")]  # those wait for somebody to type
    assert len(commands) > 20
    meant_to_fail = ('"name": "J"', "calculate/divide", "/status/418")
    script = "\n".join(f"{command}\nstatus=$?; echo; echo '<<' $status '>>'" for command in commands)
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], env=dict(os.environ, PATH=path),
                          capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL)
    results = re.findall(r"(.*?)\n<< (\d+) >>\n", done.stdout, re.S)
    assert len(results) == len(commands), done.stdout + done.stderr
    for command, (output, status) in zip(commands, results):
        bad = any(mark in command for mark in meant_to_fail)
        good = (22,) if bad else (0, 28) if command.startswith("curl -sN") else (0,)
        assert int(status) in good, f"{command}\n{output}\n{done.stderr}"
        assert output.strip(), command


def test_figures_come_as_events_and_as_json(server):
    figures = server.get("/api/stats").json()["figures"]
    assert figures["uptime"] >= 0 and figures["requests"] >= 1
    events = EventSource(server.http, "/api/stats/stream")
    first = json.loads(events.next()["data"])
    assert set(first["figures"]) == set(figures)
    server.post("/api/messages", {"content": "counted", "user": "Test"})
    for _ in range(10):
        now = json.loads(events.next()["data"])
        if now["figures"]["messages"] > first["figures"]["messages"]:
            break
    assert now["figures"]["messages"] == first["figures"]["messages"] + 1
    assert now["figures"]["event_streams"] >= 1
    events.cut()


def test_pages_that_follow_are_bounded(launch):
    server = launch("--set", "console.max_streams=1")
    first = EventSource(server.http, "/api/stats/stream")
    first.next()
    refused = server.get("/api/stats/stream")
    assert refused.status == 503 and refused.headers["Retry-After"] and refused.json()["code"] == "unavailable"
    first.cut()


# ---- in a browser ----

def test_the_page_loads_without_a_complaint(seen):
    assert seen["problems"] == [] and seen["foreign"] == []


def test_figures_move(seen):
    before, after = seen["messages"]
    assert after > before and seen["streams"] >= 1


def test_a_hidden_page_pauses(seen):
    assert seen["paused"] == "paused" and seen["resumed"] == "live"


def test_commands_can_be_copied_and_it_is_said(seen):
    copied = seen["copied"]
    assert copied["clipboard"] == copied["command"] and copied["command"].startswith("curl ")
    assert "127.0.0.1:" in copied["command"]
    assert copied["said"] and copied["focused"]
    assert seen["buttons"] == len(seen["commands"]) > 15


def test_one_can_chat(seen):
    assert any("Ada" in line and "<b>Hello</b> from the page" in line for line in seen["chat"])
    for text in ("in a hurry", "an answer", "named as an error", "meanwhile", "and after"):
        assert [line.endswith(text) for line in seen["chat"]].count(True) == 1, seen["chat"]
    assert seen["chatProblems"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(seen, scheme):
    assert seen["violations"][scheme] == []


def test_nothing_runs_over_at_any_width(seen):
    assert all(over <= 0 for over in seen["overflow"].values()), seen["overflow"]


def test_the_keyboard_suffices_and_headings_are_in_order(seen):
    assert seen["skip"]["visible"] and seen["skip"]["outline"] != "none" and seen["skipped"] == "#content"
    levels = seen["headings"]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below <= above + 1 for above, below in zip(levels, levels[1:]))
    assert seen["anchors"] == []


def test_every_link_leads_somewhere(seen, server):
    dead = [path for path in seen["links"] if server.get(path).status != 200]
    assert dead == []


def test_it_works_without_scripts(seen):
    plain = seen["plain"]
    assert len(plain["commands"]) == len(seen["commands"]) and plain["buttons"] == 0
    assert all(plain["figures"]) and plain["rows"] > 8
