import { access } from "node:fs/promises";
import { DiagnosticError } from "../base/diagnostic.ts";
import { assertSchema } from "../data/migrate/assert-schema.ts";
import { withConnection } from "../data/migrate/connect.ts";
import { sameSchema } from "../data/migrate/development-database.ts";
import type { Loss } from "../data/migrate/find-losses.ts";
import { ensureJobSchema, needsJobs } from "../data/migrate/job-schema.ts";
import { readHistory } from "../data/migrate/migration-history.ts";
import { nameChanges } from "../data/migrate/name-changes.ts";
import { snapshotOf } from "../data/migrate/snapshot-of.ts";
import { syncSchema } from "../data/migrate/sync-schema.ts";
import type { AppModel } from "../model/app-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { Config } from "./config.ts";
import type { OpenData } from "./open-data.ts";

interface SchemaOptions {
  readonly model: AppModel;
  readonly config: Pick<Config, "mode" | "migrationsDir">;
  readonly data: Pick<OpenData, "url">;
  readonly observe: Observe;
}

/**
 * Makes sure that the database has the model's schema. Where migrations are kept, and always in production,
 * they must have been applied. In development a database that `keelson dev` has brought to the same schema will
 * do as well, and a project without migrations is brought in step straight away.
 *
 * @throws DiagnosticError that says what to run
 */
export async function ensureSchema({ model, config, data, observe }: SchemaOptions): Promise<void> {
  const strict = config.mode === "production";
  if (!strict && (await isDevelopedTo(model, data.url))) {
    // The first job of a back end changes no table.
    if (needsJobs(model)) await withConnection(data.url, ensureJobSchema);
    return;
  }
  if (strict || (await exists(config.migrationsDir))) {
    await assertSchema({ model, database: data.url, dir: config.migrationsDir, shownAs: "migrations" });
  } else {
    await syncSchema({ model, database: data.url, observe });
  }
}

/**
 * Brings a development database in step with the model; asks before data is lost. Says in a few words what it has
 * changed, if anything.
 *
 * @throws DiagnosticError when data would be lost and nobody can be asked, or whoever was asked said no
 */
export async function syncModel(options: {
  readonly model: AppModel;
  readonly data: Pick<OpenData, "url">;
  readonly observe: Observe;
  readonly confirm: ((losses: readonly string[]) => Promise<boolean>) | undefined;
}): Promise<string | undefined> {
  const { confirm } = options;
  const ask =
    confirm && ((losses: readonly Loss[]) => confirm(losses.map((loss) => `${loss.where}: ${loss.what}`)));
  const { changes, applied } = await syncSchema({
    model: options.model,
    database: options.data.url,
    observe: options.observe,
    ...(ask ? { confirm: ask } : {}),
  });
  if (changes.length === 0) return undefined;
  if (!applied) throw new DiagnosticError([unchangedSchema]);
  const created = changes.filter(({ kind }) => kind === "createTable").length;
  const isFirst =
    created >= options.model.resources.size && changes.every(({ kind }) => /^create|^add/.test(kind));
  return isFirst
    ? `created with ${created} ${created === 1 ? "table" : "tables"}`
    : nameChanges(changes, false).replaceAll("_", " ");
}

const unchangedSchema = {
  code: "data-loss",
  severity: "error",
  where: "the schema",
  what: "It stays as it is, and these declarations need another.",
  instead: "Put back what is missing, or declare `renamedFrom` where it has a new name.",
} as const;

const isDevelopedTo = (model: AppModel, database: string): Promise<boolean> =>
  withConnection(database, async (connection) => {
    const { snapshot } = await readHistory(connection);
    return snapshot?.source === "dev" && sameSchema(snapshot.schema, snapshotOf(model));
  });

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
