import { isEmail, isHttpUrl } from "../../base/address-text.ts";
import { canonicalTimestamp, isDate } from "../../base/calendar-text.ts";
import { isUuid } from "../../base/id.ts";
import { fitsDecimal, isDecimal, isInt64 } from "../../base/number-text.ts";
import { linearPattern } from "../../base/pattern/linear-pattern.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import { defaultTextMax } from "../columns.ts";
import { compareValues } from "../compare-values.ts";
import { type Domain, domainOf } from "../comparison-domain.ts";
import { isStandardSchema } from "../value-schema.ts";
import { listed, shown } from "./findings.ts";

/** Why a declared value (a default, an example) does not fit its field, or undefined when it does. */
export function valueFault(spec: FieldSpec, value: unknown): string | undefined {
  if (value === null)
    return spec.optional || spec.kind === "json" ? undefined : "null, but the field is required";
  return kindFault(spec, value) ?? boundFault(spec, value);
}

function kindFault(spec: FieldSpec, value: unknown): string | undefined {
  switch (spec.kind) {
    case "text":
      return typeof value === "string" ? textFault(spec, value) : `${shown(value)}, not a text`;
    case "integer":
      return isInt32(value) ? undefined : `${shown(value)}, not a 32-bit whole number`;
    case "number":
      return Number.isFinite(value) ? undefined : `${shown(value)}, not a finite number`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `${shown(value)}, not true or false`;
    case "choice":
      return spec.choices?.includes(value as string)
        ? undefined
        : `${shown(value)}, which is not one of ${listed(spec.choices ?? [])}`;
    case "money":
      return moneyFault(spec, value);
    case "list":
      return listFault(spec, value);
    case "object":
      return objectFault(spec, value);
    case "json":
      return isStandardSchema(spec.schema) ? undefined : jsonFault(value);
    case "many":
    case "manyToMany":
      return "not possible for a list of records";
    default:
      return formFault(spec, value);
  }
}

/** Kinds that JSON holds as text of a certain form. */
function formFault(spec: FieldSpec, value: unknown): string | undefined {
  const form = forms[spec.kind as keyof typeof forms];
  if (typeof value === "string" && form.test(value, spec)) return undefined;
  return `${shown(value)}, not ${form.words}`;
}

const uuidForm = { test: isUuid, words: "a UUID in lower case" };

const forms = {
  bigint: { test: isInt64, words: 'a 64-bit whole number as a text, e.g. "42"' },
  decimal: {
    test: (text: string, { precision, scale = 0 }: FieldSpec) =>
      isDecimal(text) && (precision === undefined || fitsDecimal(text, precision, scale)),
    words: 'a decimal number as a text with the declared number of digits, e.g. "12.50"',
  },
  date: { test: isDate, words: 'a date, e.g. "2026-11-21"' },
  timestamp: {
    test: (text: string) => canonicalTimestamp(text) !== undefined,
    words: 'an RFC 3339 timestamp, e.g. "2026-11-21T09:00:00Z"',
  },
  uuid: uuidForm,
  reference: uuidForm,
  email: { test: isEmail, words: "an e-mail address" },
  url: { test: isHttpUrl, words: "an absolute http or https URL" },
} as const;

const isInt32 = (value: unknown): boolean =>
  Number.isInteger(value) && Math.abs((value as number) + 0.5) <= 2 ** 31;

function textFault(spec: FieldSpec, value: string): string | undefined {
  if (value.includes("\0") || !value.isWellFormed()) return "a text that PostgreSQL cannot hold";
  const length = [...value].length;
  const max = spec.max ?? defaultTextMax;
  if (length > Number(max)) return `${shown(value)}, longer than ${max} characters`;
  if (spec.min !== undefined && length < Number(spec.min))
    return `${shown(value)}, shorter than ${spec.min} characters`;
  if (spec.pattern === undefined) return undefined;
  const pattern = linearPattern(`^(?:${spec.pattern})$`);
  return pattern.ok && !pattern.value.test(value)
    ? `${shown(value)}, which the pattern does not match`
    : undefined;
}

function moneyFault(spec: FieldSpec, value: unknown): string | undefined {
  const { amount, currency, ...rest } = value as { amount?: unknown; currency?: unknown };
  if (typeof value !== "object" || !Number.isSafeInteger(amount) || Object.keys(rest).length > 0)
    return `${shown(value)}, not money such as { amount: 1250, currency: "GBP" }`;
  if (spec.currency !== undefined && currency !== spec.currency)
    return `in ${shown(currency)}, but the field is always in "${spec.currency}"`;
  return typeof currency === "string" && /^[A-Z]{3}$/.test(currency)
    ? undefined
    : `in ${shown(currency)}, which is not an ISO 4217 code`;
}

function listFault(spec: FieldSpec, value: unknown): string | undefined {
  if (!Array.isArray(value)) return `${shown(value)}, not a list`;
  if (spec.max !== undefined && value.length > Number(spec.max)) return `longer than ${spec.max} items`;
  if (spec.min !== undefined && value.length < Number(spec.min)) return `shorter than ${spec.min} items`;
  const { of } = spec;
  const fault = of && value.map((item) => valueFault(of, item)).find((found) => found !== undefined);
  return fault && `a list with an item that is ${fault}`;
}

function objectFault(spec: FieldSpec, value: unknown): string | undefined {
  if (typeof value !== "object" || Array.isArray(value)) return `${shown(value)}, not an object`;
  const members = spec.members ?? {};
  const unknown = Object.keys(value as object).find((name) => !Object.hasOwn(members, name));
  if (unknown !== undefined) return `an object with the unknown member "${unknown}"`;
  for (const [name, member] of Object.entries(members)) {
    const given = (value as Record<string, unknown>)[name];
    if (given === undefined && (member.optional || member.default !== undefined)) continue;
    const fault = given === undefined ? "missing" : valueFault(member, given);
    if (fault !== undefined) return `an object whose member "${name}" is ${fault}`;
  }
  return undefined;
}

function jsonFault(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) === undefined ? `${shown(value)}, which is not JSON` : undefined;
  } catch {
    return "a value that is not JSON";
  }
}

function boundFault(spec: FieldSpec, value: unknown): string | undefined {
  if (spec.kind === "text" || spec.kind === "list") return undefined;
  const isMoney = spec.kind === "money";
  const domain = domainOf(spec, isMoney ? "amount" : undefined);
  if (domain === undefined) return undefined;
  const given = isMoney ? (value as { readonly amount: number }).amount : (value as number | string);
  if (spec.min !== undefined && compared(domain, given, spec.min) < 0)
    return `${shown(given)}, less than the least value ${spec.min}`;
  if (spec.max !== undefined && compared(domain, given, spec.max) > 0)
    return `${shown(given)}, more than the greatest value ${spec.max}`;
  return undefined;
}

/** Bounds that are wrong themselves are reported elsewhere and decide nothing here. */
function compared(domain: Domain, value: number | string, bound: number | string): number {
  try {
    return compareValues(domain, value, bound);
  } catch {
    return 0;
  }
}
