"""Users that live in a service which is none of the project's: tests/foreign/user_service.py."""
import os
import shlex

import pytest
from conftest import ROOT, awaited
from foreign import UserService
from grpc_client import Client


@pytest.fixture
def bound(server, launch, tmp_path):
    """The service, and a server that is bound to it; its .proto files came from another one."""
    service = UserService(f"http://127.0.0.1:{server.http}/proto", tmp_path)
    main = launch("--bind", f"users=127.0.0.1:{service.port}", "--set", "placement.probe=100ms",
                  "--set", "placement.breaker_reset=300ms")
    yield service, main
    if service.process.poll() is None:
        service.kill()


def created(main, name, email, **more):
    answer = main.post("/api/v3/users", {"name": name, "email": email, **more})
    assert answer.status == 201, answer.body
    return answer.json()


def placed(main, user_id):
    return main.post("/api/v1/orders", {"user_id": user_id, "items": [
        {"product_id": "p", "quantity": 1, "price": 2.5}]})


def test_rest_and_json_rpc_find_their_users_there(bound):
    service, main = bound
    assert next(m for m in main.get("/api/topology").json()["modules"] if m["name"] == "users")["placement"] == "remote"
    ann = created(main, "Ann Roe", "Ann@Example.com", age=30, phone="+1-555-123-4567")
    assert ann["email"] == "ann@example.com" and ann["phone"] == "+1-555-123-4567"
    path = f"/api/v3/users/{ann['id']}"
    assert main.get(path).json() == ann
    ben = created(main, "Ben Doe", "ben@example.com")
    page = main.get("/api/v3/users?page=1&page_size=1").json()
    assert (page["total"], [u["id"] for u in page["users"]]) == (2, [ann["id"]])
    assert [u["id"] for u in main.get("/api/v3/users?q=BEN").json()["users"]] == [ben["id"]]
    patched = main.request("PATCH", path, {"city": "Boston", "age": None}).json()
    assert patched["city"] == "Boston" and "age" not in {k for k, v in patched.items() if v is not None}
    replaced = main.request("PUT", path, {"name": "Ann Lee", "email": "lee@example.com"}).json()
    assert replaced["name"] == "Ann Lee" and replaced.get("city") is None and replaced["created_at"] == ann["created_at"]
    called = main.post("/rpc", {"jsonrpc": "2.0", "method": "getUser", "params": {"id": ben["id"]}, "id": 1}).json()
    assert called["result"]["name"] == "Ben Doe"
    client = Client(main.grpc)
    assert [u.name for u in client.call("user.UserService/ListUsers", {"q": "e"})] == ["Ann Lee", "Ben Doe"]
    client.close()
    assert main.request("DELETE", path).status == 204
    assert main.get(path).status == 404


def test_its_refusals_name_their_fields(bound):
    service, main = bound
    answer = main.post("/api/v3/users", {"name": "J", "email": "nobody", "age": 200, "phone": "abc"})
    assert answer.status == 400 and answer.json()["code"] == "invalid_argument"
    assert {problem["field"] for problem in answer.json()["errors"]} == {"name", "email", "age", "phone"}
    created(main, "Ann Roe", "ann@example.com")
    taken = main.post("/api/v3/users", {"name": "Ann Two", "email": "ANN@example.com"})
    assert taken.status == 409 and taken.json()["errors"][0]["field"] == "email", taken.body
    # What it refuses tells nothing against it.
    for _ in range(8):
        assert main.get("/api/v3/users/0198a3c2-7d5e-7000-8000-000000000000").status == 404
    assert main.get("/health").json()["status"] == "healthy"


def test_orders_ask_it_for_users(bound):
    service, main = bound
    ann = created(main, "Ann Roe", "ann@example.com")
    assert placed(main, ann["id"]).status == 201
    unknown = placed(main, "0198a3c2-7d5e-7000-8000-000000000000")
    assert unknown.status == 400 and unknown.json()["errors"][0]["field"] == "user_id"
    assert main.request("PATCH", f"/api/v3/users/{ann['id']}", {"active": False}).status == 200
    assert placed(main, ann["id"]).status == 400


def test_health_names_it_when_it_is_gone_and_it_may_come_back(bound):
    service, main = bound
    ann = created(main, "Ann Roe", "ann@example.com")
    made = placed(main, ann["id"]).json()
    service.kill()
    awaited(lambda: main.get("/health").json()["status"] == "degraded")
    dependencies = main.get("/health").json()["dependencies"]
    assert [name for name, state in dependencies.items() if state != "healthy"] == ["module.users"]
    assert f"127.0.0.1:{service.port}" in str(main.get("/api/topology").json())
    gone = main.get(f"/api/v3/users/{ann['id']}")
    assert gone.status == 503 and gone.json()["code"] == "unavailable"
    assert placed(main, ann["id"]).status == 503
    assert main.get(f"/api/v1/orders/{made['id']}").status == 200
    service.start()
    awaited(lambda: main.get("/health").json()["status"] == "healthy")
    again = created(main, "Ann Roe", "ann@example.com")  # it keeps users in memory
    assert again["id"] != ann["id"] and placed(main, again["id"]).status == 201


def test_the_readme_tells_these_commands(bound):
    service, main = bound
    with open(os.path.join(ROOT, "README.md")) as f:
        section = f.read().split("## Your own service", 1)[1].split("\n## ", 1)[0]
    told = [shlex.split(line, comments=True) for line in section.split("```")[1].strip().splitlines()]
    assert told == [["parley", "serve"], ["python3", service.SCRIPT, "--port", "50061"],
                    ["parley", "serve", "--bind", "users=127.0.0.1:50061"]]
    assert main.flags[:2] == ("--bind", f"users=127.0.0.1:{service.port}")
