import { canonicalTimestamp, isDate } from "../../base/calendar-text.ts";
import { isUuid } from "../../base/id.ts";
import { didYouMean } from "../../base/nearest.ts";
import { isDecimal, isInt64 } from "../../base/number-text.ts";
import type { Literal } from "../../declare/expression.ts";
import type { Domain } from "../comparison-domain.ts";
import { listed, shown } from "./findings.ts";
import type { Place } from "./rule-path.ts";

interface LiteralFault {
  readonly code: string;
  /** The end of a sentence that begins with what the literal is compared with. */
  readonly what: string;
  readonly instead: string;
}

/** Why a literal cannot stand next to a value of a rule, or undefined when it can. */
export function literalFault(
  place: Pick<Place, "domain"> & Partial<Place>,
  value: Literal,
): LiteralFault | undefined {
  const form = forms[place.domain];
  if (place.spec?.kind === "choice") return choiceFault(place.spec.choices ?? [], value);
  if (place.part === "currency" && !/^[A-Z]{3}$/.test(String(value)))
    return incompatible(value, 'Use an ISO 4217 code, e.g. "GBP".');
  const whole = place.spec?.kind === "bigint";
  if (form.test(value) && !(whole && !isInt64(String(value)))) return undefined;
  return incompatible(value, whole ? 'Use a whole number as a text, e.g. "42".' : form.instead);
}

const incompatible = (value: Literal, instead: string): LiteralFault => ({
  code: "incompatible",
  what: `with ${shown(value)}.`,
  instead,
});

function choiceFault(choices: readonly string[], value: Literal): LiteralFault | undefined {
  if (choices.includes(value as string)) return undefined;
  const guess = didYouMean(String(value), choices);
  return {
    code: "unknown-choice",
    what: `with ${shown(value)}, which is none of its choices.${guess}`,
    instead: `Use ${listed(choices)}.`,
  };
}

interface Form {
  readonly test: (value: Literal) => boolean;
  readonly instead: string;
}

const text = (test: (value: string) => boolean, instead: string): Form => ({
  test: (value) => typeof value === "string" && test(value),
  instead,
});

const finite: Form = { test: (value) => Number.isFinite(value), instead: "Use a number." };

/** What a literal must look like so that PostgreSQL can read it as a value of the domain. */
const forms: Readonly<Record<Domain, Form>> = {
  text: text((value) => !value.includes("\0") && value.isWellFormed(), "Use a text."),
  uuid: text(isUuid, "Use a UUID in lower case."),
  numeral: text(isInt64, 'Use a whole number as a text, e.g. "42".'),
  boolean: { test: (value) => typeof value === "boolean", instead: "Use true or false." },
  integral: finite,
  floating: finite,
  exact: {
    test: (value) => (typeof value === "string" ? isDecimal(value) : Number.isSafeInteger(value)),
    instead: 'Use a number as a text, e.g. "12.50".',
  },
  date: text(isDate, 'Use a date, e.g. "2026-11-21".'),
  timestamp: text(
    (value) => canonicalTimestamp(value) !== undefined,
    'Use an RFC 3339 timestamp, e.g. "2026-11-21T09:00:00Z", or now.',
  ),
};
