"""Orders over REST: the lecture's request, exact money, repetition, the way of the status, pages, crashes."""
import http.client
import itertools
import json
import random
import re
import threading
import time

import pytest

counter = itertools.count()


def new_user(server):
    answer = server.post("/api/v1/users", {"name": "John Doe", "email": f"buyer.{next(counter)}@example.com"})
    assert answer.status == 201, answer.body
    return answer.json()["id"]


@pytest.fixture(scope="module")
def user(server):
    return new_user(server)


def order_of(user, **more):
    return {"user_id": user, "items": [{"product_id": "prod_456", "quantity": 2, "price": 29.99, "name": "Keyboard"}],
            "shipping_address": "123 Main St, New York", **more}


def item(price, quantity=1, **more):
    return {"product_id": "p", "quantity": quantity, "price": price, **more}


def place(server, body, key=None):
    return server.post("/api/v1/orders", body, headers={"Idempotency-Key": key} if key else {})


def placed(server, user, **more):
    answer = place(server, order_of(user, **more))
    assert answer.status == 201, answer.body
    return answer.json()


def set_status(server, order, status):
    return server.request("PATCH", f"/api/v1/orders/{order['id']}/status", {"status": status})


def problem_of(answer, status=400, code="invalid_argument"):
    assert answer.status == status, answer.body
    problem = answer.json()
    assert problem["code"] == code and problem["status"] == status and problem["trace_id"]
    return problem


def test_the_lectures_order(server, user):
    answer = place(server, order_of(user))
    assert answer.status == 201, answer.body
    order = answer.json()
    assert order["user_id"] == user and order["status"] == "PENDING" and order["total_amount"] == 59.98
    assert order["items"] == [{"product_id": "prod_456", "quantity": 2, "price": 29.99, "name": "Keyboard"}]
    assert order["shipping_address"] == "123 Main St, New York"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", order["created_at"])
    assert order["updated_at"] == order["created_at"]
    assert answer.headers["Location"] == f"/api/v1/orders/{order['id']}"
    assert server.get(answer.headers["Location"]).json() == order
    # Orders have no deprecated version.
    assert "_deprecated" not in order and "Deprecation" not in answer.headers and "Sunset" not in answer.headers


def test_the_lectures_other_order(server, user):
    address = {"street": "123 Main St", "city": "New York"}
    answer = place(server, {"user_id": user, "items": [{"product_id": "prod_456", "quantity": 2, "price": 29.99}],
                            "shipping_address": address})
    assert answer.status == 201, answer.body
    order = answer.json()
    assert order["shipping_address"] == address and "name" not in order["items"][0]
    assert server.get(f"/api/v1/orders/{order['id']}").json() == order


@pytest.mark.parametrize("items,total", [
    ([("0.1", 3)], "0.30"), ([("19.99", 3)], "59.97"), ([("5", 1)], "5.00"), ([("0", 7)], "0.00"),
    ([("2.5e1", 2)], "50.00"), ([("0.10", 1), ("0.20", 1)], "0.30"), ([("1.10", 3)], "3.30"),
    ([("1000000.00", 1000)] * 100, "100000000000.00"), ([("999999.99", 999)] * 100, "99899999001.00"),
    ([("0.01", 7)] * 100, "7.00"), ([("33.330", 3)], "99.99"),
])
def test_money_is_exact(server, user, items, total):
    lines = ",".join(f'{{"product_id":"p","quantity":{q},"price":{p}}}' for p, q in items)
    answer = place(server, f'{{"user_id":"{user}","items":[{lines}]}}')
    assert answer.status == 201, answer.body
    # The text itself, as a parser would round it.
    assert f'"total_amount":{total},'.encode() in answer.body
    assert f'"total_amount":{total},'.encode() in server.get(answer.headers["Location"]).body


