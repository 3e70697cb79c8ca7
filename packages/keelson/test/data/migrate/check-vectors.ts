import type { MigrationPhase } from "../../../src/data/migrate/migration-header.ts";
import type { CheckContext } from "../../../src/data/migrate/schema-state.ts";

/** One migration body, what the checker says of it, and what a real server must confirm. */
export interface Vector {
  readonly sql: string;
  /** `severity rule`, in order; empty for a safe statement. */
  readonly finds: readonly string[];
  readonly phase?: MigrationPhase;
  readonly transaction?: boolean;
  readonly context?: CheckContext;
  /** SQLSTATE that PostgreSQL answers with. */
  readonly fails?: string;
  /** Tables that are locked without being named, which only the catalogue can tell. */
  readonly alsoLocks?: readonly string[];
  /** The major version whose grammar has it; an older server answers with a syntax error. */
  readonly since?: number;
  /** Why the vector is not run on the server. */
  readonly notRun?: string;
}

/** The columns of `migration-fixture.sql`'s orders, as a model snapshot would tell them. */
const types: CheckContext = {
  columnTypes: new Map([
    ["orders.total", "integer"],
    ["orders.small", "smallint"],
    ["orders.note", "text"],
    ["orders.code", "character varying(20)"],
    ["orders.amount", "numeric(10,2)"],
    ["orders.placed", "timestamp(3)"],
  ]),
};

const typeError = ["error change-type-rewrites", "warning change-type"];
const contract = { phase: "contract" } as const;
const alone = { transaction: false } as const;
const global = { notRun: "reaches beyond the database" };

/** Adding columns, bad and safe. */
const addColumn: readonly Vector[] = [
  { sql: "ALTER TABLE orders ADD COLUMN a text;", finds: [] },
  { sql: "ALTER TABLE orders ADD COLUMN a text DEFAULT 'x' NOT NULL;", finds: [] },
  { sql: "ALTER TABLE orders ADD COLUMN a timestamptz DEFAULT now();", finds: [] },
  { sql: "ALTER TABLE orders ADD COLUMN a timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL;", finds: [] },
  { sql: "ALTER TABLE orders ADD COLUMN a jsonb DEFAULT jsonb_build_object('k', lower('V'));", finds: [] },
  { sql: "ALTER TABLE orders ADD COLUMN a int DEFAULT 1 + 2;", finds: [] },
  {
    sql: "ALTER TABLE orders ADD COLUMN a uuid DEFAULT gen_random_uuid();",
    finds: ["error add-column-volatile-default"],
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a float8 DEFAULT 1 + random();",
    finds: ["error add-column-volatile-default"],
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a timestamptz DEFAULT clock_timestamp();",
    finds: ["error add-column-volatile-default"],
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a int DEFAULT fickle();",
    finds: ["warning add-column-volatile-default"],
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a uuid, ALTER COLUMN a SET DEFAULT gen_random_uuid();",
    finds: [],
  },
  { sql: "ALTER TABLE orders ADD COLUMN a serial;", finds: ["error add-column-identity"] },
  { sql: "ALTER TABLE orders ADD COLUMN a bigserial;", finds: ["error add-column-identity"] },
  {
    sql: "ALTER TABLE orders ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY;",
    finds: ["error add-column-identity"],
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (total * 2) STORED;",
    finds: ["error add-column-generated-stored"],
  },
  {
    sql: "CREATE DOMAIN cents AS int CHECK (value >= 0);\nALTER TABLE orders ADD COLUMN a cents;",
    finds: ["error add-column-constrained-domain"],
  },
  { sql: "CREATE DOMAIN free AS int;\nALTER TABLE orders ADD COLUMN a free;", finds: [] },
  {
    sql: "ALTER TABLE orders ADD COLUMN a int NOT NULL;",
    finds: ["error add-column-not-null"],
    fails: "23502",
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT NULL;",
    finds: ["error add-column-not-null"],
    fails: "23502",
  },
  { sql: "ALTER TABLE orders ADD COLUMN a int CHECK (a > 0);", finds: ["error add-check-scans"] },
  { sql: "ALTER TABLE orders ADD COLUMN a int UNIQUE;", finds: ["error add-constraint-builds-index"] },
  { sql: "ALTER TABLE orders ADD COLUMN a bigint REFERENCES customers;", finds: [] },
  {
    sql: "ALTER TABLE orders ADD COLUMN a bigint DEFAULT 1 REFERENCES customers;",
    finds: ["error add-foreign-key-scans"],
  },
];

