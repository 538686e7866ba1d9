"""Users over REST: the lecture's request, validation, pages, versions."""
import itertools
import json

import pytest

counter = itertools.count()


def person(**more):
    return {"name": "John Doe", "email": f"john.{next(counter)}@example.com", **more}


def create(server, **more):
    answer = server.post("/api/v1/users", person(**more))
    assert answer.status == 201, answer.body
    return answer.json()


def test_the_lectures_request(server):
    answer = server.post("/api/v1/users", {
        "name": "John Doe", "email": "john.doe@example.com", "age": 30, "city": "New York", "country": "USA",
        "phone": "+1-555-123-4567"})
    assert answer.status == 201, answer.body
    user = answer.json()
    assert user["name"] == "John Doe" and user["email"] == "john.doe@example.com" and user["active"] is True
    assert isinstance(user["created_at"], int)
    assert answer.headers["Location"].endswith(user["id"])
    assert server.get(f"/api/v1/users/{user['id']}").json()["id"] == user["id"]


def test_input_is_normalised_but_kept_as_typed(server):
    user = server.post("/api/v1/users", {"name": "  <b>Ann</b> & Bob ", "email": " ANN@Example.COM "},
                       body_checked=False).json()
    assert user["name"] == "<b>Ann</b> & Bob" and user["email"] == "ann@example.com"


@pytest.mark.parametrize("change,field", [
    ({"name": "x"}, "name"), ({"name": "   x   "}, "name"), ({"name": "y" * 51}, "name"), ({"name": None}, "name"),
    ({"name": 5}, "name"), ({"email": "nobody"}, "email"), ({"email": "a@b@c.d"}, "email"), ({"email": ""}, "email"),
    ({"age": -1}, "age"), ({"age": 121}, "age"), ({"age": "old"}, "age"), ({"age": 1.5}, "age"),
    ({"phone": "call me"}, "phone"), ({"phone": "0123"}, "phone"), ({"phone": "+1234567890123456"}, "phone"),
])
def test_each_bad_field_is_named(server, change, field):
    answer = server.post("/api/v1/users", person(**change))
    assert answer.status == 400
    problem = answer.json()
    assert problem["code"] == "invalid_argument" and problem["status"] == 400 and problem["trace_id"]
    assert [e["field"] for e in problem["errors"]] == [field]


def test_all_problems_come_at_once(server):
    problem = server.post("/api/v1/users", {"name": "x", "email": "bad", "age": 200}).json()
    assert {e["field"] for e in problem["errors"]} == {"name", "email", "age"}


@pytest.mark.parametrize("name", ["ab", "é" * 50, "x" * 50])
def test_names_are_counted_in_characters(server, name):
    assert server.post("/api/v1/users", person(name=name)).status == 201


def test_an_email_is_taken_once(server):
    user = create(server)
    answer = server.post("/api/v1/users", {"name": "Other", "email": user["email"].upper()})
    assert answer.status == 409 and answer.json()["code"] == "already_exists"


def test_put_patch_delete(server):
    user = create(server, age=20, city="Rome")
    path = f"/api/v2/users/{user['id']}"
    replaced = server.request("PUT", path, person(name="New Name"))
    assert replaced.status == 200 and "city" not in replaced.json() and replaced.json()["name"] == "New Name"
    patched = server.request("PATCH", path, {"age": 44, "country": "Italy"},
                             headers={"Content-Type": "application/merge-patch+json"})
    assert patched.status == 200
    assert (patched.json()["age"], patched.json()["country"], patched.json()["name"]) == (44, "Italy", "New Name")
    cleared = server.request("PATCH", path, {"age": None}).json()
    assert "age" not in cleared and cleared["country"] == "Italy"
    assert server.request("PATCH", path, {"name": None}).status == 400
    gone = server.request("DELETE", path)
    assert gone.status == 204 and gone.body == b""
    for method in ("GET", "DELETE"):
        missing = server.request(method, path)
        assert missing.status == 404 and missing.json()["code"] == "not_found"


