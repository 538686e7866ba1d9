// Calls a gRPC server with gRPC's own client for Node, as test_grpc_clients.py asks: node grpc_js_driver.mjs MODULES ADDRESS
// PROTO_FOLDER FILE... Reads one JSON list of calls from each line of standard input, makes them at the same time and
// prints one JSON list of outcomes; the first line it prints is {method: [client streams, server streams]}. What is
// expected stands in the test.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [modules, address, folder, ...files] = process.argv.slice(2);
const require = createRequire(join(modules, "anchor.js"));
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const definitions = loader.loadSync(files, {
  includeDirs: [folder], keepCase: true, longs: Number, enums: String, bytes: String, defaults: true,
});
const methods = new Map();
for (const service of Object.values(definitions))
  for (const method of Object.values(service)) if (method?.path) methods.set(method.path, method);
const clients = new Map();  // by their options

function clientOf(options) {
  const key = JSON.stringify(options);
  if (!clients.has(key)) clients.set(key, new grpc.Client(address, grpc.credentials.createInsecure(), options));
  return clients.get(key);
}

// {method, requests, metadata, timeout, take, options}: `take` withdraws the call after so many answers.
function call({ method: path, requests = [{}], metadata = {}, timeout = 20000, take = Infinity, options = {} }) {
  const method = methods.get(path);
  const sent = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata))
    sent.set(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
  const timing = timeout === null ? {} : { deadline: Date.now() + timeout };
  const outcome = { answers: [] };
  const withBytes = [path, method.requestSerialize, method.responseDeserialize];
  const client = clientOf(options);
  return new Promise((resolve) => {
    const ended = (status) => resolve({
      ...outcome, code: grpc.status[status.code], details: status.details, trailers: Object.keys(status.metadata.getMap()),
    });
    const answered = (error, answer) => {
      if (!error) outcome.answers.push(answer);
    };
    let running;
    if (method.responseStream) {
      running = method.requestStream ? client.makeBidiStreamRequest(...withBytes, sent, timing)
                                     : client.makeServerStreamRequest(...withBytes, requests[0], sent, timing);
      running.on("error", () => {});  // the status says it
      running.on("data", (answer) => {
        if (outcome.answers.length < take && outcome.answers.push(answer) === take) running.cancel();
      });
    } else {
      running = method.requestStream ? client.makeClientStreamRequest(...withBytes, sent, timing, answered)
                                     : client.makeUnaryRequest(...withBytes, requests[0], sent, timing, answered);
      if (take === 0) running.cancel();
    }
    running.on("metadata", (header) => { outcome.header = Object.keys(header.getMap()); });
    running.on("status", (status) => setImmediate(ended, status));
    if (method.requestStream) {
      for (const request of requests) running.write(request);
      running.end();
    }
  });
}

const print = (value) => process.stdout.write(JSON.stringify(value) + "\n");
print(Object.fromEntries([...methods].map(([path, method]) => [path, [method.requestStream, method.responseStream]])));
for await (const line of createInterface({ input: process.stdin })) print(await Promise.all(JSON.parse(line).map(call)));
for (const client of clients.values()) client.close();