/** Changing columns. */
const alterColumn: readonly Vector[] = [
  { sql: "ALTER TABLE orders ALTER COLUMN note SET DEFAULT '-';", finds: [] },
  { sql: "ALTER TABLE orders ALTER COLUMN total SET STATISTICS 500;", finds: [] },
  { sql: "ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL;", finds: [] },
  { sql: "ALTER TABLE orders ALTER COLUMN total DROP DEFAULT;", finds: ["warning drop-default"] },
  { sql: "ALTER TABLE orders ALTER COLUMN total DROP DEFAULT;", finds: [], ...contract },
  { sql: "ALTER TABLE orders ALTER COLUMN status DROP NOT NULL;", finds: ["info drop-not-null"] },
  {
    sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
    finds: ["error set-not-null-scans", "warning constraint-rejects-old-writes"],
  },
  {
    sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
    finds: ["error set-not-null-scans"],
    ...contract,
  },
  {
    sql: "ALTER TABLE orders VALIDATE CONSTRAINT orders_note_given;\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
    finds: [],
    context: { provenNotNull: new Set(["orders.note"]) },
  },
  {
    sql: "ALTER TABLE customers ALTER COLUMN name SET NOT NULL;\nALTER TABLE customers DROP CONSTRAINT customers_named;",
    finds: [],
    context: { provenNotNull: new Set(["customers.name"]) },
    ...contract,
  },
  {
    sql: "ALTER TABLE customers ALTER COLUMN name SET NOT NULL, DROP CONSTRAINT customers_named;",
    finds: ["error set-not-null-scans"],
    context: { provenNotNull: new Set(["customers.name"]) },
    ...contract,
  },
  {
    sql: "ALTER TABLE orders ALTER COLUMN total ADD GENERATED BY DEFAULT AS IDENTITY;",
    finds: ["warning identity-starts-at-one"],
    fails: "55000",
  },
  { sql: "ALTER TABLE orders ALTER COLUMN total TYPE bigint;", finds: typeError },
  {
    sql: "ALTER TABLE orders ALTER COLUMN total TYPE bigint;",
    finds: ["error change-type-rewrites", "error change-type"],
    context: types,
  },
  {
    sql: "ALTER TABLE orders ALTER COLUMN small TYPE integer;",
    finds: ["error change-type-rewrites"],
    context: types,
  },
  { sql: "ALTER TABLE orders ALTER COLUMN code TYPE varchar(40);", finds: [], context: types },
  { sql: "ALTER TABLE orders ALTER COLUMN code TYPE text;", finds: [], context: types },
  { sql: "ALTER TABLE orders ALTER COLUMN code TYPE text USING code::text;", finds: [], context: types },
  {
    sql: "ALTER TABLE orders ALTER COLUMN code TYPE text USING lower(code);",
    finds: ["error change-type-rewrites", "error change-type"],
    context: types,
  },
  {
    sql: "ALTER TABLE orders ALTER COLUMN code TYPE varchar(10);",
    finds: ["error change-type-rewrites", "error narrow-type"],
    context: types,
  },
  {
    sql: "ALTER TABLE orders ALTER COLUMN note TYPE varchar(200);",
    finds: ["error change-type-rewrites", "error narrow-type"],
    context: types,
  },
  { sql: "ALTER TABLE orders ALTER COLUMN note TYPE varchar;", finds: [], context: types },
  { sql: "ALTER TABLE orders ALTER COLUMN amount TYPE numeric(14,2);", finds: [], context: types },
  { sql: "ALTER TABLE orders ALTER COLUMN amount TYPE numeric;", finds: [], context: types },
  {
    sql: "ALTER TABLE orders ALTER COLUMN amount TYPE numeric(14,4);",
    finds: ["error change-type-rewrites", "error narrow-type"],
    context: types,
  },
  { sql: "ALTER TABLE orders ALTER COLUMN placed TYPE timestamp(6);", finds: [], context: types },
  {
    sql: "ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;",
    finds: ["error change-type-rewrites", "error change-type"],
    context: types,
  },
  { sql: "ALTER TABLE orders ALTER COLUMN code TYPE text;", finds: ["warning change-type-rewrites"] },
  {
    sql: "ALTER TABLE orders ALTER COLUMN place TYPE geometry(point, 4326);",
    finds: typeError,
    notRun: "needs an extension",
  },
];

