// What the consumers' tests share: node FILE.mjs MODULES FOLDER, where MODULES is the folder that
// tests/descriptions/install.py prints (its node_modules holds Pact) and FOLDER takes the recorded contract.
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, folder] = process.argv.slice(2);
if (!modules || !folder) {
  console.error(`usage: node ${process.argv[1]} MODULES FOLDER`);
  process.exit(2);
}
const { PactV3, MatchersV3 } = createRequire(join(modules, "anchor.js"))("@pact-foundation/pact");

export const { arrayContaining, eachLike, fromProviderState, integer, like, number, regex } = MatchersV3;

export function contract(consumer, provider) {
  return new PactV3({ consumer, provider, dir: folder, host: "127.0.0.1", logLevel: "error" });
}

// RFC 3339 in UTC; the fraction may be absent, which a pattern of datetime() could not say.
export const time = (example = "2026-01-31T12:00:00.123456Z") =>
  regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, example);

export const json = { "Content-Type": "application/json" };
export const problemJson = { "Content-Type": "application/problem+json" };

// A refusal by RFC 9457. The words are the provider's own; status, code and the fields at fault are agreed.
export const problem = (status, code, detail, fields = []) => ({
  status, code, title: like("A refusal"), detail: like(detail), trace_id: like("40be8b0e9d967dec062bd9672be12c2a"),
  ...(fields.length && { errors: arrayContaining(...fields.map((field) => ({ field, message: like("is wrong") }))) }),
});
