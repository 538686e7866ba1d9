// The consumer "student-app": its client for users and orders, tested against Pact's mock server, which records the
// contract with the provider "parley".
import assert from "node:assert/strict";
import test from "node:test";
import {
  contract, eachLike, fromProviderState, integer, json, like, number, problem, problemJson, regex, time,
} from "./pact.mjs";

// ---- the client under test ---------------------------------------------------------------------------------

class Refusal extends Error {
  constructor({ status, code, detail, errors = [] }) {
    super(detail);
    Object.assign(this, { status, code, fields: errors.map((error) => error.field) });
  }
}

class Client {
  constructor(base) {
    this.base = base;
  }

  async call(method, path, body) {
    const answer = await fetch(this.base + path, {
      method, headers: { Accept: "application/json", ...(body && json) }, body: body && JSON.stringify(body),
    });
    const value = await answer.json();
    if (!answer.ok) throw new Refusal(value);
    return value;
  }

  createUser = (user) => this.call("POST", "/api/v3/users", user);
  user = (id) => this.call("GET", `/api/v3/users/${id}`);
  users = (page, size) => this.call("GET", `/api/v3/users?page=${page}&page_size=${size}`);
  createOrder = (order) => this.call("POST", "/api/v1/orders", order);
  order = (id) => this.call("GET", `/api/v1/orders/${id}`);
  setStatus = (id, status) => this.call("PATCH", `/api/v1/orders/${id}/status`, { status });
  ordersOf = (id) => this.call("GET", `/api/v1/users/${id}/orders`);
}

// ---- what it expects ---------------------------------------------------------------------------------------

// Ids are opaque to a client: any text. The provider's states tell the real ones (the names in `${}`).
const USER = "01a21769-45a4-7761-9217-f7d915fdb1bf", ORDER = "01a21769-4649-7552-8996-f645459d2c99";
const EMAIL = "john.doe@example.com";
const stated = (before, name, example, after = "") =>
  fromProviderState(`${before}\${${name}}${after}`, before + example + after);
const accept = { Accept: "application/json" }, sending = { ...accept, ...json };

const user = (id = like(USER), email = regex(/^[^@\s]+@[^@\s]+$/, EMAIL)) => ({
  id, name: like("John Doe"), email, age: integer(30), active: like(true), created_at: time(), updated_at: time(),
});
const item = { product_id: like("prod_456"), quantity: integer(3), price: number(19.99), name: like("Keyboard") };
const order = (more) => ({
  id: like(ORDER), user_id: stated("", "user_id", USER), items: eachLike(item), total_amount: number(59.97),
  status: regex(/^(PENDING|CONFIRMED|SHIPPED|DELIVERED|CANCELLED)$/, "PENDING"),
  created_at: time(), updated_at: time(), ...more,
});
const newOrder = (userId) => ({
  user_id: userId, items: [{ product_id: "prod_456", quantity: 3, price: 19.99, name: "Keyboard" }],
});

const pact = contract("student-app", "parley");

function refusal(status, code, fields = []) {
  return (thrown) => {
    assert.ok(thrown instanceof Refusal);
    assert.deepEqual([thrown.status, thrown.code, thrown.fields], [status, code, fields]);
    return true;
  };
}

// ---- users -------------------------------------------------------------------------------------------------

test("creates a user", () => pact
  .given("an e-mail address is free")
  .uponReceiving("a request to create a user")
  .withRequest({ method: "POST", path: "/api/v3/users", headers: sending,
                 body: { name: "John Doe", email: stated("", "email", EMAIL), age: 30 } })
  .willRespondWith({ status: 201,
                     headers: { ...json, Location: regex(/^\/api\/v3\/users\/[^/]+$/, `/api/v3/users/${USER}`) },
                     body: user(like(USER), stated("", "email", EMAIL)) })
  .executeTest(async ({ url }) => {
    const made = await new Client(url).createUser({ name: "John Doe", email: EMAIL, age: 30 });
    assert.deepEqual([made.id, made.email], [USER, EMAIL]);
  }));

test("is refused a user with all fields at fault", () => pact
  .uponReceiving("a request to create a user with a short name, no e-mail address and an impossible age")
  .withRequest({ method: "POST", path: "/api/v3/users", headers: sending,
                 body: { name: "J", email: "nobody", age: 200 } })
  .willRespondWith({ status: 400, headers: problemJson,
                     body: problem(400, "invalid_argument", "three things are wrong", ["name", "email", "age"]) })
  .executeTest(({ url }) => assert.rejects(new Client(url).createUser({ name: "J", email: "nobody", age: 200 }),
                                           refusal(400, "invalid_argument", ["name", "email", "age"]))));

