import type { Session, Statement } from "../transaction.ts";
import { textsOf } from "../wire-row.ts";

/**
 * Bytes that wait in the database between those who send and those who take them, which may be other processes: what
 * is uploaded until it is imported, and what was exported until it is fetched. They lie in parts, so that nobody
 * holds more than one of them. A content without an operation is one that is being uploaded, or was given up.
 */
export interface StoredContent {
  readonly id: string;
  readonly bytes: number;
  /** SHA-256 of all bytes, in hex; null where it was not counted. */
  readonly sha256: string | null;
}

/** A piece of a content, and where among all bytes it begins. */
export interface ContentPart {
  readonly start: number;
  readonly bytes: Buffer;
}

/** Bytes of a part: large enough that a statement for each costs little. */
export const partBytes = 256 * 1_024;

const begin: Statement = {
  name: "k_content_begin",
  text: "insert into keelson.contents (id) values ($1::uuid)",
};

/** Begins a content: parts can be added. */
export const beginContent = (session: Session, id: string): Promise<void> =>
  session.run(begin, [id], () => undefined);

const add: Statement = {
  name: "k_content_add",
  text: `insert into keelson.content_parts (content, start, bytes)
    values ($1::uuid, $2::bigint, decode($3, 'base64'))`,
};

/** Adds a part after those that are there. */
export const addPart = (session: Session, content: string, { start, bytes }: ContentPart): Promise<void> =>
  session.run(add, [content, start, bytes.toString("base64")], () => undefined);

const seal: Statement = {
  name: "k_content_seal",
  text: `update keelson.contents set bytes = $2::bigint, sha256 = $3, sealed_at = clock_timestamp() where id = $1::uuid`,
};

/** Says that a content is complete. */
export const sealContent = (session: Session, { id, bytes, sha256 }: StoredContent): Promise<void> =>
  session.run(seal, [id, bytes, sha256], () => undefined);

const find: Statement = {
  name: "k_content_find",
  text: "select bytes, sha256 from keelson.contents where id = $1::uuid and sealed_at is not null",
};

/** A content that is complete. */
export const findContent = (session: Session, id: string): Promise<StoredContent | undefined> =>
  session.run(find, [id], ([row]) => {
    if (!row) return undefined;
    const [bytes, sha256 = null] = textsOf(row);
    return { id, bytes: Number(bytes), sha256 };
  });

const read: Statement = {
  name: "k_content_read",
  text: `select start, encode(bytes, 'base64') from keelson.content_parts
    where content = $1::uuid and start <= $2::bigint order by start desc limit 1`,
};

/** The bytes of a content from `from` to before `to`, part by part. */
export async function* readContent(
  session: Session,
  id: string,
  { from = 0, to }: { readonly from?: number; readonly to: number },
): AsyncGenerator<Buffer> {
  for (let at = from; at < to; ) {
    const part = await session.run(read, [id, at], ([row]) => row && textsOf(row));
    const start = Number(part?.[0] ?? 0);
    const bytes = Buffer.from(part?.[1] ?? "", "base64").subarray(at - start, to - start);
    if (bytes.length === 0) throw new Error(`content ${id} ends at byte ${at}, before ${to}`);
    yield bytes;
    at += bytes.length;
  }
}

const remove: Statement = {
  name: "k_content_remove",
  text: "delete from keelson.contents where id = $1::uuid",
};

/** Removes a content with its parts. */
export const removeContent = (session: Session, id: string): Promise<void> =>
  session.run(remove, [id], () => undefined);

const removeOrphans: Statement = {
  name: "k_content_clean",
  text: `delete from keelson.contents where id in (
      select id from keelson.contents c
      where coalesce(sealed_at, created_at) < now() - make_interval(secs => $1::double precision)
        and not exists (select from keelson.operations o where c.id in (o.source, o.output))
      limit $2 for update skip locked)
    returning true`,
};

/** Removes what belongs to no operation any more and is older than this; gives how many. */
export const removeOrphanedContents = (
  session: Session,
  olderThanMs: number,
  limit: number,
): Promise<number> => session.run(removeOrphans, [olderThanMs / 1_000, limit], (rows) => rows.length);
