/** A row of `orders` as the driver gives it, with the customer's columns where they were joined. */
export interface OrderRow {
  readonly id: string;
  readonly customer_id: string;
  readonly status: string;
  readonly total_amount: number;
  readonly note: string | null;
  readonly placed_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
  readonly c_name: string;
  readonly c_email: string;
  readonly c_phone: string | null;
  readonly c_address: object | null;
  readonly c_account: string;
  readonly c_created_at: Date;
  readonly c_updated_at: Date;
  readonly c_version: number;
}

/** The shop sells in one currency, so none is stored. */
const shopCurrency = "GBP";

export function toOrder(row: OrderRow) {
  return {
    id: row.id,
    customer: row.customer_id,
    status: row.status,
    total: { amount: row.total_amount, currency: shopCurrency },
    note: row.note,
    placedAt: row.placed_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

export function toExpandedOrder(row: OrderRow) {
  return {
    ...toOrder(row),
    customer: {
      id: row.customer_id,
      name: row.c_name,
      email: row.c_email,
      phone: row.c_phone,
      address: row.c_address,
      account: row.c_account,
      createdAt: row.c_created_at,
      updatedAt: row.c_updated_at,
      version: row.c_version,
    },
  };
}