test("gets a user", () => pact
  .given("a user exists")
  .uponReceiving("a request for a user")
  .withRequest({ method: "GET", path: stated("/api/v3/users/", "user_id", USER), headers: accept })
  .willRespondWith({ status: 200, headers: json, body: user(stated("", "user_id", USER)) })
  .executeTest(async ({ url }) => assert.equal((await new Client(url).user(USER)).name, "John Doe")));

test("is told that there is no such user", () => pact
  .given("no user has the id", { id: "nobody" })
  .uponReceiving("a request for a user who does not exist")
  .withRequest({ method: "GET", path: "/api/v3/users/nobody", headers: accept })
  .willRespondWith({ status: 404, headers: problemJson,
                     body: problem(404, "not_found", "there is no user with this id") })
  .executeTest(({ url }) => assert.rejects(new Client(url).user("nobody"), refusal(404, "not_found"))));

test("lists users", () => pact
  .given("a user exists")
  .uponReceiving("a request for the first page of users")
  .withRequest({ method: "GET", path: "/api/v3/users", query: { page: "1", page_size: "20" }, headers: accept })
  .willRespondWith({ status: 200, headers: json,
                     body: { users: eachLike(user()), total: integer(1), page: 1, page_size: 20 } })
  .executeTest(async ({ url }) => {
    const page = await new Client(url).users(1, 20);
    assert.deepEqual([page.users.length, page.page], [1, 1]);
  }));

// ---- orders ------------------------------------------------------------------------------------------------

test("creates an order", () => pact
  .given("a user exists")
  .uponReceiving("a request to create an order")
  .withRequest({ method: "POST", path: "/api/v1/orders", headers: sending,
                 body: newOrder(stated("", "user_id", USER)) })
  .willRespondWith({ status: 201,
                     headers: { ...json, Location: regex(/^\/api\/v1\/orders\/[^/]+$/, `/api/v1/orders/${ORDER}`) },
                     body: order({ status: "PENDING", total_amount: 59.97 }) })
  .executeTest(async ({ url }) => {
    const made = await new Client(url).createOrder(newOrder(USER));
    assert.deepEqual([made.id, made.status, made.total_amount], [ORDER, "PENDING", 59.97]);
  }));

test("is refused an order of an unknown user", () => pact
  .given("no user has the id", { id: "nobody" })
  .uponReceiving("a request to create an order of a user who does not exist")
  .withRequest({ method: "POST", path: "/api/v1/orders", headers: sending, body: newOrder("nobody") })
  .willRespondWith({ status: 400, headers: problemJson,
                     body: problem(400, "invalid_argument", "invalid user: user not found", ["user_id"]) })
  .executeTest(({ url }) => assert.rejects(new Client(url).createOrder(newOrder("nobody")),
                                           refusal(400, "invalid_argument", ["user_id"]))));

test("gets an order", () => pact
  .given("an order exists")
  .uponReceiving("a request for an order")
  .withRequest({ method: "GET", path: stated("/api/v1/orders/", "order_id", ORDER), headers: accept })
  .willRespondWith({ status: 200, headers: json, body: order({ id: stated("", "order_id", ORDER) }) })
  .executeTest(async ({ url }) => assert.equal((await new Client(url).order(ORDER)).total_amount, 59.97)));

test("confirms an order", () => pact
  .given("an order exists")
  .uponReceiving("a request to confirm an order")
  .withRequest({ method: "PATCH", path: stated("/api/v1/orders/", "order_id", ORDER, "/status"), headers: sending,
                 body: { status: "CONFIRMED" } })
  .willRespondWith({ status: 200, headers: json,
                     body: order({ id: stated("", "order_id", ORDER), status: "CONFIRMED" }) })
  .executeTest(async ({ url }) => {
    const changed = await new Client(url).setStatus(ORDER, "CONFIRMED");
    assert.deepEqual([changed.id, changed.status], [ORDER, "CONFIRMED"]);
  }));

test("lists the orders of a user", () => pact
  .given("an order exists")
  .uponReceiving("a request for the orders of a user")
  .withRequest({ method: "GET", path: stated("/api/v1/users/", "user_id", USER, "/orders"), headers: accept })
  .willRespondWith({ status: 200, headers: json, body: { orders: eachLike(order()), total: integer(1) } })
  .executeTest(async ({ url }) => assert.equal((await new Client(url).ordersOf(USER)).orders[0].user_id, USER)));
