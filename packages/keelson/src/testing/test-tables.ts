import type { Backend } from "../declare/backend.ts";
import type { TablesOf } from "../declare/handler.ts";

type ResourcesOf<B extends Backend> = NonNullable<B["~options"]>["resources"][number];

/** The tables of a back end by the names of its resources, columns by those of the fields. */
export type TestTables<B extends Backend> = TablesOf<{
  readonly [R in ResourcesOf<B> as R["name"]]: R;
}>;
