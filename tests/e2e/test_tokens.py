"""Tokens: made by `parley token`, shown to REST, JSON-RPC and WebSockets, and refused with the reason."""
import base64
import hashlib
import hmac
import json
import os
import re
import stat
import subprocess
import time

import pytest
from conftest import BINARY, awaited
from wire import WebSocket

USER = {"name": "Ann Roe", "email": "ann@example.com"}
SOCKETS = ("/chat", "/ws", "/rpc", "/api/v1/notifications/stream?user_id=bob")

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}


def parley(folder, *arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, cwd=folder, env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(token):
    return json.loads(unb64(token.split(".")[1]))


def forge(server, claims, header=None, key=None):
    """A token as anybody could make it who had the key."""
    if key is None:
        with open(os.path.join(server.data, "token.key"), "rb") as f:
            key = f.read()
    signed = b64(json.dumps(header or {"alg": "HS256", "typ": "JWT"}).encode()) + "." + b64(json.dumps(claims).encode())
    return signed + "." + b64(hmac.new(key, signed.encode(), hashlib.sha256).digest())


def some_claims(**more):
    now = int(time.time())
    return {"iss": "parley", "sub": "alice", "permissions": ["users:read"], "iat": now, "exp": now + 60, **more}


def refused(server, token, why, method="GET", path="/api/v1/users", body=None):
    answer = server.request(method, path, body, bearer(token))
    assert answer.status == 401, answer.body
    challenge = answer.headers.get_all("WWW-Authenticate")
    assert len(challenge) == 1
    description = re.fullmatch(r'Bearer error="invalid_token", error_description="([ -!#-\[\]-~]+)"', challenge[0]).group(1)
    assert why in description, description
    if token:
        assert token not in answer.body.decode() and token not in description
    if path != "/rpc":
        problem = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert problem["code"] == "unauthenticated" and problem["detail"] == description
    return answer


def failures(server, reason):
    text = server.get("/metrics").body.decode()
    return float(re.search(rf'auth_failures_total\{{reason="{reason}"\}} (\S+)', text).group(1))


def test_a_token_has_the_claims_of_the_lecture(server):
    before = int(time.time())
    user = claims_of(server.token("--user", "alice", "--permissions", "users:write,users:read"))
    assert user["sub"] == "alice" and user["iss"] == "parley" and user["permissions"] == ["users:write", "users:read"]
    assert "service_name" not in user and before <= user["iat"] <= time.time() and len(user["jti"]) == 22
    assert user["exp"] - user["iat"] in (900, 901)
    service = claims_of(server.token("--service", "orders", "--permissions", "users:read", "--expires", "1h"))
    assert service["service_name"] == service["sub"] == "orders" and service["exp"] - service["iat"] in (3600, 3601)
    assert claims_of(server.token("--user", "alice", "--set", "tokens.lifetime=5s"))["permissions"] == []


def test_the_command_refuses_what_makes_no_token(server):
    for arguments, said in (
            ((), "one of --user NAME and --service NAME"),
            (("--user", "a", "--service", "b"), "one of --user NAME and --service NAME"),
            (("--user", "a", "--permissions", "user:read"), "there is no permission user:read; did you mean users:read?"),
            (("--user", "a", "--permissions", "*"), "there is no permission *; there are admin:faults, admin:topology, calculator:use"),
            (("--user", "a", "--permissions", "users:read,"), None),
            (("--user", "a", "--permissions", "admin"), "there is no permission admin"),
            (("--user", ""), "sub"),
            (("--user", "a", "--expires", "25h"), "--expires"),
            (("--user", "a", "--expires", "999ms"), "--expires"),
            (("--user", "a", "--expires", "soon"), "--expires"),
            (("--user", "a", "extra"), "takes no argument"),
            (("--user", "a", "--permission", "users:read"), "did you mean --permissions?")):
        done = parley(server.folder, "token", "--data", server.data, *arguments)
        if said is None:
            assert done.returncode == 0, done
            continue
        assert done.returncode == 2 and not done.stdout and said in done.stderr, done
        assert done.stderr.count("\n") == 1, done


def test_a_caller_with_a_token_is_held_to_it(server):
    reader = bearer(server.token("--user", "alice", "--permissions", "users:read"))
    writer = bearer(server.token("--service", "orders", "--permissions", "users:read,users:write"))
    assert server.get("/api/v1/users", headers=reader).status == 200
    answer = server.post("/api/v3/users", USER, headers=reader)
    problem = answer.json()
    assert answer.status == 403 and problem["code"] == "permission_denied"
    assert problem["detail"] == "the token lacks the permission users:write"
    assert answer.headers.get_all("WWW-Authenticate") == ['Bearer error="insufficient_scope", scope="users:write"']
    assert server.post("/api/v3/users", USER, headers=writer).status == 201
    assert server.get("/api/v1/history", headers=writer).status == 403
    for path in ("/health", "/openapi.json", "/echo"):  # ask for nothing
        assert server.get(path, headers=reader).status == 200
    # Anonymous callers keep what they have, and so do those with a scheme that is not ours.
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "token123"}):
        assert server.get("/api/v1/history", headers=headers).status == 200


