import type { Sample } from "./database/sample.ts";
import type { Service } from "./service/service.ts";

/** A request as both services understand it. */
export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  /** Whose token goes along, where the service asks for one. */
  readonly role: "support" | "manager" | "customer";
  /** Value of `Accept-Encoding`; without it answers are not compressed. */
  readonly accepts?: string;
}

/** One thing to measure on both services. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly expectedStatus: number;
  /** Keelson ÷ hand-written to reach; undefined where nothing was promised. */
  readonly target?: number;
  /** Requests to send in turn. */
  calls(service: Service, sample: Sample): readonly Call[];
  /** The statement that PostgreSQL alone is driven with. */
  readonly ceiling?: { readonly sql: string; parameters(sample: Sample): readonly (readonly unknown[])[] };
  /** Brings the data back to what it was; run between slots, outside the measured time. */
  readonly cleanup?: readonly string[];
}

export const createdNote = "Created by the benchmark";
export const listPath = "/v1/orders?status=paid&sort=-createdAt&limit=50";
export const expandPath = `${listPath}&expand=customer`;
export const productsPath = "/v1/products?sort=name&limit=50";
export const walkPath = "/v1/orders?sort=-createdAt&limit=50";

const orderJson = `o.id, o.customer_id as customer, o.status,
  (select t from (select o.total_amount as amount, 'GBP' as currency) t) as total, o.note,
  o.placed_at as "placedAt", o.created_at as "createdAt", o.updated_at as "updatedAt", o.version`;
const customerJson = `(select c from (select id, name, email, phone, address, account,
  created_at as "createdAt", updated_at as "updatedAt", version
  from customers where id = o.customer_id) c) as customer`;
const pageJson = (columns: string): string => `select json_agg(row_to_json(r))::text from (
  select ${columns} from orders o where o.status = $1 order by o.created_at desc, o.id desc limit 51) r`;

export const scenarios: readonly Scenario[] = [
  {
    name: "id",
    title: "one by id",
    expectedStatus: 200,
    target: 1,
    calls: (_service, sample) =>
      sample.orderIds.map((id) => ({ method: "GET", path: `/v1/orders/${id}`, role: "support" })),
    ceiling: {
      sql: `select row_to_json(r)::text from (select ${orderJson} from orders o where o.id = $1) r`,
      parameters: (sample) => sample.orderIds.map((id) => [id]),
    },
  },
  {
    name: "list",
    title: "list of 50, filtered and sorted",
    expectedStatus: 200,
    target: 1.6,
    calls: () => [{ method: "GET", path: listPath, role: "support" }],
    ceiling: { sql: pageJson(orderJson), parameters: () => [["paid"]] },
  },
  {
    name: "expand",
    title: "list of 50 with the customer",
    expectedStatus: 200,
    target: 1.5,
    calls: () => [{ method: "GET", path: expandPath, role: "support" }],
    ceiling: {
      sql: pageJson(orderJson.replace("o.customer_id as customer", customerJson)),
      parameters: () => [["paid"]],
    },
  },
  {
    name: "create",
    title: "create",
    expectedStatus: 201,
    target: 0.8,
    calls: (_service, sample) =>
      sample.customerIds.map((customer) => ({
        method: "POST",
        path: "/v1/orders",
        body: { customer, note: createdNote },
        role: "manager",
      })),
    cleanup: [`delete from orders where note = '${createdNote}'`, "vacuum analyze orders"],
  },
  {
    name: "customer-id",
    title: "one by id, as its customer",
    expectedStatus: 200,
    calls: (_service, sample) =>
      sample.owner.orderIds.map((id) => ({ method: "GET", path: `/v1/orders/${id}`, role: "customer" })),
  },
  {
    name: "customer-list",
    title: "a customer's own orders",
    expectedStatus: 200,
    calls: (service, sample) => [{ method: "GET", path: service.ownOrdersPath(sample), role: "customer" }],
  },
];

/** The request as bytes to send, head and body. */
export function toRequest(call: Call, authority: string, token: string | undefined): string {
  const body = call.body === undefined ? "" : JSON.stringify(call.body);
  const lines = [
    `${call.method} ${call.path} HTTP/1.1`,
    `host: ${authority}`,
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(call.accepts === undefined ? [] : [`accept-encoding: ${call.accepts}`]),
    ...(body === ""
      ? []
      : ["content-type: application/json", `content-length: ${Buffer.byteLength(body, "utf8")}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
