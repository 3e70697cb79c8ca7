import { expect } from "vitest";
import { type Caller, user } from "../../../src/base/caller.ts";
import type { KeelsonError } from "../../../src/base/error.ts";
import type { HandlerContext } from "../../../src/declare/handler.ts";
import type { Observation } from "../../../src/observe/observation.ts";
import type { Outcome } from "../../../src/operation/outcome.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";
import { club, member, project, script } from "./club-model.ts";
import { refused } from "./outcomes.ts";

export const ann = user("ann");
export const bob = user("bob");
export const staff = user("sue", ["staff"]);

/** What every test finds: two members with a project each. */
export interface People {
  readonly ann: string;
  readonly bob: string;
  readonly annProject: string;
  readonly bobProject: string;
}

/** The context of a handler whose command was called on a project. */
export type Context = HandlerContext<{ id: string; title: string; points: number }, never, "tooMany">;

export interface Clubhouse extends TestBackend {
  /** Empties all tables, lets the two members in, and forgets what was observed. */
  begin(): Promise<People>;
  /** Expects a refusal that has changed nothing that is stored. */
  refusedWithoutTrace(call: () => Promise<Outcome>): Promise<KeelsonError>;
  /** Runs a handler as a command without a row, or as another operation. */
  run(
    body: (context: Context) => unknown,
    part?: { caller?: Caller; operation?: string; id?: string; input?: unknown },
  ): Promise<Outcome>;
  /** Labels of all tags. */
  labels(): Promise<readonly string[]>;
  observations<T extends Observation["type"]>(type: T): readonly Extract<Observation, { type: T }>[];
}

const tables = [
  "members",
  "tags",
  "projects",
  "tasks",
  "notes",
  "replies",
  "vaults",
  "suggestions",
  "projects_tags",
  "projects_reviewers",
];

/** The club on a database of its own. */
export async function openClubhouse(): Promise<Clubhouse> {
  const backend = await openTestBackend(club);
  const query = async (text: string) => (await backend.database.pool.query(text)).rows;
  const contents = () =>
    Promise.all(tables.map((table) => query(`select to_jsonb(t) as row from ${table} t order by 1`)));
  return {
    ...backend,
    begin: async () => {
      await query(`truncate ${tables.join(", ")}`);
      const all = backend.trusted();
      const join = async (name: string, values: object) =>
        (
          await all.create(member, {
            name,
            account: name.toLowerCase(),
            email: `${name.toLowerCase()}@example.org`,
            ...values,
          })
        ).id;
      const people = { ann: await join("Ann", { remark: "quick" }), bob: await join("Bob", {}) };
      const { id: annProject } = await all.create(project, { owner: people.ann, title: "Ann's" });
      const { id: bobProject } = await all.create(project, { owner: people.bob, title: "Bob's" });
      backend.observed.length = 0;
      return { ...people, annProject, bobProject };
    },
    refusedWithoutTrace: async (call) => {
      const before = await contents();
      const error = refused(await call());
      expect(await contents()).toEqual(before);
      return error;
    },
    run: (body, { caller = ann, operation = "act", ...part } = {}) => {
      script.run = body as typeof script.run;
      return backend.call(caller, operation, part);
    },
    labels: async () => (await query("select label from tags order by label")).map(({ label }) => label),
    observations: (type) => backend.observed.filter((each) => each.type === type) as never,
  };
}
