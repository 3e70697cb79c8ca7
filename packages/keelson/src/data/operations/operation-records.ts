import type { Session, Statement } from "../transaction.ts";
import { type OperationRecord, operationJson, readOperation, readOperations } from "./operation-record.ts";

/** What is known of an operation when it is accepted. */
export type NewOperation = Pick<
  OperationRecord,
  "id" | "kind" | "resource" | "caller" | "owner" | "request" | "runner" | "source" | "output"
>;

const insert: Statement = {
  name: "k_operation_insert",
  text: `insert into keelson.operations as o (id, kind, resource, caller, owner, request, runner, source, output, expires_at)
    values ($1::uuid, $2, $3, $4::jsonb, $5, $6::jsonb, $7, $8::uuid, $9::uuid,
      now() + make_interval(secs => $10::double precision))
    returning ${operationJson("o")}`,
};

/** Accepts an operation: it is pending, and kept for this long even if nobody ever runs it. */
export async function insertOperation(
  session: Session,
  operation: NewOperation,
  retentionMs: number,
): Promise<OperationRecord> {
  const { id, kind, resource, caller, owner, request, runner, source, output } = operation;
  const asked = [id, kind, resource, JSON.stringify(caller), owner, JSON.stringify(request)];
  const values = [...asked, runner, source, output, retentionMs / 1_000];
  const record = await session.run(insert, values, readOperation);
  if (!record) throw new Error("an insert answered no row");
  return record;
}

const find: Statement = {
  name: "k_operation_find",
  text: `select ${operationJson("o")} from keelson.operations o
    where id = $1::uuid and ($2::text is null or owner = $2)`,
};

/** An operation; with an owner only one of theirs. */
export const findOperation = (
  session: Session,
  id: string,
  owner: string | null,
): Promise<OperationRecord | undefined> => session.run(find, [id, owner], readOperation);

const list: Statement = {
  name: "k_operation_list",
  text: `select ${operationJson("o")} from keelson.operations o
    where ($1::text is null or owner = $1) and ($2::uuid is null or id < $2::uuid)
    order by id desc limit $3`,
};

/** Operations, the newest first, from the one after `before` on. */
export const listOperations = (
  session: Session,
  {
    owner,
    before,
    limit,
  }: { readonly owner: string | null; readonly before: string | null; readonly limit: number },
): Promise<readonly OperationRecord[]> => session.run(list, [owner, before, limit], readOperations);

const resumable: Statement = {
  name: "k_operation_resumable",
  text: `select ${operationJson("o")} from keelson.operations o
    where owner = $1 and runner = 'command' and kind = $2 and resource = $3 and request = $4::jsonb
      and state in ('pending', 'running')
    order by id desc limit 1`,
};

/** The last operation of a command that was left before its end: the same kind, resource and request. */
export const findResumable = (
  session: Session,
  { owner, kind, resource, request }: Pick<OperationRecord, "owner" | "kind" | "resource" | "request">,
): Promise<OperationRecord | undefined> =>
  session.run(resumable, [owner, kind, resource, JSON.stringify(request)], readOperation);

const removeExpired: Statement = {
  name: "k_operation_clean",
  text: `delete from keelson.operations where id in (
      select id from keelson.operations where expires_at <= now() and (ended_at is not null or lease_until <= now())
      order by expires_at limit $1 for update skip locked)
    returning true`,
};

/** Removes operations whose time is over, with their reports and files; gives how many. */
export const removeExpiredOperations = (session: Session, limit: number): Promise<number> =>
  session.run(removeExpired, [limit], (rows) => rows.length);