@pytest.mark.parametrize("change,field", [
    ({"user_id": None}, "user_id"), ({"user_id": ""}, "user_id"), ({"user_id": 5}, "user_id"),
    ({"items": None}, "items"), ({"items": []}, "items"), ({"items": {}}, "items"), ({"items": "p"}, "items"),
    ({"items": [item(1)] * 101}, "items"),
    ({"items": [5]}, "items[0]"),
    ({"items": [item(1, 0)]}, "items[0].quantity"), ({"items": [item(1, -1)]}, "items[0].quantity"),
    ({"items": [item(1, 1001)]}, "items[0].quantity"), ({"items": [item(1, 1.5)]}, "items[0].quantity"),
    ({"items": [item(1), item(1, "2")]}, "items[1].quantity"),
    ({"items": [item(-0.01)]}, "items[0].price"), ({"items": [item(1000000.01)]}, "items[0].price"),
    ({"items": [item(0.001)]}, "items[0].price"), ({"items": [item(19.999)]}, "items[0].price"),
    ({"items": [item(1e30)]}, "items[0].price"), ({"items": [item("19.99")]}, "items[0].price"),
    ({"items": [item(None)]}, "items[0].price"), ({"items": [{"product_id": "p", "quantity": 1}]}, "items[0].price"),
    ({"items": [{"quantity": 1, "price": 1}]}, "items[0].product_id"),
    ({"items": [item(1, name="n" * 201)]}, "items[0].name"),
    ({"shipping_address": ""}, "shipping_address"), ({"shipping_address": 5}, "shipping_address"),
    ({"shipping_address": []}, "shipping_address"), ({"shipping_address": "x" * 501}, "shipping_address"),
    ({"shipping_address": {"street": "s"}}, "shipping_address.city"),
    ({"shipping_address": {"city": "c", "street": ""}}, "shipping_address.street"),
])
def test_each_bad_field_is_named(server, user, change, field):
    problem = problem_of(place(server, order_of(user, **change)))
    assert [e["field"] for e in problem["errors"]] == [field]


def test_limits_are_told(server, user):
    def message(change):
        return problem_of(place(server, order_of(user, **change)))["detail"]
    assert message({"items": [item(19.999)]}) == \
        "items[0].price must be a number with at most two decimals between 0.00 and 1000000.00"
    assert message({"items": [item(1000000.01)]}) == \
        "items[0].price must be between 0.00 and 1000000.00, is 1000000.01"
    assert message({"items": [item(1, 1001)]}) == "items[0].quantity must be between 1 and 1000, is 1001"
    assert message({"shipping_address": 5}) == "shipping_address must be a string or an object"


def test_all_problems_come_at_once(server, user):
    problem = problem_of(place(server, {"items": [item(-1, 0)], "shipping_address": {}}, key="k" * 256))
    assert {e["field"] for e in problem["errors"]} == {
        "user_id", "items[0].quantity", "items[0].price", "shipping_address.street", "shipping_address.city",
        "Idempotency-Key"}


def test_the_user_must_exist_and_be_active(server):
    for unknown in ("018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37", "user_123"):
        problem = problem_of(place(server, order_of(unknown)))
        assert problem["detail"] == "invalid user: user not found"
        assert [e["field"] for e in problem["errors"]] == ["user_id"]
    gone = new_user(server)
    assert server.request("PATCH", f"/api/v2/users/{gone}", {"active": False}).status == 200
    assert problem_of(place(server, order_of(gone)))["detail"] == "invalid user: user is not active"


def test_the_way_of_an_order(server, user):
    order = placed(server, user)
    for status in ("CONFIRMED", "SHIPPED", "DELIVERED"):
        answer = set_status(server, order, status)
        assert answer.status == 200, answer.body
        assert answer.json()["status"] == status
        assert set_status(server, order, status).json() == answer.json()  # once more changes nothing
    assert server.get(f"/api/v1/orders/{order['id']}").json()["status"] == "DELIVERED"
    problem = problem_of(set_status(server, order, "CANCELLED"), 409, "failed_precondition")
    assert "DELIVERED" in problem["detail"] and "CANCELLED" in problem["detail"]


def test_illegal_steps_are_refused_with_what_is_legal(server, user):
    order = placed(server, user)
    problem = problem_of(set_status(server, order, "SHIPPED"), 409, "failed_precondition")
    assert problem["detail"] == \
        "an order that is PENDING cannot become SHIPPED; it can become CONFIRMED or CANCELLED"
    for wrong in ("SHIPED", "pending", 1, None):
        assert [e["field"] for e in problem_of(set_status(server, order, wrong))["errors"]] == ["status"]
    assert set_status(server, order, "CANCELLED").status == 200
    problem_of(set_status(server, order, "PENDING"), 409, "failed_precondition")
    assert server.get(f"/api/v1/orders/{order['id']}").json()["status"] == "CANCELLED"


