"""The server's descriptions of itself: they lint clean, name what is served, and a client is generated from one."""
import importlib.util
import json
import os
import re
import subprocess

import jsonschema
import pytest
import wire
from conftest import ROOT

HERE = os.path.join(ROOT, "tests", "descriptions")
LIMIT = 300  # seconds of one tool, on a busy machine


@pytest.fixture(scope="session")
def tools():
    """build/descriptions with the npm packages of tests/descriptions."""
    spec = importlib.util.spec_from_file_location("install", os.path.join(HERE, "install.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.install()


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def lint(tools, tmp_path, kind, document):
    file = tmp_path / f"{kind}.json"
    file.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return run(tools, "node", "lint.mjs", kind, str(file))


@pytest.mark.parametrize("kind", ["openapi", "asyncapi", "openrpc"])
def test_each_lints_without_an_error_or_a_warning(server, tools, tmp_path, kind):
    answer = server.get(f"/{kind}.json")
    assert answer.status == 200
    status, problems = lint(tools, tmp_path, kind, answer.body)
    assert status == 0 and not problems, problems


@pytest.mark.parametrize("kind, damage", [
    ("openapi", lambda d: d["paths"]["/health"]["get"].pop("responses")),
    ("openapi", lambda d: d["paths"]["/health"]["get"]["responses"]["200"]["content"]["application/json"]
     .update(example={"status": 7})),
    ("asyncapi", lambda d: d["operations"]["followRoom"].update(action="shout")),
    ("openrpc", lambda d: d["methods"][0].pop("name")),
], ids=["no responses", "a wrong example", "no such action", "no name"])
def test_the_linters_see_what_is_wrong(server, tools, tmp_path, kind, damage):
    document = server.get(f"/{kind}.json").json()
    damage(document)
    status, problems = lint(tools, tmp_path, kind, document)
    assert status == 1 and problems


def test_every_route_says_what_it_is(server):
    document = server.get("/openapi.json").json()
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            assert operation.get("summary") not in (None, "", "Not described."), f"{verb} {path}"
            assert operation["tags"] and "security" in operation, f"{verb} {path}"
    for tag in document["tags"]:
        assert len(tag["description"]) > 20, tag


def test_every_documented_path_is_served(server):
    """Asked without what it needs, a path may refuse; it must not be unknown, nor its method."""
    document = server.get("/openapi.json").json()
    for path, item in document["paths"].items():
        target = re.sub(r"\{[^}]*\}", "1", path)
        for verb in item:
            if verb == "get" and any("event-stream" in t for t in item[verb]["responses"].get("200", {}).get("content", {})):
                continue  # has no end; the test below opens it
            answer = server.request(verb.upper(), target, body_checked=False,
                                    **({} if verb in ("get", "head", "delete") else {"body": b"{"}))
            # The answer was checked against the document; 405 where that is documented is a route's own.
            if answer.status == 404 and verb != "head":
                assert answer.json()["detail"] != "there is nothing at this address", f"{verb} {path}"
            assert answer.status != 405 or "405" in item[verb]["responses"], f"{verb} {path}"


def test_channels_are_served_and_speak_as_described(server):
    document = server.get("/asyncapi.json").json()
    assert document["servers"]["websocket"]["host"].endswith(f":{server.http}")
    openapi = server.get("/openapi.json").json()

    def reached_over(server_name):
        return {c["address"] for c in document["channels"].values()
                if {"$ref": f"#/servers/{server_name}"} in c["servers"]}

    sockets, streams = reached_over("websocket"), reached_over("events")
    assert {"/chat", "/ws", "/echo", "/rpc"} <= sockets
    for address in sockets:
        assert "101" in openapi["paths"][address]["get"]["responses"], address
        wire.WebSocket(server.http, address + "?user_id=somebody").close()
    assert "/api/messages/stream" in streams
    for address in streams:
        content = openapi["paths"][address]["get"]["responses"]["200"]["content"]
        assert list(content) == ["text/event-stream"], address
    for path, item in openapi["paths"].items():
        if "101" in item.get("get", {}).get("responses", {}):
            assert path in sockets
        if "text/event-stream" in item.get("get", {}).get("responses", {}).get("200", {}).get("content", {}):
            assert path in streams


def test_frames_fit_their_payload_schemas(server):
    document = server.get("/asyncapi.json").json()

    def fits(name, payload):
        schema = dict(document["components"]["messages"][name]["payload"], components=document["components"])
        jsonschema.Draft202012Validator(schema).validate(payload)

    socket = wire.WebSocket(server.http, "/ws?user_id=bob&room=described")
    fits("SystemFrame", socket.receive_json())
    socket.send({"content": "Hello"})
    fits("Message", socket.receive_json())
    socket.send({"type": "ping"})
    fits("SystemFrame", socket.receive_json())
    socket.send({"content": 7})
    fits("ErrorFrame", socket.receive_json())
    with pytest.raises(jsonschema.ValidationError):
        fits("ErrorFrame", {"type": "error"})
    socket.close()


def test_a_generated_client_works(server, tools, tmp_path):
    """The types are generated from the live document, the program is checked with --strict, and runs."""
    base = f"http://127.0.0.1:{server.http}"
    with open(os.path.join(tools, "openapi.json"), "wb") as f:
        f.write(server.get("/openapi.json").body)
    binaries = os.path.join("node_modules", ".bin")
    status, output = run(tools, os.path.join(binaries, "openapi-typescript"), "openapi.json", "-o", "client/api.d.ts")
    assert status == 0, output
    status, output = run(tools, os.path.join(binaries, "tsc"), "--project", "tsconfig.json")
    assert status == 0, output
    with open(os.path.join(HERE, "client", "main.ts")) as f:
        program = f.read()
    assert not re.search(r"\bany\b|@ts-|\bas unknown\b", program)
    status, output = run(tools, "node", "dist/main.js", base)
    assert status == 0, output
    assert output.count("ok ") == 12, output

    # The type check is no formality: a field of another type is refused.
    wrong = os.path.join(tools, "client", "wrong.ts")
    with open(wrong, "w") as f:
        f.write(program.replace("age: 30", "age: 'thirty'"))
    try:
        status, output = run(tools, os.path.join(binaries, "tsc"), "--project", "tsconfig.json", "--noEmit")
        assert status != 0 and "wrong.ts" in output, output
    finally:
        os.unlink(wrong)
