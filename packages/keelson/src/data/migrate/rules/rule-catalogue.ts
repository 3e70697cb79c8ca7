/** What a finding is about, so that a caller can treat kinds differently. */
export type FindingKind = "rewrite" | "lock" | "compatibility" | "transaction" | "destructive";

/** `error` fails the check unless it is allowed in the file; `warning` and `info` are printed. */
export type Severity = "error" | "warning" | "info";

/** One rule of the checker: what its findings are about, and what an operator must know of them. */
export interface RuleRow {
  readonly kind: FindingKind;
  /** The usual severity; a check may lower it where the file does not tell enough. */
  readonly severity: Severity;
  /** The statement works for as long as the table is large, so what is locked stays locked. */
  readonly long?: true;
  /** Rows or values are gone afterwards; applying it asks first. */
  readonly losesData?: true;
}

const rewrite = { kind: "rewrite", severity: "error", long: true } as const;
const scan = { kind: "lock", severity: "error", long: true } as const;
const lock = { kind: "lock", severity: "warning" } as const;
const breaking = { kind: "compatibility", severity: "error" } as const;
const risky = { kind: "compatibility", severity: "warning" } as const;
const dangerous = { kind: "destructive", severity: "error" } as const;

/** Every rule by the name that findings, allowances and the documentation use. Names are never changed. */
export const ruleCatalogue = {
  "add-column-volatile-default": rewrite,
  "add-column-generated-stored": rewrite,
  "add-column-identity": rewrite,
  "add-column-constrained-domain": rewrite,
  "change-type-rewrites": rewrite,
  "set-expression-rewrites": rewrite,
  "rewrite-table": rewrite,

  "set-not-null-scans": scan,
  "add-check-scans": scan,
  "add-foreign-key-scans": scan,
  "add-constraint-builds-index": scan,
  "create-index-blocks-writes": scan,
  "reindex-blocks-writes": scan,
  "attach-partition-scans": { ...scan, severity: "warning" },
  "domain-constraint-scans": scan,
  "refresh-blocks-reads": { ...scan, severity: "warning" },
  "drop-index-blocks-reads": lock,
  "create-partition-of": lock,
  "detach-partition": lock,
  "create-trigger": { ...lock, severity: "info" },
  "lock-table": { kind: "lock", severity: "error" },

  "drop-column-in-use": breaking,
  "drop-table-in-use": breaking,
  "drop-object-in-use": breaking,
  "rename-column": breaking,
  "rename-table": breaking,
  "rename-object": breaking,
  "add-column-not-null": breaking,
  "narrow-type": breaking,
  "change-type": breaking,
  "constraint-rejects-old-writes": risky,
  "drop-default": risky,
  "drop-not-null": { kind: "compatibility", severity: "info" },
  "drop-constraint": { kind: "compatibility", severity: "info" },
  "identity-starts-at-one": risky,
  "row-security": risky,
  "revoke-privilege": risky,
  "disable-trigger": risky,

  "forbidden-in-transaction": { kind: "transaction", severity: "error" },
  "transaction-control": { kind: "transaction", severity: "error" },
  "needless-no-transaction": { kind: "transaction", severity: "warning" },
  "not-resumable": { kind: "transaction", severity: "warning" },
  "lock-held-during-long-work": { kind: "transaction", severity: "error" },
  "enum-add-value": { kind: "transaction", severity: "warning" },
  "opaque-block": { kind: "transaction", severity: "warning" },

  "drop-column": { ...dangerous, severity: "warning", losesData: true },
  "drop-table": { ...dangerous, severity: "warning", losesData: true },
  "drop-schema": { ...dangerous, losesData: true },
  "drop-cascade": { ...dangerous, losesData: true },
  truncate: { ...dangerous, losesData: true },
  "delete-whole-table": { ...dangerous, long: true, losesData: true },
  "update-whole-table": { ...dangerous, long: true, losesData: true },
  "set-unlogged": { ...dangerous, losesData: true },
  "change-setting": dangerous,
  "change-role": dangerous,
  "server-wide": { ...dangerous, losesData: true },
} as const satisfies Readonly<Record<string, RuleRow>>;

export type RuleName = keyof typeof ruleCatalogue;

export const ruleNames = Object.keys(ruleCatalogue) as readonly RuleName[];

/** The catalogue row with its optional parts visible. */
export function ruleRow(name: RuleName): RuleRow {
  return ruleCatalogue[name];
}