@pytest.mark.parametrize("id", ["018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37", "1", "'%20OR%201=1"])
def test_an_unknown_order_is_not_found(server, id):
    problem_of(server.get(f"/api/v1/orders/{id}"), 404, "not_found")
    problem_of(server.request("PATCH", f"/api/v1/orders/{id}/status", {"status": "CONFIRMED"}), 404, "not_found")


def test_a_users_orders_page_by_page(server):
    user, other = new_user(server), new_user(server)
    ids = [placed(server, user)["id"] for _ in range(5)]
    placed(server, other)
    page = server.get(f"/api/v1/users/{user}/orders").json()
    assert sorted(o["id"] for o in page["orders"]) == sorted(ids)
    times = [o["created_at"] for o in page["orders"]]
    assert [t.rstrip("Z").ljust(26, "0") for t in times] == sorted((t.rstrip("Z").ljust(26, "0") for t in times),
                                                                  reverse=True)
    assert (page["total"], page["page"], page["page_size"]) == (5, 1, 20)
    seen = []
    for number in (1, 2, 3):
        part = server.get(f"/api/v1/users/{user}/orders?page={number}&page_size=2").json()
        assert part["total"] == 5 and len(part["orders"]) == (2 if number < 3 else 1)
        seen += [o["id"] for o in part["orders"]]
    assert seen == [o["id"] for o in page["orders"]]
    assert server.get("/api/v1/users/nobody/orders").json()["orders"] == []
    assert [e["field"] for e in problem_of(server.get(f"/api/v1/users/{user}/orders?page_size=101"))["errors"]] == \
        ["page_size"]


def test_a_repeated_order_gets_the_first_answer(server):
    user = new_user(server)
    first = place(server, order_of(user), "first key")
    again = place(server, order_of(user), "first key")
    assert (again.status, again.body, again.headers["Location"]) == (201, first.body, first.headers["Location"])
    # Also later, and however the same amount is written.
    assert set_status(server, first.json(), "CONFIRMED").status == 200
    written = json.dumps(order_of(user)).replace("29.99", "2999e-2")
    assert place(server, written, "first key").body == first.body
    assert server.get(f"/api/v1/users/{user}/orders").json()["total"] == 1
    # The key is the user's own; the body has none.
    other = new_user(server)
    assert place(server, order_of(other), "first key").json()["id"] != first.json()["id"]
    assert place(server, order_of(user, idempotency_key="first key")).json()["id"] != first.json()["id"]


def test_a_key_with_another_order_is_refused(server):
    user = new_user(server)
    first = place(server, order_of(user), "k").json()
    problem = problem_of(place(server, order_of(user, shipping_address="elsewhere"), "k"), 409, "already_exists")
    assert [e["field"] for e in problem["errors"]] == ["Idempotency-Key"] and first["id"] in json.dumps(problem)
    assert server.get(f"/api/v1/users/{user}/orders").json()["total"] == 1


@pytest.mark.parametrize("key", ["k" * 256, "a\tb", "\xfc"])
def test_a_bad_key_is_named_by_its_header_field(server, user, key):
    problem = problem_of(place(server, order_of(user), key))
    assert [e["field"] for e in problem["errors"]] == ["Idempotency-Key"]
    assert problem["detail"].startswith("Idempotency-Key must")


