import { pluralOf } from "../../model/names.ts";
import { circular, edge, findReferences, inverseName, isSameTable, joinCall } from "./adopt-relations.ts";
import { adoptTable, type TablePlan } from "./adopt-table.ts";
import type { AdoptedResource, Adoption, Finding } from "./adoption.ts";
import type { Catalogue } from "./catalogue.ts";
import { findTables, type JoinEntry, type NamedTable, placeOf } from "./find-tables.ts";
import { claim } from "./readable-name.ts";
import { callOf, type WrittenField } from "./written-call.ts";

/** Turns a catalogue into declarations. Pure: the same catalogue gives the same declarations. */
export function planAdoption(catalogue: Catalogue): Adoption {
  const { tables, joins, findings } = findTables(catalogue);
  const found = findReferences(catalogue, tables);
  const ends = joins.map((join) => endsOf(join, tables));
  const closing = circular([
    ...found.references.map(({ from, to }) => [from.name, to.name] as const),
    ...ends.flatMap((pair) => (pair ? [[pair[0].name, pair[1].name] as const] : [])),
  ]);
  const plans = tables.map((table) =>
    adoptTable(catalogue, table, {
      references: found.references.filter(({ from }) => from === table),
      isByName: (to) => closing.has(edge(table.name, to)),
    }),
  );
  const relations = inverseFields(plans, found.references.length === 0 ? [] : plans, tables);
  const links = joinFields(catalogue, joins, ends, plans, closing);
  const resources = plans.map((plan) =>
    withFields(plan, [...(relations.get(plan.table) ?? []), ...(links.fields.get(plan.table) ?? [])]),
  );
  return {
    resources,
    findings: [...findings, ...found.findings, ...plans.flatMap((plan) => plan.findings), ...links.findings],
  };
}

type NewField = readonly [name: string, field: WrittenField];

/** `many` on each resource that others refer to. */
function inverseFields(
  plans: readonly TablePlan[],
  referring: readonly TablePlan[],
  tables: readonly NamedTable[],
): ReadonlyMap<NamedTable, readonly NewField[]> {
  const fields = new Map<NamedTable, NewField[]>();
  for (const to of tables) {
    const plan = plans.find(({ table }) => table === to);
    const all = referring.flatMap((other) =>
      [...other.references].filter(([, reference]) => reference.to === to),
    );
    for (const [via, reference] of all) {
      const siblings = all.filter(([, other]) => other.from === reference.from).map(([, other]) => other);
      const name = claim(safeName(inverseName(reference, siblings, via)), plan?.names ?? new Set());
      const field = { call: callOf("many", reference.from.name, { via }), modifiers: [] };
      fields.set(to, [...(fields.get(to) ?? []), [name, field]]);
    }
  }
  return fields;
}

const safeName = (name: string): string =>
  /^(limit|cursor|sort|fields|expand|filter|and|or|not)$/.test(name) ? `${name}List` : name;

type Ends = readonly [own: NamedTable, target: NamedTable] | undefined;

function endsOf({ own, target }: JoinEntry, tables: readonly NamedTable[]): Ends {
  const at = ({ target: to }: JoinEntry["own"]) => tables.find(({ entry }) => isSameTable(entry, to));
  const [left, right] = [at(own), at(target)];
  return left && right && [left, right];
}

/** `manyToMany` on the first of the two resources that a join table links. */
function joinFields(
  catalogue: Catalogue,
  joins: readonly JoinEntry[],
  ends: readonly Ends[],
  plans: readonly TablePlan[],
  closing: ReadonlySet<string>,
): { readonly fields: ReadonlyMap<NamedTable, readonly NewField[]>; readonly findings: readonly Finding[] } {
  const fields = new Map<NamedTable, NewField[]>();
  const findings: Finding[] = [];
  for (const [position, join] of joins.entries()) {
    const pair = ends[position];
    if (!pair) continue;
    // A join table may be declared from either end: the one that closes no circle.
    const turned = closing.has(edge(pair[0].name, pair[1].name));
    const [from, to] = turned ? [pair[1], pair[0]] : pair;
    const plan = plans.find(({ table }) => table === from);
    const sided: JoinEntry = turned ? { ...join, own: join.target, target: join.own } : join;
    const base = to.plural ?? pluralOf(to.name);
    const name = claim(safeName(base), plan?.names ?? new Set());
    const field = { call: joinCall(sided, to, catalogue.ownSchema), modifiers: [] };
    fields.set(from, [...(fields.get(from) ?? []), [name, field]]);
    findings.push({
      kind: "note",
      where: placeOf(catalogue, join.entry),
      what: `The table only links two others: it is the field "${name}" of "${from.name}".`,
    });
  }
  return { fields, findings };
}

function withFields(plan: TablePlan, added: readonly NewField[]): AdoptedResource {
  const fields = new Map([...plan.resource.fields, ...added]);
  const imports = new Set(
    [...fields.values()].flatMap(({ call }) =>
      call.args.flatMap((arg) => ("resource" in arg ? [arg.resource] : [])),
    ),
  );
  return { ...plan.resource, fields, imports: [...imports].sort() };
}
