"""JSON-RPC 2.0 over HTTP and WebSocket: every method of the contract, and the specification to the letter."""
import itertools
import json

import pytest
from wire import WebSocket, WebSocketClosed

counter = itertools.count()


def email():
    return f"rpc.{next(counter)}@example.com"


def post(server, message):
    return server.post("/rpc", message)


def call(server, method, params=None, id=1):
    message = {"jsonrpc": "2.0", "method": method, "id": id}
    if params is not None:
        message["params"] = params
    answer = post(server, message)
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
    answer = answer.json()
    assert answer["jsonrpc"] == "2.0" and answer["id"] == id
    assert ("result" in answer) != ("error" in answer)
    return answer


def result(server, method, params=None):
    return call(server, method, params)["result"]


def error(server, method, params=None):
    return call(server, method, params)["error"]


def test_by_position_what_is_required_comes_first(server):
    for method in result(server, "rpc.discover")["methods"]:
        required = [param.get("required", False) for param in method["params"]]
        assert required == sorted(required, reverse=True), method["name"]
    told = result(server, "sendNotification", ["by position", "Welcome"])
    assert (told["user_id"], told["title"]) == ("by position", "Welcome")


def test_the_calculator_by_name_and_by_position(server):
    for method, wanted in (("add", 8), ("subtract", 2), ("multiply", 15), ("divide", 5 / 3)):
        assert result(server, method, {"a": 5, "b": 3}) == {"result": wanted, "operation": method, "success": True}
        assert result(server, method, [5, 3])["result"] == wanted
    assert [e["operation"] for e in result(server, "getHistory", {"limit": 2})["entries"]] == ["divide", "divide"]
    refused = error(server, "divide", [1, 0])
    assert (refused["code"], refused["message"]) == (-32003, "division by zero")
    assert refused["data"]["code"] == "invalid_argument" and refused["data"]["trace_id"]


def test_a_users_life(server):
    address = email()
    user = result(server, "createUser", {"name": "John Doe", "email": address, "age": 30, "city": "New York"})
    assert isinstance(user["created_at"], int) and user["created_at"] > 1_600_000_000
    assert result(server, "getUser", [user["id"]]) == user
    assert result(server, "validateUser", {"user_id": user["id"]})["is_valid"] is True
    changed = result(server, "updateUser", {"id": user["id"], "name": "Jane Doe", "email": address})
    assert changed["name"] == "Jane Doe" and "city" not in changed
    assert result(server, "patchUser", {"id": user["id"], "city": "Bern"})["city"] == "Bern"
    assert "city" not in result(server, "patchUser", {"id": user["id"], "city": None})
    page = result(server, "listUsers", {"page": 1, "page_size": 100})
    assert user["id"] in [u["id"] for u in page["users"]] and page["total"] >= 1
    assert error(server, "createUser", {"name": "John Doe", "email": address})["data"]["code"] == "already_exists"
    assert call(server, "deleteUser", [user["id"]])["result"] is None
    gone = error(server, "getUser", [user["id"]])
    assert gone["code"] == -32005 and gone["data"]["code"] == "not_found"


def test_validation_names_every_field_as_rest_does(server):
    wrong = {"name": "J", "email": "nobody", "age": 200}
    refused = error(server, "createUser", wrong)
    assert (refused["code"], refused["message"]) == (-32602, "Invalid params")
    assert refused["data"]["errors"] == server.post("/api/v1/users", wrong).json()["errors"]


def test_chat_over_json_rpc_meets_the_other_doors(server):
    posted = result(server, "postMessage", {"room": "rpc", "content": "Hello", "user": "Alice", "mood": "good"})
    assert posted["seq"] == 1
    assert [(m["content"], m["mood"]) for m in server.messages("rpc")] == [("Hello", "good")]
    page = result(server, "readMessages", {"room": "rpc", "since": "0"})
    assert page["messages"][0]["content"] == "Hello" and isinstance(page["messages"][0]["timestamp"], int)


