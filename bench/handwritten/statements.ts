const orderColumns =
  "o.id, o.customer_id, o.status, o.total_amount, o.note, o.placed_at, o.created_at, o.updated_at, o.version";
const customerColumns =
  "c.name as c_name, c.email as c_email, c.phone as c_phone, c.address as c_address, c.account as c_account, c.created_at as c_created_at, c.updated_at as c_updated_at, c.version as c_version";

/** A prepared statement: parsed and planned once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const getOrder: Statement = {
  name: "get_order",
  text: `select ${orderColumns} from orders o where o.id = $1`,
};

export const insertOrder: Statement = {
  name: "insert_order",
  text: `insert into orders as o (id, customer_id, status, total_amount, note)
    values ($1, $2, 'draft', 0, $3) returning ${orderColumns}`,
};

export interface ListShape {
  readonly status: boolean;
  readonly account: boolean;
  readonly cursor: boolean;
  readonly expand: boolean;
}

/**
 * The statement for one shape of list, parameters in the order of the shape's members. The limit is a literal,
 * one more than a page: with a parameter PostgreSQL would plan the statement anew at every execution.
 */
export function listOrders(shape: ListShape): Statement {
  const name = `list_orders_${Number(shape.status)}${Number(shape.account)}${Number(shape.cursor)}${Number(shape.expand)}`;
  const known = lists.get(name);
  if (known) return known;
  let parameter = 0;
  const conditions = [
    ...(shape.status ? [`o.status = $${++parameter}`] : []),
    ...(shape.account ? [`c.account = $${++parameter}`] : []),
    ...(shape.cursor ? [after(++parameter)] : []),
  ];
  const statement = {
    name,
    text: `select ${orderColumns}${shape.expand ? `, ${customerColumns}` : ""} from orders o
      ${shape.expand || shape.account ? "join customers c on c.id = o.customer_id" : ""}
      ${conditions.length > 0 ? `where ${conditions.join(" and ")}` : ""}
      order by o.created_at desc, o.id desc limit ${pageSize + 1}`,
  };
  lists.set(name, statement);
  return statement;
}

/** The cursor is the last id of the page before; its time is read again, because `Date` drops microseconds. */
const after = (parameter: number): string =>
  `(o.created_at, o.id) < ((select l.created_at from orders l where l.id = $${parameter}), $${parameter}::uuid)`;

export const pageSize = 50;
const lists = new Map<string, Statement>();
