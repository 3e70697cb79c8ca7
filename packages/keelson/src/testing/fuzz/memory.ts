import type { ApiDescription, ApiOperation } from "./api-operation.ts";
import type { Chance } from "./chance.ts";

/** What earlier answers have said: ids, entity tags, cursors. The newest are kept. */
export interface Memory {
  /** Reads what an answer says. */
  learn(
    operation: ApiOperation,
    request: { readonly target: string; readonly body: unknown },
    answer: Learnt,
  ): void;
  /** An id of the records below a collection path. */
  idBelow(collection: string, chance: Chance): string | undefined;
  /** An id that a member of this name may refer to. */
  idNamed(name: string, chance: Chance): string | undefined;
  /** The entity tag that a record had when it was last seen. */
  tagOf(path: string): string | undefined;
  /** A cursor, and the request that it goes on from. */
  cursor(operation: ApiOperation, chance: Chance): CursorUse | undefined;
}

export interface Learnt {
  readonly status: number;
  readonly json: unknown;
  readonly etag: string | undefined;
  readonly location: string | undefined;
}

export interface CursorUse {
  readonly cursor: string;
  readonly target: string;
  readonly body: unknown;
}

const maxKept = 40;
const maxTags = 2_000;

export function newMemory(descriptions: readonly ApiDescription[]): Memory {
  const targets = new Map<string, readonly string[]>();
  for (const description of descriptions)
    for (const [name, owners] of relationsOf(description)) targets.set(name, owners);
  const ids = new Map<string, string[]>();
  const tags = new Map<string, string>();
  const cursors = new Map<string, CursorUse[]>();
  const keep = <T>(map: Map<string, T[]>, key: string, value: T): void => {
    const kept = map.get(key) ?? [];
    if (kept.includes(value)) return;
    kept.push(value);
    if (kept.length > maxKept) kept.shift();
    map.set(key, kept);
  };
  const pickFrom = <T>(map: Map<string, T[]>, key: string, chance: Chance): T | undefined => {
    const kept = map.get(key);
    return kept?.length ? chance.pick(kept) : undefined;
  };
  return {
    learn: (operation, { target, body }, { status, json, etag, location }) => {
      const collection = collectionOf(operation.path);
      const owner = ownerOf(operation);
      for (const id of idsIn(json)) {
        keep(ids, collection, id);
        if (owner !== undefined) keep(ids, owner, id);
      }
      const path = location ?? (operation.path === `${collection}/{id}` ? target.split("?")[0] : undefined);
      if (etag !== undefined && path !== undefined && status < 300) tags.set(path, etag);
      if (tags.size > maxTags) tags.clear();
      const cursor = (json as { readonly nextCursor?: unknown } | null | undefined)?.nextCursor;
      if (typeof cursor === "string") keep(cursors, operation.id, { cursor, target, body });
    },
    idBelow: (collection, chance) => pickFrom(ids, collection, chance),
    idNamed: (name, chance) => {
      const owners = targets.get(name) ?? [name[0]?.toUpperCase() + name.slice(1)];
      const known = owners.filter((owner) => ids.has(owner));
      return known.length === 0 ? undefined : pickFrom(ids, chance.pick(known), chance);
    },
    tagOf: (path) => tags.get(path),
    cursor: (operation, chance) => pickFrom(cursors, operation.id, chance),
  };
}

/** The ids of a record, or of the records on a page. */
function idsIn(json: unknown): readonly string[] {
  if (typeof json !== "object" || json === null) return [];
  const { data } = json as { readonly data?: unknown };
  const records: readonly unknown[] = Array.isArray(data) ? data : [json];
  return records.flatMap((record) => {
    const id = (record as { readonly id?: unknown } | null)?.id;
    return typeof id === "string" ? [id] : [];
  });
}

/** What stands before the first variable segment: `/v1/orders` of `/v1/orders/{id}/pay`. */
export const collectionOf = (path: string): string => path.replace(/\/(?:\{.*|query)$/, "");

type Node = Readonly<Record<string, unknown>>;

/** The component whose records an operation answers with, alone or in pages. */
function ownerOf({ responses, description }: ApiOperation): string | undefined {
  for (const [status, { content }] of responses) {
    if (!status.startsWith("2")) continue;
    for (const schema of content.values()) {
      const name = nameOf(schema);
      if (name === undefined) continue;
      const items = (
        ((description.schemas[name] as Node)["properties"] as Node | undefined)?.["data"] as Node | undefined
      )?.["items"];
      return nameOf(items) ?? name;
    }
  }
  return undefined;
}

const nameOf = (schema: unknown): string | undefined => {
  const ref = (schema as Node | undefined)?.["$ref"];
  return typeof ref === "string" ? ref.split("/").at(-1) : undefined;
};

/** Members that are an id or the record itself, by name: what they refer to. */
function relationsOf({ schemas }: ApiDescription): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const schema of Object.values(schemas)) {
    for (const [name, member] of Object.entries((schema["properties"] ?? {}) as Node)) {
      const ways = ((member as Node)["anyOf"] ?? []) as readonly Node[];
      const owner = ways.map(nameOf).find((each) => each !== undefined);
      if (owner === undefined || !ways.some(({ type }) => type === "string")) continue;
      found.set(name, [...new Set([...(found.get(name) ?? []), owner])]);
    }
  }
  return found;
}
