// The consumer "orders": the one question that it asks of the provider "users", before it takes an order.
//
// Between processes the orders module asks it over gRPC (ValidateUser). Pact speaks gRPC through a plugin, which comes
// from GitHub at the time of the test and not from a package registry, so that it can be neither pinned nor had
// without GitHub: the contract is for the same operation over REST, whose answer is made from the same table. The
// gRPC side is tested with two real processes in tests/e2e/test_placement.py.
import assert from "node:assert/strict";
import test from "node:test";
import { contract, fromProviderState, json, regex } from "./pact.mjs";

// ---- the client under test ---------------------------------------------------------------------------------

// Why the user may not order; null for one who may.
async function objection(base, userId) {
  const answer = await fetch(`${base}/api/v3/users/${userId}/validation`, { headers: { Accept: "application/json" } });
  assert.equal(answer.status, 200);
  const { is_valid: valid, reason } = await answer.json();
  return valid ? null : reason;
}

// ---- what it expects ---------------------------------------------------------------------------------------

const USER = "01a21769-45a4-7761-9217-f7d915fdb1bf";
const accept = { Accept: "application/json" };
const pact = contract("orders", "users");

test("takes an order of a user who exists", () => pact
  .given("a user exists")
  .uponReceiving("the question whether a user may order")
  .withRequest({ method: "GET", headers: accept,
                 path: fromProviderState("/api/v3/users/${user_id}/validation", `/api/v3/users/${USER}/validation`) })
  .willRespondWith({ status: 200, headers: json, body: { is_valid: true } })
  .executeTest(async ({ url }) => assert.equal(await objection(url, USER), null)));

test("takes none of a user who does not", () => pact
  .given("no user has the id", { id: "nobody" })
  .uponReceiving("the question whether a user who does not exist may order")
  .withRequest({ method: "GET", headers: accept, path: "/api/v3/users/nobody/validation" })
  .willRespondWith({ status: 200, headers: json, body: { is_valid: false, reason: regex(/^.+$/, "user not found") } })
  .executeTest(async ({ url }) => assert.equal(await objection(url, "nobody"), "user not found")));