def test_json_rpc_holds_a_caller_to_its_token(server):
    reader = bearer(server.token("--user", "alice", "--permissions", "users:read"))
    batch = [{"jsonrpc": "2.0", "method": "listUsers", "id": 1},
             {"jsonrpc": "2.0", "method": "add", "params": [5, 3], "id": 2},
             {"jsonrpc": "2.0", "method": "rpc.discover", "id": 3}]
    answer = server.post("/rpc", batch, headers=reader)
    by_id = {entry["id"]: entry for entry in answer.json()}
    assert answer.status == 200 and "result" in by_id[1] and "result" in by_id[3]
    error = by_id[2]["error"]
    assert error["code"] == -32007 and error["data"]["code"] == "permission_denied"
    assert "calculator:use" in json.dumps(error)
    expired = refused(server, forge(server, some_claims(exp=1)), "expired", "POST", "/rpc", batch[0]).json()
    assert expired["error"]["code"] == -32016 and expired["error"]["data"]["code"] == "unauthenticated"


def test_administration_takes_a_token_that_permits_it(server):
    faults = "/api/admin/faults"
    assert server.get(faults, headers=bearer(server.token("--user", "eve", "--permissions", "admin:faults"))).status == 200
    answer = server.get(faults, headers=bearer(server.token("--user", "eve", "--permissions", "users:read")))
    assert answer.status == 403 and "admin:faults" in answer.json()["detail"]
    with open(os.path.join(server.data, "admin.token")) as f:
        administrator = bearer(f.read().strip())
    assert server.get(faults, headers=administrator).status == 200
    assert server.get("/api/v1/users", headers=administrator).status == 200
    assert server.get(faults).status == 401


def bad_tokens(server):
    good = server.token("--user", "alice", "--permissions", "users:read")
    head, payload, signature = good.split(".")
    more = dict(claims_of(good), permissions=["users:write", "admin:faults"])
    return [
        ("", "missing", "without a token"),
        ("token123", "malformed", "three parts"),
        (f"{head}.{payload}", "malformed", "three parts"),
        (f"{good}.x", "malformed", "three parts"),
        (f"{good}=", "malformed", "base64url"),
        ("A" * 9000, "malformed", "8 KiB"),
        (f"{head}.{b64(json.dumps(more).encode())}.{signature}", "signature", "does not fit"),
        (f"{head}.{payload}.{'A' * 43}", "signature", "does not fit"),
        (f"{head}.{payload}.", "signature", "does not fit"),
        (forge(server, some_claims(), key=os.urandom(32)), "signature", "does not fit"),
        (f"{b64(json.dumps({'alg': 'none'}).encode())}.{payload}.", "algorithm", "HS256"),
        (forge(server, some_claims(), {"alg": "none"}), "algorithm", "HS256"),
        (forge(server, some_claims(), {"alg": "HS512", "typ": "JWT"}), "algorithm", "HS256"),
        (forge(server, some_claims(), {"alg": "HS256", "typ": "JOSE"}), "algorithm", "typ"),
        (forge(server, some_claims(), {"alg": "HS256", "crit": ["b64"], "b64": False}), "algorithm", "crit"),
        (forge(server, some_claims(exp=int(time.time()) - 5)), "expired", "expired at"),
        (forge(server, {k: v for k, v in some_claims().items() if k != "exp"}), "claims", "exp is required"),
        (forge(server, some_claims(nbf=int(time.time()) + 120)), "not_yet_valid", "nbf"),
        (forge(server, some_claims(iat=int(time.time()) + 120)), "not_yet_valid", "iat"),
        (forge(server, some_claims(iss="joe")), "issuer", "iss"),
        (forge(server, some_claims(aud=["shop"])), "audience", "aud"),
    ]


def test_a_token_that_is_shown_must_be_valid_everywhere(server):
    assert server.get("/api/v1/users", headers=bearer(forge(server, some_claims(aud=["shop", "parley"])))).status == 200
    for token, reason, why in bad_tokens(server):
        before = failures(server, reason)
        refused(server, token, why)
        assert failures(server, reason) == before + 1
    bad = forge(server, some_claims(exp=1))
    for path in ("/health", "/metrics", "/", "/openapi.json", "/api/messages", "/api/messages/stream", "/echo", "/stats",
                 "/api/v1/history", "/api/stats"):
        refused(server, bad, "expired", path=path)
    answer = server.request("GET", "/no/such/address", headers=bearer(bad), checked=False)
    assert answer.status == 401
    # A page of another origin can read why.
    answer = server.get("/api/v1/users", headers={**bearer(bad), "Origin": "http://localhost:5000"})
    assert answer.status == 401 and answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_short_life_ends(server):
    token = server.token("--user", "alice", "--permissions", "users:read", "--expires", "1s")
    assert server.get("/api/v1/users", headers=bearer(token)).status == 200
    awaited(lambda: server.get("/api/v1/users", headers=bearer(token)).status == 401)
    answer = refused(server, token, "expired at 20")
    assert re.search(r"expired at \S+Z, \d+ s ago", answer.json()["detail"])