/** Constraints and indexes. */
const constraints: readonly Vector[] = [
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0);",
    finds: ["error add-check-scans", "warning constraint-rejects-old-writes"],
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;",
    finds: ["warning constraint-rejects-old-writes"],
  },
  { sql: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;", finds: [], ...contract },
  {
    sql: "ALTER TABLE orders ADD COLUMN a int, ADD CONSTRAINT a_small CHECK (a < 9) NOT VALID;",
    finds: [],
  },
  { sql: "ALTER TABLE orders VALIDATE CONSTRAINT orders_note_given;", finds: [] },
  {
    sql: "ALTER TABLE orders DROP CONSTRAINT orders_note_given, ADD CONSTRAINT orders_note_given CHECK (note <> '') NOT VALID;",
    finds: ["info drop-constraint", "info constraint-rejects-old-writes"],
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT by FOREIGN KEY (customer) REFERENCES customers;",
    finds: ["error add-foreign-key-scans"],
    ...contract,
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT by FOREIGN KEY (customer) REFERENCES customers NOT VALID;",
    finds: [],
    ...contract,
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT by FOREIGN KEY (customer) REFERENCES customers NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT by;",
    finds: ["error lock-held-during-long-work"],
    ...contract,
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT once UNIQUE (customer, id);",
    finds: ["error add-constraint-builds-index", "warning constraint-rejects-old-writes"],
  },
  { sql: "ALTER TABLE orders ADD CONSTRAINT once UNIQUE USING INDEX orders_code_key;", finds: [] },
  {
    sql: "ALTER TABLE plain ADD PRIMARY KEY (id);",
    finds: ["error add-constraint-builds-index", "warning set-not-null-scans"],
    ...contract,
  },
  { sql: "ALTER TABLE plain ADD PRIMARY KEY USING INDEX plain_id;", finds: ["info set-not-null-scans"] },
  {
    sql: "ALTER TABLE plain ADD EXCLUDE USING btree (id WITH =);",
    finds: ["error add-constraint-builds-index"],
    ...contract,
  },
  { sql: "CREATE INDEX ON orders (note);", finds: ["error create-index-blocks-writes"] },
  {
    sql: "CREATE UNIQUE INDEX ON orders (note, total);",
    finds: ["error create-index-blocks-writes", "warning constraint-rejects-old-writes"],
  },
  {
    sql: "CREATE INDEX CONCURRENTLY i ON orders (note);",
    finds: ["error forbidden-in-transaction"],
    fails: "25001",
  },
  { sql: "CREATE INDEX CONCURRENTLY i ON orders (note);", finds: [], ...alone },
  { sql: "CREATE INDEX CONCURRENTLY ON orders (note);", finds: ["warning not-resumable"], ...alone },
  {
    sql: "CREATE INDEX CONCURRENTLY i ON orders (note);\nCREATE INDEX CONCURRENTLY j ON orders (total);",
    finds: [],
    ...alone,
  },
  { sql: "CREATE INDEX ON ONLY events (id);", finds: [] },
  { sql: "DROP INDEX orders_total;", finds: ["warning drop-index-blocks-reads"], alsoLocks: ["orders"] },
  { sql: "DROP INDEX CONCURRENTLY orders_total;", finds: [], ...alone },
  { sql: "REINDEX TABLE orders;", finds: ["error reindex-blocks-writes"] },
  { sql: "REINDEX INDEX orders_total;", finds: ["error reindex-blocks-writes"], alsoLocks: ["orders"] },
  { sql: "REINDEX TABLE CONCURRENTLY orders;", finds: ["warning not-resumable"], ...alone },
  {
    sql: "ALTER DOMAIN positive ADD CONSTRAINT below CHECK (value < 1000000);",
    finds: ["error domain-constraint-scans"],
    alsoLocks: ["orders"],
  },
  { sql: "ALTER DOMAIN positive ADD CONSTRAINT below CHECK (value < 1000000) NOT VALID;", finds: [] },
  { sql: "ALTER TABLE orders DROP CONSTRAINT orders_note_given;", finds: ["info drop-constraint"] },
];

