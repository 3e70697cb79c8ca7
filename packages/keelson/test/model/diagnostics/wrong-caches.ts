import { eq, everyone, or } from "../../../src/declare/access.ts";
import type { CacheOptions, ResourceCacheOptions } from "../../../src/declare/cache.ts";
import { integer, text } from "../../../src/declare/field.ts";
import { command, query } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import { untyped, type WrongDeclarations, withOptions, withResources } from "./wrong.ts";

const kept = (cache: ResourceCacheOptions) => withOptions({ cache });

const note = resource("note", { fields: { text: text() }, access: { read: everyone } });
const cache: CacheOptions = { ttl: "30s" };

export const wrongCaches: WrongDeclarations = {
  "a cache that is a length of time": () => kept(untyped("30s")),
  "a cache without a ttl": () => kept(untyped({ scope: "public" })),
  "a ttl in words": () => kept({ ttl: untyped("half a minute") }),
  "a ttl below a second": () => kept({ ttl: "500ms" }),
  "a ttl above a day": () => kept({ ttl: "2d" }),
  "staleWhileRevalidate as a switch": () => kept({ ttl: "30s", staleWhileRevalidate: untyped(true) }),
  "a mistyped option of a cache": () => kept(untyped({ ttl: "30s", staleWhileRevalidating: "1m" })),
  "a scope that there is not": () => kept({ ttl: "30s", scope: untyped("publik") }),
  "a cache of a write": () => kept({ ttl: "30s", on: untyped(["create"]) }),
  "a cache of no read": () => kept({ ttl: "30s", on: [] }),
  "public, and nobody may read it without credentials": () =>
    withOptions({
      access: { read: (_row, caller) => caller.signedIn },
      cache: { ttl: "30s", scope: "public" },
    }),
  "public, and everybody sees something else": () =>
    withResources([
      resource("order", {
        fields: { note: text() },
        access: { read: (row, caller) => or(eq(row.note, "open"), eq(row.note, caller.claim("note"))) },
        cache: { ttl: "30s", scope: "public" },
      }),
    ]),
  "a command with a cache": () =>
    withResources([note], {
      commands: [
        command("count", { access: everyone, output: { n: integer() }, cache, run: () => ({ n: 1 }) }),
      ],
    }),
  "a query with a cache and without an answer": () =>
    withResources([note], { queries: [query("ping", { access: everyone, cache, run: () => undefined })] }),
  "a public query for people who are signed in": () =>
    withResources([note], {
      queries: [
        query("count", {
          access: (caller) => caller.signedIn,
          output: { n: integer() },
          cache: { ttl: "30s", scope: "public" },
          run: () => ({ n: 1 }),
        }),
      ],
    }),
};
