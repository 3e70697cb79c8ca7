// The opponent: what a careful engineer writes by hand for these four operations and nothing else. Prepared
// statements, response schemas, request validation, a pool of 16; no callers, no access rules, no logging.
import fastify from "fastify";
import { Pool, types } from "pg";
import { v7 } from "uuid";
import { type OrderRow, toExpandedOrder, toOrder } from "./rows.ts";
import {
  createSchema,
  expandedPageSchema,
  idSchema,
  listQuerySchema,
  orderSchema,
  pageSchema,
} from "./schemas.ts";
import { getOrder, insertOrder, listOrders, pageSize } from "./statements.ts";

// Amounts in minor units stay below 2^53.
types.setTypeParser(types.builtins.INT8, Number);

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const app = fastify();

app.get<{ Params: { id: string } }>(
  "/v1/orders/:id",
  { schema: { params: idSchema, response: { 200: orderSchema } } },
  async (request, reply) => {
    const { rows } = await pool.query<OrderRow>({ ...getOrder, values: [request.params.id] });
    const row = rows[0];
    return row ? toOrder(row) : reply.code(404).send({ title: "No such order" });
  },
);

interface ListQuery {
  status?: string;
  account?: string;
  cursor?: string;
  expand?: string;
}

app.get<{ Querystring: ListQuery }>(
  "/v1/orders",
  { schema: { querystring: listQuerySchema, response: { 200: pageSchema } } },
  async (request, reply) => {
    const { status, account, cursor, expand } = request.query;
    const statement = listOrders({
      status: status !== undefined,
      account: account !== undefined,
      cursor: cursor !== undefined,
      expand: expand !== undefined,
    });
    const values = [status, account, cursor].filter((value) => value !== undefined);
    const { rows } = await pool.query<OrderRow>({ ...statement, values });
    const page = rows.slice(0, pageSize);
    const nextCursor = rows.length > pageSize ? (page.at(-1)?.id ?? null) : null;
    if (expand === undefined) return { data: page.map(toOrder), nextCursor };
    // Another shape, another compiled serializer: the route's would cut the customer to its id.
    reply.serializer(reply.compileSerializationSchema(expandedPageSchema));
    return reply
      .type("application/json; charset=utf-8")
      .send({ data: page.map(toExpandedOrder), nextCursor });
  },
);

app.post<{ Body: { customer: string; note?: string | null } }>(
  "/v1/orders",
  { schema: { body: createSchema, response: { 201: orderSchema } } },
  async (request, reply) => {
    const { customer, note } = request.body;
    const { rows } = await pool.query<OrderRow>({ ...insertOrder, values: [v7(), customer, note ?? null] });
    const row = rows[0];
    if (!row) throw new Error("insert … returning gave no row");
    return reply.code(201).header("location", `/v1/orders/${row.id}`).send(toOrder(row));
  },
);

process.once("SIGTERM", async () => {
  await app.close();
  await pool.end();
});
await app.listen({ host: process.env.HOST ?? "127.0.0.1", port: Number(process.env.PORT ?? 3000) });