@pytest.mark.parametrize("id", ["null", "0", "-7", "1.50", "1e3", "123456789012345678901234567890",
                                '"x"', '""', r'"\u0041\"\\"', r'"\ud83d\ude00"'])
def test_ids_come_back_letter_by_letter(server, id):
    answer = post(server, '{"jsonrpc":"2.0","method":"echo","params":[1.50,"\\u0041"],"id":%s}' % id)
    assert answer.body.decode() == '{"jsonrpc":"2.0","result":[1.50,"\\u0041"],"id":%s}' % id


def test_notifications_are_carried_out_and_not_answered(server):
    answer = post(server, {"jsonrpc": "2.0", "method": "postMessage", "params": {"room": "quiet", "content": "psst"}})
    assert answer.status == 204 and answer.body == b""
    assert [m["content"] for m in server.messages("quiet")] == ["psst"]
    assert post(server, {"jsonrpc": "2.0", "method": "nothing"}).status == 204
    assert post(server, [{"jsonrpc": "2.0", "method": "add", "params": [1, 2]}] * 2).status == 204


def test_a_batch_is_answered_in_order_and_its_notifications_are_not(server):
    answers = post(server, [
        {"jsonrpc": "2.0", "method": "add", "params": [1, 2], "id": "1"},
        {"jsonrpc": "2.0", "method": "add", "params": [7]},
        {"foo": "boo"},
        1,
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "createUser", "params": {"name": "Ann Lee", "email": email()}, "id": 7},
        {"jsonrpc": "2.0", "method": "add", "params": [3, 4], "id": 7},
    ]).json()
    assert [(a["id"], a.get("error", {}).get("code")) for a in answers] == [
        ("1", None), (None, -32600), (None, -32600), ("5", -32601), (7, None), (7, None)]
    assert answers[5]["result"]["result"] == 7


def test_a_batch_has_a_limit_that_is_named(server):
    one = {"jsonrpc": "2.0", "method": "add", "params": [1, 2], "id": 1}
    assert len(post(server, [one] * 100).json()) == 100
    before = len(result(server, "getHistory", {"limit": 100})["entries"])
    refused = post(server, [one] * 101).json()
    assert refused["error"]["code"] == -32600 and "100" in refused["error"]["data"]["detail"]
    assert refused["id"] is None
    assert len(result(server, "getHistory", {"limit": 100})["entries"]) == before


@pytest.mark.parametrize("body,code", [
    (b"", -32700), (b"{", -32700), (b'{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', -32700),
    (b"[1", -32700), (b"{} {}", -32700), (b"\xef\xbb\xbf{}", -32700), (b'{"a":"\xff"}', -32700),
    (b'{"a":"\\ud800"}', -32700), (b"[" * 100_000, -32700), (b'{"a":01}', -32700), (b"[1,]", -32700),
    (b"[]", -32600), (b"1", -32600), (b"null", -32600), (b'"x"', -32600), (b"{}", -32600),
    (b'{"jsonrpc":"2.0","method":1,"params":"bar"}', -32600), (b'{"jsonrpc":"1.0","method":"add","id":1}', -32600),
    (b'{"jsonrpc":"2.0","method":"add","params":5}', -32600), (b'{"jsonrpc":"2.0","method":"add","id":{}}', -32600),
    (b'{"jsonrpc":"2.0","method":"add","id":1,"id":2}', -32600),
])
def test_what_is_no_request(server, body, code):
    answer = post(server, body)
    assert answer.status == 200
    answer = answer.json()
    assert answer["error"]["code"] == code
    assert answer["error"]["message"] == {-32700: "Parse error", -32600: "Invalid Request"}[code]
    assert answer["error"]["data"]["detail"]


