// Verifies contracts against a running provider: node verify.mjs MODULES BASE CONTRACT... (MODULES as in pact.mjs).
// Exit status 0 only if every interaction of every contract was answered as agreed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, base, ...files] = process.argv.slice(2);
if (!files.length) fail("usage: node verify.mjs MODULES BASE CONTRACT...", 2);
const { Verifier } = createRequire(join(modules, "anchor.js"))("@pact-foundation/pact");

function fail(words, status = 1) {
  console.error(words);
  process.exit(status);
}

// ---- states: made through the provider's public API, as any client could -----------------------------------

let made = 0;
const freeAddress = () => `pact.${process.pid}.${Date.now()}.${++made}@example.com`;

async function post(path, body) {
  const answer = await fetch(base + path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`POST ${path} is answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

const newUser = () => post("/api/v3/users", { name: "Jane Roe", email: freeAddress(), age: 41 });

// What a handler returns takes the place of the names in `${}`.
const stateHandlers = {
  "an e-mail address is free": async () => ({ email: freeAddress() }),
  "a user exists": async () => ({ user_id: (await newUser()).id }),
  "no user has the id": async ({ id }) => {
    const answer = await fetch(`${base}/api/v3/users/${id}`);
    if (answer.status !== 404) throw new Error(`there is a user ${id}: ${answer.status}`);
    return {};
  },
  "an order exists": async () => {
    const user = await newUser();
    const order = await post("/api/v1/orders", {
      user_id: user.id, items: [{ product_id: "prod_789", quantity: 2, price: 29.5, name: "Mouse" }],
    });
    return { user_id: user.id, order_id: order.id };
  },
};

// ---- verification ------------------------------------------------------------------------------------------

for (const file of files) {
  const { provider, interactions } = JSON.parse(readFileSync(file, "utf8"));
  // The verifier itself only warns of a state that it cannot make.
  for (const { description, providerStates = [] } of interactions)
    for (const { name } of providerStates)
      if (!stateHandlers[name]) fail(`${file}: "${description}" needs the state "${name}", which nobody makes here`, 2);
  try {
    await new Verifier({ provider: provider.name, providerBaseUrl: base, pactUrls: [file], stateHandlers,
                         logLevel: "error" }).verifyProvider();
  } catch (problem) {
    fail(`${file}: ${problem.message}`);
  }
  console.log(`ok ${file}: ${interactions.length} interactions`);
}