def test_many_at_once_with_one_key_place_one_order(server):
    user = new_user(server)
    answers, start = [], threading.Barrier(16)

    def post():
        start.wait()
        answers.append(place(server, order_of(user), "race"))
    threads = [threading.Thread(target=post) for _ in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert {a.status for a in answers} == {201} and len({a.body for a in answers}) == 1
    assert server.get(f"/api/v1/users/{user}/orders").json()["total"] == 1


def test_browsers_may_patch_and_send_the_key(server):
    answer = server.request("OPTIONS", "/api/v1/orders/x/status", headers={
        "Origin": "http://localhost:5000", "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "content-type,idempotency-key"})
    assert answer.status == 204
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert "idempotency-key" in answer.headers["Access-Control-Allow-Headers"].lower()


def test_wrong_methods_and_media_types(server, user):
    assert server.get("/api/v1/orders").status == 405
    assert server.request("DELETE", "/api/v1/orders/x").status == 405
    assert server.post("/api/v1/orders", "<a/>", headers={"Content-Type": "application/xml"}).status == 415
    problem_of(server.post("/api/v1/orders", "{"))
    problem_of(server.post("/api/v1/orders", "[]"))


def test_it_is_described_measured_and_watched(server, user):
    placed(server, user)
    paths = server.get("/openapi.json").json()["paths"]
    create = paths["/api/v1/orders"]["post"]
    assert [(p["name"], p["in"], p["required"]) for p in create["parameters"]] == \
        [("Idempotency-Key", "header", False)]
    assert "patch" in paths["/api/v1/orders/{id}/status"] and "get" in paths["/api/v1/users/{user_id}/orders"]
    metrics = server.get("/metrics").body.decode()
    assert re.search(r'^orders_created_total\{status="success"\} [1-9]', metrics, re.M)
    assert re.search(r'^order_creation_duration_seconds_count\{status="success"\} [1-9]', metrics, re.M)


def test_the_same_over_json_rpc(server):
    user = new_user(server)
    ids = itertools.count(1)

    def call(method, params):
        answer = server.post("/rpc", {"jsonrpc": "2.0", "id": next(ids), "method": method, "params": params})
        assert answer.status == 200, answer.body
        return answer.json()
    order = call("createOrder", order_of(user, idempotency_key="k"))["result"]
    assert order["status"] == "PENDING" and order["total_amount"] == 59.98 and isinstance(order["created_at"], int)
    assert order["shipping_address"] == "123 Main St, New York"
    assert call("createOrder", order_of(user, idempotency_key="k"))["result"] == order
    assert call("getOrder", {"id": order["id"]})["result"] == order
    assert call("getOrder", {"order_id": order["id"]})["result"] == order
    assert call("updateOrderStatus", {"id": order["id"], "status": "CONFIRMED"})["result"]["status"] == "CONFIRMED"
    error = call("updateOrderStatus", {"id": order["id"], "status": "DELIVERED"})["error"]
    assert error["data"]["code"] == "failed_precondition" and "SHIPPED or CANCELLED" in error["message"]
    assert call("createOrder", order_of(user, items=[item(0.001)]))["error"]["code"] == -32602
    listed = call("listUserOrders", {"user_id": user})["result"]
    assert [o["id"] for o in listed["orders"]] == [order["id"]] and listed["total"] == 1


class Buyers:
    """Clients that order with keys until the server goes, and note what was acknowledged."""

    def __init__(self, server, user, number):
        self.acknowledged, self.lock, self.user, self.keys = {}, threading.Lock(), user, itertools.count(number * 10**6)
        self.asked = set()
        self.threads = [threading.Thread(target=self.order, args=(server.http,)) for _ in range(6)]
        for t in self.threads:
            t.start()

    def order(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            while True:
                with self.lock:
                    key = f"key-{next(self.keys)}"
                    self.asked.add(key)
                connection.request("POST", "/api/v1/orders", json.dumps(order_of(self.user)),
                                   {"Content-Type": "application/json", "Idempotency-Key": key})
                answer = connection.getresponse()
                body = answer.read()
                if answer.status == 201:
                    with self.lock:
                        self.acknowledged[key] = body
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def wait_for(self, count):
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < count:
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def join(self):
        for t in self.threads:
            t.join()


def test_kill_nine_loses_no_order_and_repeats_none(launch):
    server = launch()
    user = new_user(server)
    random.seed(11)
    acknowledged, asked = {}, set()
    for number in range(4):
        buyers = Buyers(server, user, number)
        buyers.wait_for(random.randint(20, 80))
        server.kill()
        buyers.join()
        acknowledged.update(buyers.acknowledged)
        asked |= buyers.asked
        server.start()
    # The same calls once more: what was acknowledged is answered as it was, the others are placed or found.
    total = 0
    for key in asked:
        answer = place(server, order_of(user), key)
        assert answer.status == 201
        assert acknowledged.get(key, answer.body) == answer.body
        total += 1
    page = server.get(f"/api/v1/users/{user}/orders?page_size=1").json()
    assert page["total"] == total == len(asked)
    assert len(acknowledged) > 60
