const uuid = { type: "string", format: "uuid" } as const;
const moment = { type: "string", format: "date-time" } as const;
const optional = <T extends object>(schema: T) => ({ ...schema, nullable: true }) as const;

const customer = {
  type: "object",
  properties: {
    id: uuid,
    name: { type: "string" },
    email: { type: "string" },
    phone: optional({ type: "string" }),
    address: optional({ type: "object", additionalProperties: true }),
    account: { type: "string" },
    createdAt: moment,
    updatedAt: moment,
    version: { type: "integer" },
  },
} as const;

const orderWith = (customerSchema: object) => ({
  type: "object",
  properties: {
    id: uuid,
    customer: customerSchema,
    status: { type: "string" },
    total: {
      type: "object",
      properties: { amount: { type: "integer" }, currency: { type: "string" } },
    },
    note: optional({ type: "string" }),
    placedAt: optional(moment),
    createdAt: moment,
    updatedAt: moment,
    version: { type: "integer" },
  },
});

const pageOf = (order: object) => ({
  type: "object",
  properties: { data: { type: "array", items: order }, nextCursor: optional({ type: "string" }) },
});

export const orderSchema = orderWith(uuid);
export const pageSchema = pageOf(orderSchema);
export const expandedPageSchema = pageOf(orderWith(customer));

export const idSchema = { type: "object", required: ["id"], properties: { id: uuid } } as const;

export const listQuerySchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    status: { enum: ["draft", "placed", "paid", "shipped", "cancelled", "refunded"] },
    account: { type: "string", maxLength: 200 },
    sort: { type: "string", const: "-createdAt" },
    limit: { type: "integer", const: 50 },
    cursor: uuid,
    expand: { type: "string", const: "customer" },
  },
} as const;

export const createSchema = {
  type: "object",
  required: ["customer"],
  additionalProperties: false,
  properties: { customer: uuid, note: optional({ type: "string", maxLength: 2000 }) },
} as const;