/** Tables as a whole, partitions, other objects. */
const tables: readonly Vector[] = [
  { sql: "CREATE TABLE extra (id bigint PRIMARY KEY, customer bigint REFERENCES customers);", finds: [] },
  {
    sql: "CREATE TABLE extra (id int);\nCREATE INDEX ON extra (id);\nALTER TABLE extra ADD COLUMN u uuid DEFAULT gen_random_uuid() NOT NULL;\nUPDATE extra SET id = 1;\nDROP TABLE extra;",
    finds: [],
  },
  { sql: "ALTER TABLE orders SET (fillfactor = 80, autovacuum_enabled = true);", finds: [] },
  { sql: "ALTER TABLE orders SET UNLOGGED;", finds: ["error rewrite-table", "error set-unlogged"] },
  { sql: "ALTER TABLE scratch SET LOGGED;", finds: ["error rewrite-table"] },
  {
    sql: "ALTER TABLE orders SET TABLESPACE fast;",
    finds: ["error rewrite-table"],
    notRun: "needs a tablespace",
  },
  {
    sql: "ALTER TABLE orders SET ACCESS METHOD columnar;",
    finds: ["error rewrite-table"],
    notRun: "needs an extension",
  },
  { sql: "CLUSTER orders USING orders_total;", finds: ["error rewrite-table"] },
  { sql: "VACUUM FULL orders;", finds: ["error rewrite-table"], ...alone },
  { sql: "VACUUM (FULL false) orders;", finds: [], ...alone },
  { sql: "VACUUM orders;", finds: ["error forbidden-in-transaction"], fails: "25001" },
  { sql: "ANALYZE orders;", finds: [] },
  { sql: "COMMENT ON TABLE orders IS 'x';", finds: [] },
  { sql: "CREATE STATISTICS s ON total, note FROM orders;", finds: [] },
  {
    sql: "CREATE TABLE e1 PARTITION OF events FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');",
    finds: ["warning create-partition-of"],
    alsoLocks: ["events_rest"],
  },
  {
    sql: "CREATE TABLE e1 (LIKE events);\nALTER TABLE events ATTACH PARTITION e1 FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');",
    finds: [],
    alsoLocks: ["events_rest"],
  },
  {
    sql: "ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
    finds: ["warning attach-partition-scans"],
    alsoLocks: ["events_rest"],
  },
  {
    sql: "ALTER TABLE events DETACH PARTITION events_rest;",
    finds: ["warning detach-partition"],
    alsoLocks: ["events_rest"],
  },
  {
    sql: "ALTER TABLE events DETACH PARTITION events_rest CONCURRENTLY;",
    finds: ["error forbidden-in-transaction"],
    fails: "25001",
  },
  {
    sql: "ALTER TABLE events DETACH PARTITION events_rest CONCURRENTLY;",
    finds: ["warning not-resumable"],
    ...alone,
  },
  { sql: "REFRESH MATERIALIZED VIEW daily;", finds: ["warning refresh-blocks-reads"] },
  { sql: "REFRESH MATERIALIZED VIEW CONCURRENTLY daily;", finds: [] },
  { sql: "LOCK TABLE orders IN SHARE MODE;", finds: ["error lock-table"] },
  { sql: "LOCK TABLE orders;", finds: ["error lock-table"] },
  {
    sql: "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch();",
    finds: ["info create-trigger"],
  },
  { sql: "ALTER TABLE orders DISABLE TRIGGER ALL;", finds: ["warning disable-trigger"] },
  { sql: "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;", finds: ["warning row-security"] },
  { sql: "ALTER TABLE orders REPLICA IDENTITY FULL;", finds: [] },
  { sql: "ALTER TABLE orders OWNER TO CURRENT_USER;", finds: ["warning revoke-privilege"] },
  { sql: "REVOKE SELECT ON orders FROM PUBLIC;", finds: ["warning revoke-privilege"] },
  { sql: "GRANT SELECT ON orders TO PUBLIC;", finds: [] },
  {
    sql: "CREATE OR REPLACE FUNCTION fickle() RETURNS int LANGUAGE sql AS 'DELETE FROM orders; SELECT 1';",
    finds: [],
  },
];

