import { type Diagnostic, DiagnosticError } from "../../base/diagnostic.ts";
import type { ColumnSnapshot, SchemaSnapshot, TableSnapshot } from "./schema-snapshot.ts";

/** What is called differently in the next schema: tables by old name, then columns by old table and name. */
export interface Renames {
  readonly tables: ReadonlyMap<string, string>;
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Finds renames from what the developer declared, and from nothing else: a resource keeps its table when its
 * plural changes, a field or resource with `renamedFrom` takes over the earlier one.
 *
 * `renamedFrom` may stay in the declaration afterwards. It then says nothing new, even when the old name is
 * used again for something else.
 *
 * @throws DiagnosticError where a declared rename is ambiguous
 */
export function findRenames(from: SchemaSnapshot, to: SchemaSnapshot): Renames {
  const faults: Diagnostic[] = [];
  const resources = claims(
    from.tables.filter(isResource).map(asNamed),
    to.tables.filter(isResource).map(asNamed),
    {
      what: (name) => `resource "${name}"`,
      faults,
    },
  );
  const pairs = to.tables.flatMap((after) => {
    const owner = resources.get(after.resource) ?? after.resource;
    const before = isResource(after)
      ? from.tables.find((table) => isResource(table) && table.resource === owner)
      : earlierJoinTable(from, to, after, owner, resources, faults);
    return before ? [{ before, after }] : [];
  });
  const columns = pairs.map(
    ({ before, after }) => [before.name, renamedColumns(before, after, faults)] as const,
  );
  const tables = new Map(
    pairs.flatMap(({ before, after }) =>
      before.name === after.name ? [] : [[before.name, after.name] as const],
    ),
  );
  faults.push(...occupied(tables, from.tables, "the schema"));
  if (faults.length > 0) throw new DiagnosticError(faults);
  return { tables, columns: new Map(columns.filter(([, renamed]) => renamed.size > 0)) };
}

/** A name cannot be taken over from something that keeps it until a later step drops it. */
function occupied(
  renames: ReadonlyMap<string, string>,
  before: readonly { readonly name: string }[],
  where: string,
): readonly Diagnostic[] {
  return [...renames].flatMap(([from, to]): readonly Diagnostic[] =>
    before.every(({ name }) => name !== to) || renames.has(to)
      ? []
      : [
          {
            code: "ambiguous-rename",
            severity: "error",
            where,
            what: `"${from}" would become "${to}", which exists already and has other contents.`,
            instead: `Remove "${to}" in one migration and rename in the next.`,
          },
        ],
  );
}

const isResource = (table: TableSnapshot): boolean => table.relation === undefined;

interface Named {
  readonly name: string;
  readonly renamedFrom: string | undefined;
}

const asNamed = (table: TableSnapshot): Named => ({ name: table.resource, renamedFrom: table.renamedFrom });

interface Reporting {
  readonly what: (name: string) => string;
  readonly faults: Diagnostic[];
}

/** New name → old name, for every rename that is declared and not done yet. */
function claims(
  from: readonly Named[],
  to: readonly Named[],
  report: Reporting,
): ReadonlyMap<string, string> {
  const before = new Map(from.map((item) => [item.name, item]));
  const claimed = new Map<string, string>();
  for (const { name, renamedFrom } of to) {
    if (renamedFrom === undefined || renamedFrom === name || !before.has(renamedFrom)) continue;
    if (before.get(name)?.renamedFrom === renamedFrom) continue;
    claimed.set(name, renamedFrom);
  }
  const after = new Set(to.map((item) => item.name));
  const taken = [...claimed.values()];
  for (const [name, old] of claimed) {
    const fault = ambiguity(name, old, { before, after, claimed, taken }, report.what);
    if (fault) report.faults.push(fault);
  }
  return claimed;
}

function ambiguity(
  name: string,
  old: string,
  known: {
    readonly before: ReadonlyMap<string, Named>;
    readonly after: ReadonlySet<string>;
    readonly claimed: ReadonlyMap<string, string>;
    readonly taken: readonly string[];
  },
  what: (name: string) => string,
): Diagnostic | undefined {
  const fault = (text: string, instead: string): Diagnostic => ({
    code: "ambiguous-rename",
    severity: "error",
    where: what(name),
    what: `It is declared as renamed from "${old}", but ${text}`,
    instead,
  });
  if (known.taken.filter((other) => other === old).length > 1)
    return fault("something else is renamed from that too.", "Keep `renamedFrom` on one of them.");
  if (known.after.has(old) && !known.claimed.has(old))
    return fault(`"${old}" is still declared.`, `Remove "${old}", or the \`renamedFrom\`.`);
  if (known.before.has(name) && !known.taken.includes(name))
    return fault(
      `"${name}" exists already: its data would be lost.`,
      `Remove "${name}" in one migration and rename "${old}" in the next, or drop the \`renamedFrom\`.`,
    );
  return undefined;
}

/** A join table goes with its relation: the same field of the same resource, whatever they are called now. */
function earlierJoinTable(
  from: SchemaSnapshot,
  to: SchemaSnapshot,
  after: TableSnapshot,
  owner: string,
  resources: ReadonlyMap<string, string>,
  faults: Diagnostic[],
): TableSnapshot | undefined {
  const { relation } = after;
  if (!relation) return undefined;
  const before = from.tables.filter((table) => table.relation && table.resource === owner);
  const siblings = to.tables.filter((table) => table.relation && table.resource === after.resource);
  const byField = (table: TableSnapshot): Named => ({
    name: table.relation?.field ?? "",
    renamedFrom: table.renamedFrom,
  });
  const where = (field: string) => `resource "${after.resource}", field "${field}"`;
  // Reported once for the relation it concerns, not for each of its siblings.
  const found: Diagnostic[] = [];
  const fields = claims(before.map(byField), siblings.map(byField), { what: where, faults: found });
  faults.push(...found.filter((fault) => fault.where === where(relation.field)));
  const field = fields.get(relation.field) ?? relation.field;
  const earlier = before.find(
    (table) =>
      table.relation?.field === field && ![...fields].some(([n, o]) => o === field && n !== relation.field),
  );
  if (!earlier?.relation) return undefined;
  if (earlier.relation.target === (resources.get(relation.target) ?? relation.target)) return earlier;
  faults.push({
    code: "relation-target",
    severity: "error",
    where: where(relation.field),
    what: `It led to "${earlier.relation.target}" and would now lead to "${relation.target}", whose records the stored ids do not mean.`,
    instead: `Declare the new relation under another name, and remove this one.`,
  });
  return undefined;
}

function renamedColumns(
  before: TableSnapshot,
  after: TableSnapshot,
  faults: Diagnostic[],
): ReadonlyMap<string, string> {
  const asField = (column: ColumnSnapshot): Named => ({
    name: column.field,
    renamedFrom: column.renamedFrom,
  });
  const distinct = (columns: readonly ColumnSnapshot[]): readonly Named[] => [
    ...new Map(columns.map((column) => [column.field, asField(column)])).values(),
  ];
  const fields = after.relation
    ? new Map(after.columns.map((column) => [column.field, column.field]))
    : claims(distinct(before.columns), distinct(after.columns), {
        what: (name) => `resource "${after.resource}", field "${name}"`,
        faults,
      });
  const renamed = new Map(
    after.columns.flatMap((column) => {
      const earlier = before.columns.find(
        (candidate) => candidate.field === fields.get(column.field) && candidate.part === column.part,
      );
      return earlier && earlier.name !== column.name ? [[earlier.name, column.name] as const] : [];
    }),
  );
  if (faults.length === 0) faults.push(...occupied(renamed, before.columns, `resource "${after.resource}"`));
  return renamed;
}
