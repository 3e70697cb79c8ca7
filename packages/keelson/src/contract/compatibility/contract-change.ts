import type { OpenApiObject } from "../openapi/components.ts";
import { contractRules, type Level } from "./contract-rule.ts";

/** One difference between two contracts. */
export interface ContractChange {
  /** Stable id of the kind of change. */
  readonly rule: string;
  readonly level: Level;
  /** `GET /v1/orders`, or the shared schema that changed: `OrderCreate`. */
  readonly where: string;
  /** The place in it, for people: `body.total.amount`, `query status`. */
  readonly at: string;
  /** What it was and what it is. */
  readonly detail: string;
  /** The declaration that would keep it from older callers; undefined where none can. */
  readonly mend?: string;
}

/** A contract as the comparison reads it. */
export interface ContractDocument extends OpenApiObject {
  readonly info?: OpenApiObject;
  readonly paths?: Readonly<Record<string, Readonly<Record<string, OpenApiObject>>>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, OpenApiObject>>>>;
  readonly security?: readonly OpenApiObject[];
}

/** Where the comparison is. */
export interface Place {
  readonly where: string;
  readonly at: string;
}

/** Collects what is found; schemas that are shared are compared once for each side. */
export class Comparison {
  readonly changes: ContractChange[] = [];
  readonly base: ContractDocument;
  readonly next: ContractDocument;
  /** `YYYY-MM-DD`: what has a sunset before it may go. */
  readonly today: string;
  private readonly seen = new Set<string>();

  constructor(base: ContractDocument, next: ContractDocument, today: string) {
    this.base = base;
    this.next = next;
    this.today = today;
  }

  add(rule: string, { where, at }: Place, detail: string, mend?: string): void {
    const level = contractRules.get(rule);
    if (level === undefined) throw new TypeError(`"${rule}" is no rule of the contract`);
    this.changes.push({ rule, level, where, at, detail, ...(mend === undefined ? {} : { mend }) });
  }

  /** Whether this pair is met for the first time. */
  first(key: string): boolean {
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }
}

/** What a reference leads to, and its name; other objects as they are. */
export function resolved(
  document: ContractDocument,
  given: unknown,
): { readonly value: OpenApiObject; readonly name: string | undefined } {
  const object = (given ?? {}) as OpenApiObject;
  const ref = object.$ref;
  if (typeof ref !== "string") return { value: object, name: undefined };
  const [, , section = "", name = ""] = ref.split("/");
  return { value: document.components?.[section]?.[name] ?? {}, name };
}