/** What running code would not survive, and what is lost. */
const breaking: readonly Vector[] = [
  { sql: "ALTER TABLE orders DROP COLUMN note;", finds: ["warning drop-column", "error drop-column-in-use"] },
  { sql: "ALTER TABLE orders DROP COLUMN note;", finds: ["warning drop-column"], ...contract },
  {
    sql: "ALTER TABLE orders DROP COLUMN note CASCADE;",
    finds: ["error drop-cascade", "warning drop-column"],
    ...contract,
  },
  { sql: "ALTER TABLE orders ADD COLUMN a int;\nALTER TABLE orders DROP COLUMN a;", finds: [] },
  { sql: "DROP TABLE scratch;", finds: ["warning drop-table", "error drop-table-in-use"] },
  { sql: "DROP TABLE IF EXISTS scratch;", finds: ["warning drop-table"], ...contract },
  { sql: "DROP VIEW order_list;", finds: ["error drop-object-in-use"] },
  { sql: "DROP VIEW order_list;", finds: [], ...contract },
  { sql: "DROP FUNCTION fickle();", finds: ["error drop-object-in-use"] },
  {
    sql: "DROP TYPE mood CASCADE;",
    finds: ["error drop-cascade", "error drop-object-in-use"],
    alsoLocks: ["moods"],
  },
  { sql: "DROP SCHEMA billing CASCADE;", finds: ["error drop-cascade", "error drop-schema"] },
  { sql: "ALTER TABLE orders RENAME COLUMN note TO remark;", finds: ["error rename-column"] },
  { sql: "ALTER TABLE orders RENAME COLUMN note TO remark;", finds: ["error rename-column"], ...contract },
  { sql: "ALTER TABLE orders RENAME TO purchases;", finds: ["error rename-table"] },
  {
    sql: "ALTER TABLE orders RENAME TO purchases;\nCREATE VIEW orders AS SELECT * FROM purchases;",
    finds: ["info rename-table"],
  },
  { sql: "ALTER INDEX orders_total RENAME TO orders_by_total;", finds: [] },
  { sql: "ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_id;", finds: [] },
  { sql: "ALTER VIEW order_list RENAME TO list;", finds: ["error rename-object"], notRun: "locks a view" },
  { sql: "ALTER TABLE orders SET SCHEMA billing;", finds: ["error rename-object"] },
  { sql: "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';", finds: ["error rename-object"] },
  { sql: "ALTER TYPE mood ADD VALUE 'great';", finds: ["warning enum-add-value"] },
  {
    sql: "ALTER TYPE mood ADD VALUE 'great';\nINSERT INTO moods VALUES ('great');",
    finds: ["error enum-add-value"],
    fails: "55P04",
  },
  { sql: "TRUNCATE orders, customers;", finds: ["error truncate", "error truncate"] },
  { sql: "DELETE FROM orders;", finds: ["error delete-whole-table"] },
  { sql: "DELETE FROM orders WHERE true;", finds: ["error delete-whole-table"] },
  { sql: "DELETE FROM orders WHERE total < 3;", finds: [] },
  { sql: "UPDATE orders SET note = '' WHERE 1 = 1;", finds: ["error update-whole-table"] },
  { sql: "UPDATE orders SET note = '' WHERE note IS NULL;", finds: [] },
  {
    sql: "UPDATE orders SET note = c.email FROM customers c WHERE c.id = orders.customer;",
    finds: [],
  },
  {
    sql: "WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO plain SELECT id + 5000 FROM gone;",
    finds: ["error delete-whole-table"],
  },
  { sql: "INSERT INTO plain VALUES (1000), (1001);", finds: [] },
  { sql: "INSERT INTO plain SELECT id + 5000 FROM orders;", finds: [] },
];

/** Transactions and what reaches beyond the tables. */
const environment: readonly Vector[] = [
  {
    sql: "BEGIN;\nSELECT 1;\nCOMMIT;",
    finds: ["error transaction-control", "error transaction-control"],
    notRun: "ends the transaction",
  },
  { sql: "SAVEPOINT a;", finds: ["error transaction-control"] },
  { sql: "SELECT 1;", finds: ["warning needless-no-transaction"], ...alone },
  {
    sql: "ALTER TABLE orders ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY i ON orders (note);",
    finds: [],
    ...alone,
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a text;\nUPDATE orders SET a = note WHERE a IS NULL;",
    finds: ["error lock-held-during-long-work"],
  },
  {
    sql: "UPDATE orders SET note = '' WHERE note IS NULL;\nALTER TABLE orders ADD COLUMN a text;",
    finds: [],
  },
  {
    sql: "CREATE INDEX a ON orders (note);\nCREATE INDEX b ON customers (name);",
    finds: [
      "error create-index-blocks-writes",
      "error create-index-blocks-writes",
      "error lock-held-during-long-work",
    ],
  },
  {
    sql: "ALTER TABLE orders ADD COLUMN a int, VALIDATE CONSTRAINT orders_note_given;",
    finds: ["error lock-held-during-long-work"],
  },
  { sql: "DO $$ BEGIN PERFORM 1; END $$;", finds: ["warning opaque-block"] },
  { sql: "SET search_path = billing;", finds: ["error change-setting"] },
  { sql: "SET LOCAL search_path = billing;", finds: ["error change-setting"] },
  { sql: "SELECT pg_catalog.set_config('search_path', '', false);", finds: ["error change-setting"] },
  { sql: "SET lock_timeout = 0;", finds: ["error change-setting"] },
  { sql: "SET work_mem = '64MB';", finds: ["warning change-setting"] },
  { sql: "SET LOCAL work_mem = '64MB';", finds: [] },
  { sql: "SET ROLE postgres;", finds: ["error change-setting"], notRun: "depends on the server's roles" },
  { sql: "SET SESSION AUTHORIZATION DEFAULT;", finds: ["error change-setting"] },
  { sql: "RESET ALL;", finds: ["error change-setting"] },
  { sql: "CREATE ROLE app;", finds: ["error change-role"], ...global },
  { sql: "GRANT app TO support;", finds: ["error change-role"], ...global },
  {
    sql: "ALTER SYSTEM SET work_mem = '1GB';",
    finds: ["error forbidden-in-transaction", "error server-wide"],
    fails: "25001",
  },
  { sql: "ALTER DATABASE shop SET work_mem = '1GB';", finds: ["error server-wide"], ...global },
  { sql: "DROP DATABASE shop;", finds: ["error server-wide"], ...alone, ...global },
  { sql: "COPY orders FROM '/tmp/x';", finds: ["error server-wide"], ...global },
  { sql: "COPY orders TO PROGRAM 'rm -rf /';", finds: ["error server-wide"], ...global },
];

