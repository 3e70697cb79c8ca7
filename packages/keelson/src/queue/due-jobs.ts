import type { Session, Statement } from "../data/transaction.ts";
import { textsOf } from "../data/wire-row.ts";

const due: Statement = {
  name: "k_job_due",
  text: `select q.name from keelson_jobs.queue q where exists (
      select from keelson_jobs.job j where j.name = q.name and j.state < 'active' and not j.blocked
        and j.start_after <= keelson_jobs.job_now())`,
};

/** Names of the queues in which something could run now. */
export const dueJobs = (session: Session): Promise<readonly string[]> =>
  session.run(due, [], (rows) => rows.map((row) => textsOf(row)[0] ?? ""));