def test_pages_and_search(launch):
    server = launch()
    for n in range(25):
        body = {"name": f"Person {n:02}", "email": f"p{n}@example.com"}
        assert server.post("/api/v1/users", body).status == 201
    names = []
    for page in (1, 2, 3):
        answer = server.get(f"/api/v1/users?page={page}&page_size=10").json()
        assert answer["total"] == 25 and answer["page"] == page
        names += [u["name"] for u in answer["users"]]
    assert names == [f"Person {n:02}" for n in range(25)]
    assert len(server.get("/api/v1/users").json()["users"]) == 20
    assert [u["name"] for u in server.get("/api/v1/users?q=SON%2007").json()["users"]] == ["Person 07"]
    assert server.get("/api/v1/users?q=%25").json()["total"] == 0
    assert server.get("/api/v1/users?page=0").status == 400
    assert server.get("/api/v1/users?page_size=1000000").status == 400


def test_users_survive_restart_and_kill(launch):
    server = launch()
    ids = [create(server)["id"] for _ in range(5)]
    server.kill()
    server.start()
    assert all(server.get(f"/api/v1/users/{i}").status == 200 for i in ids)
    assert server.stop() == 0


def test_versions(server):
    user = create(server, phone="+15551234567", avatar="https://example.com/a.png")
    v1, v2 = server.get(f"/api/v1/users/{user['id']}"), server.get(f"/api/v2/users/{user['id']}")
    assert v1.headers["Deprecation"] and v1.headers["Sunset"] and "successor-version" in v1.headers["Link"]
    assert v1.json()["_deprecated"] is True and v1.json()["_new_api_url"] == f"/api/v2/users/{user['id']}"
    assert "phone" not in v1.json() and "Deprecation" not in v2.headers
    assert v2.json()["phone"] == "+15551234567" and v2.json()["avatar"] and v2.json()["created_at"].endswith("Z")
    for header in ("v2", "2.0"):
        assert server.get(f"/api/users/{user['id']}", headers={"API-Version": header}).json() == v2.json()
    assert server.get(f"/api/users/{user['id']}").status == 200
    assert server.get(f"/api/users/{user['id']}", headers={"API-Version": "v99"}).status == 400
    assert server.get("/api/versions").status == 200


def test_a_version_past_its_sunset_is_gone(launch):
    server = launch("--set", "rest.v1_sunset=2020-01-01T00:00:00Z")
    answer = server.get("/api/v1/users/1")
    assert answer.status == 410 and "/api/v2/" in json.dumps(answer.json()) + str(answer.headers["Link"])


def test_conditional_get(server):
    user = create(server)
    first = server.get(f"/api/v1/users/{user['id']}")
    tag = first.headers["ETag"]
    again = server.get(f"/api/v1/users/{user['id']}", headers={"If-None-Match": f'"x", {tag}'})
    assert again.status == 304 and again.body == b"" and again.headers["ETag"] == tag
    server.request("PATCH", f"/api/v1/users/{user['id']}", {"name": "Changed"})
    assert server.get(f"/api/v1/users/{user['id']}", headers={"If-None-Match": tag}).status == 200


def test_refused_domains(launch):
    server = launch(environment={"PARLEY_USERS_REFUSED_EMAIL_DOMAINS": "mailinator.com"})
    answer = server.post("/api/v1/users", {"name": "Spam", "email": "a@sub.mailinator.com"})
    assert answer.status == 400 and answer.json()["errors"][0]["field"] == "email"
    assert create(server)


def test_metrics_of_the_lecture(server):
    create(server)
    server.post("/api/v1/users", {"name": "x", "email": "bad"})
    text = server.get("/metrics").body.decode()
    assert 'user_creations_total{status="success"}' in text and 'user_creations_total{status="error"}' in text
    assert "user_creation_duration_seconds_bucket" in text and "active_users_total " in text
    assert 'route="/api/v1/users/{id}"' in text or 'route="/api/{version}/users/{id}"' in text
