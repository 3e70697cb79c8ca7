import type { Statement, Transaction } from "../data/transaction.ts";

const wait: Statement = {
  name: "k_transaction_patience",
  text: "select set_config('idle_in_transaction_session_timeout', $1, true)",
};

/** Lets a transaction stand still for longer than others may, while it waits for somebody else's server. */
export const bePatient = (tx: Transaction, waitMs: number): Promise<void> =>
  tx.run(wait, [String(waitMs + 5_000)], () => {});
