import type { FieldSpec } from "../../declare/field-spec.ts";
import type { AppModel } from "../../model/app-model.ts";
import { exampleOf } from "../openapi/example-value.ts";
import { markdownTable, spaced } from "./markdown.ts";

/** How values are written that JSON has no type of its own for. */
const forms: readonly (readonly [string, readonly FieldSpec["kind"][], string])[] = [
  [
    "money",
    ["money"],
    "Minor units (pence, cents) and the ISO 4217 code: no fractions, no rounding in between.",
  ],
  [
    "timestamp",
    ["timestamp"],
    "RFC 3339. Answers are in UTC, end in `Z`, and have up to six digits of a second; send any offset.",
  ],
  ["date", ["date"], "A calendar day without a time zone."],
  ["id", ["uuid", "reference"], "A UUID; new ones (version 7) sort by the time they were made."],
  ["64-bit integer", ["bigint"], "A string, since a double would change it."],
  ["decimal", ["decimal"], "A string, so that every digit is kept."],
];

export function valuesGuide(model: AppModel): string {
  const specs = [...model.resources.values()].flatMap(({ fields }) =>
    [...fields.values()].map(({ spec }) => spec),
  );
  const rows = forms.flatMap(([name, kinds, meaning]) => {
    const spec = specs.find(({ kind }) => kinds.includes(kind));
    return spec ? [[name, `\`${spaced(exampleOf(spec) ?? null)}\` ${meaning}`]] : [];
  });
  return `## Values

${markdownTable(["kind", "form"], rows)}

What is missing is \`null\` in answers, never left out. Members that cannot be set, or that do not exist, are refused rather than ignored.`;
}
