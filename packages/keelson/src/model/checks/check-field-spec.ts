import { linearPattern } from "../../base/pattern/linear-pattern.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import { compareValues } from "../compare-values.ts";
import { domainOf } from "../comparison-domain.ts";
import { checkJsonField } from "./check-json-field.ts";
import { checkModifiers, type FieldUse } from "./check-modifiers.ts";
import { checkName, duplicates } from "./check-name.ts";
import { type Findings, shown } from "./findings.ts";
import { valueFault } from "./value-fault.ts";

/** Whether a field is sound in itself; what it refers to is checked elsewhere. */
export function checkFieldSpec(findings: Findings, where: string, spec: FieldSpec, use: FieldUse): boolean {
  const before = findings.diagnostics.length;
  checkModifiers(findings, where, spec, use);
  checkKind(findings, where, spec, use);
  // A value is measured against bounds, so these come first.
  if (findings.diagnostics.length === before) {
    checkDefault(findings, where, spec);
    checkExample(findings, where, spec);
  }
  return findings.diagnostics.length === before;
}

function checkKind(findings: Findings, where: string, spec: FieldSpec, use: FieldUse): void {
  switch (spec.kind) {
    case "text":
      checkCounts(findings, where, spec, "characters");
      checkPattern(findings, where, spec.pattern);
      return;
    case "choice":
      checkChoices(findings, where, spec.choices ?? []);
      return;
    case "money":
      checkCurrency(findings, where, spec.currency);
      checkBounds(findings, where, spec);
      return;
    case "decimal":
      checkDigits(findings, where, spec);
      checkBounds(findings, where, spec);
      return;
    case "integer":
    case "bigint":
    case "number":
    case "date":
    case "timestamp":
      checkBounds(findings, where, spec);
      return;
    case "json":
      checkJsonField(findings, where, spec.schema);
      return;
    case "list":
      checkCounts(findings, where, spec, "items");
      checkInner(findings, `${where}, items`, spec.of, use);
      return;
    case "object":
      for (const [name, member] of Object.entries(spec.members ?? {})) {
        const place = `${where}, member "${name}"`;
        if (checkName(findings, place, name)) checkInner(findings, place, member, use);
      }
      return;
    default:
      return;
  }
}

function checkInner(findings: Findings, where: string, spec: FieldSpec | undefined, use: FieldUse): void {
  if (spec?.kind === undefined) {
    findings.blocker(
      "not-a-field",
      where,
      `It is ${shown(spec)}.`,
      "Declare it, e.g. with text(), integer() or object({ … }).",
    );
    return;
  }
  checkFieldSpec(findings, where, spec, use === "stored" ? "nested" : use);
}

function checkCounts(findings: Findings, where: string, spec: FieldSpec, unit: string): void {
  for (const bound of ["min", "max"] as const) {
    const value = spec[bound];
    if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)) continue;
    findings.blocker(
      "invalid-bound",
      where,
      `${bound} is ${shown(value)}.`,
      `Give a whole number of ${unit}, 0 or more.`,
    );
    return;
  }
  checkOrder(findings, where, spec, (spec.min ?? 0) > (spec.max ?? Number.POSITIVE_INFINITY));
}

function checkBounds(findings: Findings, where: string, spec: FieldSpec): void {
  const plain: FieldSpec = {
    kind: spec.kind,
    optional: false,
    unique: false,
    immutable: false,
    readOnly: false,
    writeOnly: false,
  };
  for (const bound of ["min", "max"] as const) {
    const value = spec[bound];
    if (value === undefined) continue;
    const isMoney = spec.kind === "money";
    const fault = isMoney ? minorUnitsFault(value) : valueFault(plain, value);
    if (fault === undefined) continue;
    findings.blocker(
      "invalid-bound",
      where,
      `${bound} is ${fault}.`,
      isMoney
        ? "Give the amount as in the values: 1250 for 12.50."
        : "Give a value that the field could hold.",
    );
    return;
  }
  const domain = domainOf(spec, spec.kind === "money" ? "amount" : undefined);
  if (spec.min === undefined || spec.max === undefined || domain === undefined) return;
  checkOrder(findings, where, spec, compareValues(domain, spec.min, spec.max) > 0);
}

const minorUnitsFault = (value: unknown): string | undefined =>
  Number.isSafeInteger(value) ? undefined : `${shown(value)}, not a whole number of minor units`;

