import type { Client } from "pg";

/** Rows that scenarios ask for, read from the database itself so that neither service chooses them. */
export interface Sample {
  readonly orderIds: readonly string[];
  readonly customerIds: readonly string[];
  /** One customer's account, with the orders that belong to it. */
  readonly owner: { readonly account: string; readonly orderIds: readonly string[] };
}

export async function readSample(client: Client): Promise<Sample> {
  const ids = async (sql: string): Promise<readonly string[]> =>
    (await client.query<{ id: string }>(sql)).rows.map((row) => row.id);
  const owner = await client.query<{ account: string; orders: readonly string[] }>(
    `select c.account, array_agg(o.id) as orders from customers c join orders o on o.customer_id = c.id
     group by c.account order by count(*) desc, c.account limit 1`,
  );
  const first = owner.rows[0];
  if (!first) throw new Error("there are no orders to measure with");
  return {
    // Spread over the whole table: by the last digits of a hash, not the newest.
    orderIds: await ids("select id from orders order by md5(id::text) limit 2000"),
    customerIds: await ids("select id from customers order by md5(id::text) limit 1000"),
    owner: { account: first.account, orderIds: first.orders },
  };
}
