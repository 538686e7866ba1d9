// Fastify answering a constant object.
const fastify = require("fastify")();
const user = {
  id: "0190b1c4-7b1e-7e0a-9c55-0d6ac1a2b3c4", name: "Alice Liddell", email: "alice@example.com", age: 30,
  city: "Oxford", country: "UK", active: true, created_at: 1642781234,
};
fastify.get("/user", (request, reply) => reply.send(user));
fastify.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
