// Judges a description with the linter of its ecosystem: lint.mjs openapi|asyncapi|openrpc FILE
// One line per problem; status 1 if there is any, warnings included.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [kind, file] = process.argv.slice(2);

// The recommended rules, warnings counted. One is replaced: a WebSocket's route has no 2xx, it answers 101.
async function openapi() {
  const { createConfig, lint } = require('@redocly/openapi-core');
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      'operation-2xx-response': 'off',
      'rule/operation-succeeds': {
        severity: 'error',
        message: 'an operation answers 2xx, or 101 for a WebSocket',
        subject: { type: 'Responses' },
        assertions: { requireAny: ['101', '200', '201', '202', '204', 'default', '2XX'] },
      },
    },
  });
  const problems = await lint({ ref: file, config });
  return problems.map((p) => `${p.severity} ${p.ruleId} ${p.location?.[0]?.pointer ?? ''}: ${p.message}`);
}

async function asyncapi() {
  const { Parser, DiagnosticSeverity } = require('@asyncapi/parser');
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'));
  const bad = diagnostics.filter((d) => d.severity <= DiagnosticSeverity.Warning);
  const lines = bad.map((d) => `${DiagnosticSeverity[d.severity]} ${d.code} ${d.path.join('/')}: ${d.message}`);
  if (!document && !lines.length) lines.push('the parser made no document of it');
  return lines;
}

async function openrpc() {
  // Both schemas with a name for the one of JSON Schema that ajv does not fold away.
  const load = (name) => {
    const text = JSON.stringify(require(name).default ?? require(name));
    return JSON.parse(text.replaceAll(/https:\/\/meta\.json-schema\.tools\/?/g, 'https://json-schema.invalid/meta'));
  };
  const Ajv = require('ajv').default;
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, validateFormats: false });
  ajv.addSchema(load('@json-schema-tools/meta-schema'));
  const validate = ajv.compile(load('@open-rpc/meta-schema'));
  validate(JSON.parse(readFileSync(file, 'utf8')));
  return (validate.errors ?? []).map((e) => `error ${e.keyword} ${e.instancePath}: ${e.message}`);
}

const linters = { openapi, asyncapi, openrpc };
if (!linters[kind] || !file) {
  console.error('usage: lint.mjs openapi|asyncapi|openrpc FILE');
  process.exit(2);
}
const problems = await linters[kind]();
for (const line of problems) console.log(line);
process.exit(problems.length ? 1 : 0);