def test_params_that_do_not_fit(server):
    for params in (None, [], {}, [1], [1, "x"], {"a": 1}, {"a": None, "b": 2}):
        assert error(server, "add", params)["code"] == -32602, params
    huge = post(server, '{"jsonrpc":"2.0","method":"add","params":[1,1e999],"id":1}').json()
    assert huge["error"]["code"] == -32602 and "too large" in huge["error"]["data"]["errors"][0]["message"]
    assert "must be at most 2 by position (a, b), are 3" in error(server, "add", [1, 2, 3])["data"]["detail"]
    assert error(server, "rpc.nothing")["code"] == error(server, "Add", [1, 2])["code"] == -32601


def test_http_around_it(server):
    assert server.get("/rpc").status == 405
    assert server.request("PUT", "/rpc", body="{}").status == 405
    text = json.dumps({"jsonrpc": "2.0", "method": "add", "params": [1, 2], "id": 1})
    assert post(server, text).status == 200
    assert server.post("/rpc", text, headers={"Content-Type": "text/plain"}).status == 200
    refused = server.post("/rpc", text, headers={"Content-Type": "application/xml"})
    assert refused.status == 415 and refused.json()["error"]["code"] == -32600
    large = server.post("/rpc", b" " * (2 << 20))
    assert large.status == 413 and large.json()["error"]["data"]["code"] == "resource_exhausted"


def test_large_answers(server):
    text = "é" * 150_000
    assert result(server, "echo", {"text": text})["text"] == text


def test_discover_is_the_document(server):
    document = result(server, "rpc.discover")
    assert document == server.get("/openrpc.json").json()
    elsewhere = server.get("/openrpc.json", headers={"Host": "lab.example:80"}).json()
    assert [s["url"] for s in elsewhere["servers"]] == ["http://lab.example:80/rpc", "ws://lab.example:80/rpc"]
    assert document["openrpc"].startswith("1.3.")
    methods = {m["name"]: m for m in document["methods"]}
    assert {"createUser", "getUser", "updateUser", "patchUser", "deleteUser", "listUsers", "validateUser", "add",
            "subtract", "multiply", "divide", "getHistory", "postMessage", "echo", "rpc.discover"} <= set(methods)
    names = [p["name"] for p in methods["createUser"]["params"]]
    assert names[:3] == ["name", "email", "age"]
    assert methods["add"]["examples"][0]["result"]["value"]["result"] == 8
    # The example of each method that has no effect works as it stands.
    for name in ("add", "subtract", "multiply", "divide"):
        example = methods[name]["examples"][0]
        by_name = {p["name"]: p["value"] for p in example["params"]}
        assert result(server, name, by_name) == result(server, name, list(by_name.values()))


def test_calls_are_counted_like_those_of_rest(server):
    result(server, "add", [1, 2])
    server.post("/api/v1/calculate/add", {"a": 1, "b": 2})
    metrics = server.get("/metrics").body.decode()
    for protocol in ("jsonrpc", "rest"):
        assert [line for line in metrics.splitlines() if line.startswith("operation_calls_total{")
                and 'operation="Add"' in line and f'protocol="{protocol}"' in line and 'code="ok"' in line]


# ---- WebSocket

def test_the_same_over_a_websocket(server):
    socket = WebSocket(server.http, "/rpc")
    socket.send('{"jsonrpc":"2.0","method":"add","params":[5,3],"id":1.50}')
    assert socket.receive() == '{"jsonrpc":"2.0","result":{"result":8,"operation":"add","success":true},"id":1.50}'
    socket.send([{"jsonrpc": "2.0", "method": "add", "params": [n, n], "id": n} for n in range(3)])
    assert [(a["id"], a["result"]["result"]) for a in socket.receive_json()] == [(0, 0), (1, 2), (2, 4)]
    socket.send({"jsonrpc": "2.0", "method": "add", "params": [1, 1]})  # a notification
    socket.send("{")
    assert socket.receive_json()["error"]["code"] == -32700
    socket.send(b"\x00\x01")
    assert socket.receive_json()["error"]["code"] == -32600
    socket.send(" " * ((1 << 20) + 1))
    refused = socket.receive_json()["error"]
    assert refused["code"] == -32600 and str(1 << 20) in refused["data"]["detail"]
    socket.send(" " * (3 << 20))  # however large
    assert socket.receive_json()["error"]["code"] == -32600
    for n in range(500):
        socket.send({"jsonrpc": "2.0", "method": "createUser" if n % 5 == 0 else "add",
                     "params": {"name": "Ann Lee", "email": email()} if n % 5 == 0 else [n, 1], "id": n})
    answers = [socket.receive_json() for _ in range(500)]
    assert sorted(a["id"] for a in answers) == list(range(500)) and all("result" in a for a in answers)
    socket.close()


