import { applyMigrations } from "../../../src/data/migrate/apply-migrations.ts";

/** Applies migrations in a process of its own, which the test then kills. */
const [database = "", dir = ""] = process.argv.slice(2);
await applyMigrations({ database, dir, observe: () => {} });
