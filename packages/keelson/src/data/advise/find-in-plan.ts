/** A step of a plan that reads much to keep little. */
export interface PlanFinding {
  readonly kind: "scan" | "sort";
  readonly table: string;
  /** Rows that were looked at, and rows that were kept of them. */
  readonly read: number;
  readonly kept: number;
  /** Columns that were compared for equality. */
  readonly compared: readonly string[];
}

/** A node of `EXPLAIN (ANALYZE, FORMAT JSON)`; rows are the average of all loops. */
interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly Filter?: string;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Fewer rows are read faster than anything else can be done about them. */
const manyRows = 1_000;
/** Less than this share of what is read is wanted. */
const waste = 10;

/** What an executed plan shows. */
export interface PlanReport {
  readonly findings: readonly PlanFinding[];
  /** In PostgreSQL alone: what a busy machine or a wait for a connection adds is not the statement's fault. */
  readonly tookMs: number;
}

/** Finds in an executed plan where an index is missing. */
export function findInPlan(plan: unknown): PlanReport {
  const [explained] = plan as readonly { readonly Plan: PlanNode; readonly "Execution Time": number }[];
  const nodes = explained ? flatten(explained.Plan) : [];
  return {
    findings: nodes.flatMap((node) => scanFinding(node) ?? sortFinding(node) ?? []),
    tookMs: explained?.["Execution Time"] ?? 0,
  };
}

const flatten = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];
const loops = (node: PlanNode): number => node["Actual Loops"] ?? 1;
const kept = (node: PlanNode): number => (node["Actual Rows"] ?? 0) * loops(node);
const removed = (node: PlanNode): number => (node["Rows Removed by Filter"] ?? 0) * loops(node);

function scanFinding(node: PlanNode): PlanFinding | undefined {
  const table = node["Relation Name"];
  if (table === undefined || removed(node) < manyRows || removed(node) < kept(node) * waste) return undefined;
  const compared = comparedColumns(node.Filter ?? "");
  return { kind: "scan", table, read: kept(node) + removed(node), kept: kept(node), compared };
}

/** Sorting for a page what an index could have given in order. */
function sortFinding(node: PlanNode): PlanFinding | undefined {
  if (node["Node Type"] !== "Sort") return undefined;
  const inputs = node.Plans ?? [];
  const read = inputs.reduce((rows, input) => rows + kept(input), 0);
  const table = inputs.flatMap(flatten).find((below) => below["Relation Name"])?.["Relation Name"];
  if (table === undefined || read < manyRows || read < kept(node) * waste) return undefined;
  return { kind: "sort", table, read, kept: kept(node), compared: [] };
}

/** Columns in `((a.status)::text = 'paid'::text) AND (customer_id = $1)`. */
function comparedColumns(filter: string): readonly string[] {
  const found = filter.matchAll(/\(*(?:\w+\.)?"?([a-z_][a-z0-9_]*)"?\)?(?:::[a-z ]+)? = /g);
  return [...new Set([...found].map(([, column = ""]) => column))];
}
