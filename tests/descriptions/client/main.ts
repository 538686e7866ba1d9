// A program that was written against the generated types alone. Every step that goes wrong ends it with status 1.
// The steps are those of a student: a user, an order, a message, and an error that says what is wrong.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

declare const process: { argv: string[] };

type Problem = components['schemas']['Problem'];
type User = components['schemas']['v3.User'];

const client = createClient<paths>({ baseUrl: process.argv[2] });

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
  console.log(`ok ${what}`);
}

function taken<T>(what: string, result: { data?: T; error?: unknown; response: Response }): T {
  if (result.data === undefined)
    throw new Error(`${what}: ${result.response.status} ${JSON.stringify(result.error)}`);
  return result.data;
}

const email = `jane.${Date.now()}@example.com`;
const created: User = taken(
  'create a user',
  await client.POST('/api/v3/users', { body: { name: 'Jane Roe', email, age: 30, city: 'Bergen' } }),
);
check(created.email === email && created.city === 'Bergen', 'a user is created');

const path = { id: created.id };
const got: User = taken('get it', await client.GET('/api/v3/users/{id}', { params: { path } }));
check(got.id === created.id && got.name === 'Jane Roe', 'the user is read');

const page = taken('list', await client.GET('/api/v3/users', { params: { query: { q: email, page: 1 } } }));
check(page.total === 1 && page.users[0]?.id === created.id, 'the user is found');

const patched: User = taken(
  'patch it',
  await client.PATCH('/api/v3/users/{id}', { params: { path }, body: { city: null, country: 'Norway' } }),
);
check(patched.city === undefined && patched.country === 'Norway', 'some fields are changed, one is cleared');

const order = taken(
  'order',
  await client.POST('/api/v1/orders', {
    params: { header: { 'Idempotency-Key': email } },
    body: {
      user_id: created.id,
      items: [{ product_id: 'book', quantity: 2, price: 19.99, name: 'A book' }],
      shipping_address: 'Main Street 1, Bergen',
    },
  }),
);
check(order.status === 'PENDING' && order.total_amount === 39.98, 'an order is placed, its sum exact');

const room = `client-${Date.now()}`;
const posted = taken(
  'post a message',
  await client.POST('/api/messages', { body: { room, user: 'Jane', content: 'Hello from TypeScript' } }),
);
check(posted.seq === 1, 'a message is the first of its room');
const messages = taken(
  'read the messages',
  await client.GET('/api/messages', { params: { query: { room, since: '0', limit: 10 } } }),
);
check(messages.messages.length === 1 && messages.messages[0]?.content === 'Hello from TypeScript', 'the message is read');

const nobody = await client.GET('/api/v3/users/{id}', {
  params: { path: { id: '00000000-0000-7000-8000-000000000000' } },
});
check(nobody.response.status === 404 && nobody.error !== undefined, 'nobody is not found');
const problem: Problem = nobody.error;
check(problem.code === 'not_found' && problem.status === 404, 'the problem says so');

const refused = await client.POST('/api/v3/users', { body: { name: 'J', email: 'nobody' } });
check(refused.response.status === 400 && refused.error !== undefined, 'bad input is refused');
check(refused.error.errors?.length === 2 && refused.error.errors[0]?.field === 'name', 'every field at fault is named');

const gone = await client.DELETE('/api/v3/users/{id}', { params: { path } });
check(gone.response.status === 204, 'the user is deleted');