function checkOrder(findings: Findings, where: string, { min, max }: FieldSpec, wrong: boolean): void {
  if (!wrong) return;
  findings.blocker(
    "invalid-bound",
    where,
    `min ${shown(min)} is greater than max ${shown(max)}, so that no value fits.`,
    "Swap them.",
  );
}

function checkPattern(findings: Findings, where: string, pattern: string | undefined): void {
  if (pattern === undefined) return;
  const compiled = linearPattern(pattern);
  if (compiled.ok) return;
  findings.error(
    "invalid-pattern",
    where,
    `The pattern ${shown(pattern)} ${compiled.error}.`,
    "Write a plain regular expression; the whole text must match it.",
  );
}

/** Longest word of a choice. */
const maxChoiceLength = 100;

function checkChoices(findings: Findings, where: string, choices: readonly unknown[]): void {
  if (choices.length === 0)
    findings.blocker(
      "invalid-choice",
      where,
      "There is nothing to choose from.",
      'Name the words: choice("draft", "placed").',
    );
  for (const word of choices) {
    if (
      typeof word === "string" &&
      word.trim() === word &&
      word !== "" &&
      !/\p{C}/u.test(word) &&
      word.length <= maxChoiceLength
    )
      continue;
    findings.blocker(
      "invalid-choice",
      where,
      `${shown(word)} is not a word to choose.`,
      `Use texts of 1 to ${maxChoiceLength} characters, without white space around them.`,
    );
  }
  for (const word of duplicates(choices.map(String)))
    findings.blocker("invalid-choice", where, `"${word}" is there twice.`, "Leave one of them out.");
}

function checkCurrency(findings: Findings, where: string, currency: unknown): void {
  if (currency === undefined || (typeof currency === "string" && /^[A-Z]{3}$/.test(currency))) return;
  findings.blocker(
    "invalid-currency",
    where,
    `${shown(currency)} is not an ISO 4217 code.`,
    typeof currency === "string" && /^[a-z]{3}$/i.test(currency)
      ? `Write "${currency.toUpperCase()}".`
      : 'Use three capital letters, e.g. "GBP".',
  );
}

/** Most digits that PostgreSQL's `numeric` can be declared with. */
const maxPrecision = 1_000;

function checkDigits(findings: Findings, where: string, { precision, scale }: FieldSpec): void {
  if (precision === undefined) {
    if (scale !== undefined)
      findings.blocker(
        "invalid-digits",
        where,
        `scale is ${shown(scale)}, but precision is not given.`,
        `Give both, e.g. precision: ${Number(scale) + 10}, scale: ${scale}.`,
      );
    return;
  }
  if (!Number.isInteger(precision) || precision < 1 || precision > maxPrecision)
    findings.blocker(
      "invalid-digits",
      where,
      `precision is ${shown(precision)}.`,
      `Give the number of all digits, 1 to ${maxPrecision}.`,
    );
  else if (scale !== undefined && (!Number.isInteger(scale) || scale < 0 || scale > precision))
    findings.blocker(
      "invalid-digits",
      where,
      `scale is ${shown(scale)}, with precision ${precision}.`,
      `Give the number of digits after the point, 0 to ${precision}.`,
    );
}

const functionOf = { timestamp: "now()", date: "current_date", uuid: "gen_random_uuid()" } as const;

function checkDefault(findings: Findings, where: string, spec: FieldSpec): void {
  if (spec.default === undefined) return;
  if (spec.default.kind === "value") {
    const fault = valueFault(spec, spec.default.value);
    if (fault !== undefined)
      findings.blocker(
        "invalid-default",
        where,
        `The default is ${fault}.`,
        "Give a value that a caller could send.",
      );
    return;
  }
  const fitting = functionOf[spec.kind as keyof typeof functionOf];
  if (spec.default.sql === fitting) return;
  findings.blocker(
    "invalid-default",
    where,
    `The default ${shown(spec.default.sql)} does not give a value of kind ${spec.kind}.`,
    fitting === undefined ? "Use .default(value)." : `Use .defaultTo("${fitting}").`,
  );
}

function checkExample(findings: Findings, where: string, spec: FieldSpec): void {
  if (spec.example === undefined || spec.kind === "many") return;
  const fault = valueFault(spec, spec.example);
  if (fault === undefined) return;
  findings.error(
    "invalid-example",
    where,
    `The example is ${fault}.`,
    "Show a value that a caller could send.",
  );
}