def test_a_room_is_followed_as_a_subscription(server):
    follow = next(m["name"] for m in result(server, "rpc.discover")["methods"]
                  if "x-stream" in m and {p["name"] for p in m["params"]} >= {"room", "after_seq"})
    socket = WebSocket(server.http, "/rpc")
    result(server, "postMessage", {"room": "watched", "content": "before"})
    socket.send({"jsonrpc": "2.0", "method": follow, "params": {"room": "watched", "after_seq": 0}, "id": "f"})
    answer = socket.receive_json()
    assert answer["id"] == "f"
    name = answer["result"]["subscription"]

    def contents(count):
        out = []
        while len(out) < count:
            note = socket.receive_json()
            assert note["method"] == "rpc.subscription" and "id" not in note
            assert note["params"]["subscription"] == name
            out += [m["content"] for m in note["params"]["result"]["messages"]]
        return out

    assert contents(1) == ["before"]
    for n in range(20):
        server.post("/api/messages?room=watched", {"content": str(n)})
    assert contents(20) == [str(n) for n in range(20)]
    assert error(server, follow, {"room": "watched"})["data"]["code"] == "failed_precondition"

    socket.send({"jsonrpc": "2.0", "method": "rpc.unsubscribe", "params": {"subscription": name}, "id": 2})
    assert socket.receive_json() == {"jsonrpc": "2.0", "result": True, "id": 2}
    server.post("/api/messages?room=watched", {"content": "unheard"})
    socket.send({"jsonrpc": "2.0", "method": "echo", "id": 3})
    assert socket.receive_json()["id"] == 3
    socket.close()


def test_what_was_sent_is_stored_when_the_socket_is_cut(server):
    socket = WebSocket(server.http, "/rpc")
    for n in range(50):
        socket.send({"jsonrpc": "2.0", "method": "postMessage", "params": {"room": "cut", "content": str(n)}, "id": n})
    for n in range(50):
        socket.receive_json()
    socket.cut()
    assert [m["content"] for m in server.messages("cut")] == [str(n) for n in range(50)]


def test_sockets_are_told_to_come_back_when_the_server_stops(launch):
    server = launch()
    socket = WebSocket(server.http, "/rpc")
    socket.send({"jsonrpc": "2.0", "method": "echo", "id": 1})
    socket.receive_json()
    follow = next(m["name"] for m in result(server, "rpc.discover")["methods"] if "x-stream" in m)
    socket.send({"jsonrpc": "2.0", "method": follow, "params": {}, "id": 2})
    assert "result" in socket.receive_json()
    server.process.terminate()
    with pytest.raises(WebSocketClosed) as closed:
        while True:
            socket.receive_json()
    assert closed.value.code == 1012
    assert server.process.wait(30) == 0


def test_a_page_of_another_origin_may_not_open_one(launch):
    server = launch("--set", "rest.cors_origins=https://app.example.com")
    with pytest.raises(ConnectionError, match="403"):
        WebSocket(server.http, "/rpc", headers=["Origin: https://evil.example.com"])
    WebSocket(server.http, "/rpc", headers=["Origin: https://app.example.com"]).close()