def test_one_request_shows_one_token(server):
    token = server.token("--user", "alice", "--permissions", "users:read")
    done = subprocess.run(["curl", "-s", "-H", f"Authorization: Bearer {token}", "-H", "Authorization: Basic YTpi",
                           f"http://127.0.0.1:{server.http}/api/v1/users"], capture_output=True, text=True, timeout=30)
    assert json.loads(done.stdout)["status"] == 400


def test_websockets_are_opened_with_a_token_or_none(server):
    everything = server.token("--user", "alice", "--permissions", "chat:read,chat:write,notifications:read")
    reader = server.token("--user", "alice", "--permissions", "users:read")
    for path in SOCKETS:
        WebSocket(server.http, path, [f"Authorization: Bearer {everything}"]).socket.close()
        WebSocket(server.http, path, ["Authorization: Basic YTpi"]).socket.close()
        with pytest.raises(ConnectionError, match="401") as opened:
            WebSocket(server.http, path, [f"Authorization: Bearer {everything[:-2]}"])
        assert 'WWW-Authenticate: Bearer error="invalid_token"' in str(opened.value)
        if path == "/rpc":
            continue
        with pytest.raises(ConnectionError, match="403") as opened:
            WebSocket(server.http, path, [f"Authorization: Bearer {reader}"])
        assert 'WWW-Authenticate: Bearer error="insufficient_scope", scope="' in str(opened.value)
    for path, missing in (("/api/messages/stream", "chat:read"), ("/api/v1/notifications/stream?user_id=b", "notifications:read")):
        answer = server.get(path, headers=bearer(reader))
        assert answer.status == 403 and missing in answer.json()["detail"] and missing in answer.headers["WWW-Authenticate"]


def test_a_socket_outlives_its_token_and_is_told_so(server):
    token = server.token("--user", "alice", "--permissions", "calculator:use", "--expires", "2s")
    socket = WebSocket(server.http, "/rpc", [f"Authorization: Bearer {token}"])
    call = {"jsonrpc": "2.0", "method": "add", "params": [5, 3], "id": 1}

    def called():
        socket.send(call)
        return json.loads(socket.receive())
    assert called()["result"]
    awaited(lambda: "error" in called())
    error = called()["error"]
    assert error["code"] == -32016 and "expired" in json.dumps(error)
    socket.socket.close()


def test_the_key_is_kept_and_guarded(launch):
    server = launch()
    key = os.path.join(server.data, "token.key")
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600 and os.path.getsize(key) == 32
    token = server.token("--user", "alice", "--permissions", "users:read", "--expires", "10m")
    assert server.stop() == 0
    server.start()
    assert server.get("/api/v1/users", headers=bearer(token)).status == 200  # also after a restart
    assert server.stop() == 0

    os.chmod(key, 0o644)
    for command in (("token", "--user", "a"), ("serve", "--port", "0", "--ws-port", "0", "--grpc-port", "0")):
        done = parley(server.folder, *command, "--data", server.data)
        assert done.returncode == 1 and not done.stdout and f"chmod 600 {key}" in done.stderr, done
        assert done.stderr.count("\n") == 1, done
    os.chmod(key, 0o600)
    with open(key, "ab") as f:
        f.write(b"x")
    done = parley(server.folder, "token", "--user", "a", "--data", server.data)
    assert done.returncode == 1 and "33 bytes instead of 32" in done.stderr, done
    assert os.path.getsize(key) == 33
    os.unlink(key)
    server.start()
    refused(server, token, "does not fit")


def test_a_token_can_be_made_before_the_server_first_starts(launch, tmp_path):
    data = str(tmp_path / "early" / "data")
    made = [subprocess.Popen([BINARY, "token", "--user", f"u{i}", "--permissions", "users:read", "--data", data],
                             stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) for i in range(6)]
    tokens = [process.communicate(timeout=30)[0].strip() for process in made]
    assert all(process.returncode == 0 for process in made)
    assert os.listdir(data) == ["token.key"]
    server = launch("--data", data)
    for token in tokens:
        assert server.get("/api/v1/users", headers=bearer(token)).status == 200


def test_a_reset_takes_the_key_with_it(launch):
    server = launch()
    assert server.stop() == 0
    done = parley(server.folder, "reset", "--yes", "--data", server.data)
    assert done.returncode == 0 and not os.path.exists(server.data), done