const virtual = "ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (total * 2) VIRTUAL;";

/** What the grammar has learned since PostgreSQL 15. */
const newer: readonly Vector[] = [
  { sql: virtual, finds: [], since: 18 },
  {
    sql: "ALTER TABLE rated ALTER COLUMN twice SET EXPRESSION AS (id * 3);",
    finds: ["error set-expression-rewrites"],
    since: 17,
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT given NOT NULL small NOT VALID;",
    finds: [],
    since: 18,
    ...contract,
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT given NOT NULL small;",
    finds: ["error set-not-null-scans"],
    since: 18,
    ...contract,
  },
  {
    sql: "ALTER TABLE orders ADD CONSTRAINT by FOREIGN KEY (customer) REFERENCES customers NOT ENFORCED;",
    finds: [],
    since: 18,
  },
];

export const vectors: readonly Vector[] = [
  ...addColumn,
  ...alterColumn,
  ...constraints,
  ...tables,
  ...breaking,
  ...environment,
  ...newer,
];

/** The database that the vectors speak of: small, but with rows, so that a scan or rewrite has something to do. */
export const fixture = `
  CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, name varchar(50));
  INSERT INTO customers SELECT g, g || '@example.com', 'n' FROM generate_series(1, 50) g;
  ALTER TABLE customers ADD CONSTRAINT customers_named CHECK (name IS NOT NULL);
  CREATE DOMAIN positive AS int CHECK (value > 0);
  CREATE TABLE orders (
    id bigint PRIMARY KEY, customer bigint NOT NULL, total int DEFAULT 0, small smallint, note text,
    code varchar(20), amount numeric(10,2), placed timestamp(3), status text NOT NULL DEFAULT 'draft', n positive
  );
  INSERT INTO orders SELECT g, 1 + g % 50, g, g, 'note', 'c' || g, g, now(), 'draft', g FROM generate_series(1, 200) g;
  ALTER TABLE orders ADD CONSTRAINT orders_note_given CHECK (note IS NOT NULL) NOT VALID;
  CREATE UNIQUE INDEX orders_code_key ON orders (code);
  CREATE INDEX orders_total ON orders (total);
  CREATE TABLE rated (id int, twice int GENERATED ALWAYS AS (id * 2) STORED);
  INSERT INTO rated SELECT generate_series(1, 50);
  CREATE TABLE plain (id int);
  INSERT INTO plain SELECT generate_series(1, 50);
  CREATE UNIQUE INDEX plain_id ON plain (id);
  CREATE UNLOGGED TABLE scratch (id int);
  CREATE TABLE events (at date NOT NULL, id int) PARTITION BY RANGE (at);
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
  CREATE TABLE events_2027 (at date NOT NULL, id int);
  CREATE MATERIALIZED VIEW daily AS SELECT total FROM (SELECT 1 AS total) x;
  CREATE UNIQUE INDEX ON daily (total);
  CREATE VIEW order_list AS SELECT 1 AS id;
  CREATE TYPE mood AS ENUM ('ok', 'bad');
  CREATE TABLE moods (mood mood);
  CREATE SCHEMA billing;
  CREATE FUNCTION fickle() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
`;
