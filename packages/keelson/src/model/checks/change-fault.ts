import { isDeepStrictEqual } from "node:util";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { MemberChange } from "../version/part-model.ts";
import { splitPath } from "../version/shape.ts";
import { listed, shown } from "./findings.ts";
import { valueFault } from "./value-fault.ts";

interface ChangeFault {
  readonly code: string;
  readonly what: string;
  readonly instead: string;
}

/** What is wrong with a change whose members are there: it is not total, or cannot be undone. */
export function faultOfChange(
  change: MemberChange,
  now: ReadonlyMap<string, FieldSpec>,
  isInput: boolean,
): ChangeFault | undefined {
  switch (change.kind) {
    case "renamed":
      return parentFault(change.from, change.to);
    case "moved":
      return moveFault(change.from, change.to);
    case "split":
      return splitFault(change, now);
    case "addedRequired":
      return addedFault(change, now.get(change.name));
    case "removed":
      return removedFault(change, isInput);
    case "choicesChanged":
      return choicesFault(change, now.get(change.name));
  }
}

function parentFault(from: string, to: string): ChangeFault | undefined {
  if (splitPath(from).parent.join(".") === splitPath(to).parent.join(".")) return undefined;
  return {
    code: "renamed-elsewhere",
    what: `"${from}" and "${to}" do not stand in the same object.`,
    instead: `Say that it moved: moved(…, "${from}", "${to}").`,
  };
}

function moveFault(from: string, to: string): ChangeFault | undefined {
  if (splitPath(from).parent.join(".") !== splitPath(to).parent.join(".")) return undefined;
  return {
    code: "moved-nowhere",
    what: `"${from}" and "${to}" stand in the same object.`,
    instead: `Say that it was renamed: renamed(…, "${from}", "${to}").`,
  };
}

type Split = Extract<MemberChange, { kind: "split" }>;

function splitFault(change: Split, now: ReadonlyMap<string, FieldSpec>): ChangeFault | undefined {
  const { from, into, examples, was } = change;
  const elsewhere = into.map((part) => parentFault(from, part)).find(Boolean);
  if (elsewhere)
    return {
      ...elsewhere,
      instead: `Split into members beside "${from}", and move them in a change after it.`,
    };
  if (!Array.isArray(examples) || examples.length === 0)
    return {
      code: "split-untried",
      what: "It has no examples, so that nobody knows whether it can be undone.",
      instead: 'Give old values, odd ones too: examples: ["Ada Lovelace", "Plato"].',
    };
  for (const example of examples) {
    const wrong = valueFault(was.spec, example);
    if (wrong !== undefined)
      return { code: "invalid-example", what: `An example is ${wrong}.`, instead: 'Give values of "was".' };
    const fault = tryOut(change, now, example);
    if (fault) return fault;
  }
  // Nobody thinks of all of these as examples. Whether the parts fit their fields, validation tells callers.
  const odd = oddTexts.filter((text) => valueFault(was.spec, text) === undefined);
  return odd.map((text) => tryOut(change, new Map(), text)).find((fault) => fault !== undefined);
}

/** Texts that splitting at a space or a line break is easily wrong about. */
const oddTexts = [
  "",
  " ",
  "a",
  " a",
  "a ",
  "a b",
  "a  b",
  "a b c",
  "\n",
  "a\nb",
  "a\n",
  "\nb",
  "a, b",
  ",",
  "é",
];

function tryOut(
  change: Split,
  now: ReadonlyMap<string, FieldSpec>,
  example: unknown,
): ChangeFault | undefined {
  const names = change.into.map((part) => splitPath(part).name);
  try {
    const parts = change.up(example as never);
    const got = Object.keys(parts ?? {});
    if (got.length !== names.length || !names.every((name) => got.includes(name)))
      return {
        code: "not-total",
        what: `up(${shown(example)}) gives ${got.length === 0 ? "nothing" : listed(got, "and")}, not ${listed(names, "and")}.`,
        instead: "Return every part, null for one that is missing.",
      };
    for (const [index, part] of change.into.entries()) {
      const spec = now.get(part);
      const wrong = spec && valueFault(spec, parts[names[index] ?? ""]);
      if (wrong !== undefined)
        return {
          code: "not-total",
          what: `up(${shown(example)}) gives "${part}" a value that is ${wrong}.`,
          instead: 'Return parts that their fields accept for every value that "was" accepts.',
        };
    }
    const back = change.down(parts as never);
    if (isDeepStrictEqual(back, example)) return undefined;
    return {
      code: "not-invertible",
      what: `down(up(${shown(example)})) is ${shown(back)}, so callers would not read what they wrote.`,
      instead: "Write up and down so that down(up(value)) is the value.",
    };
  } catch (error) {
    return {
      code: "not-total",
      what: `It fails for ${shown(example)}: ${error instanceof Error ? error.message : String(error)}.`,
      instead: "Write up and down so that they never fail for values that the fields accept.",
    };
  }
}

function addedFault(
  { name, value }: Extract<MemberChange, { kind: "addedRequired" }>,
  spec: FieldSpec | undefined,
): ChangeFault | undefined {
  if (value === undefined)
    return {
      code: "not-total",
      what: `It does not say what "${name}" is for callers of older versions.`,
      instead: 'Give a value, or a function of the input: { value: "unknown" }.',
    };
  if (typeof value === "function" || !spec) return undefined;
  const wrong = valueFault(spec, value);
  if (wrong === undefined) return undefined;
  return { code: "not-total", what: `"value" is ${wrong}.`, instead: `Give what "${name}" accepts.` };
}

function removedFault(
  { name, was, value, loses, from }: Extract<MemberChange, { kind: "removed" }>,
  isInput: boolean,
): ChangeFault | undefined {
  if (typeof value !== "function" && !was.spec.writeOnly) {
    const wrong = valueFault(was.spec, value);
    if (wrong !== undefined)
      return {
        code: "not-total",
        what: `"value", which callers of older versions see as "${name}", is ${wrong}.`,
        instead: 'Give a value that the field accepted, or make "was" optional.',
      };
  }
  if (typeof value === "function" && !Array.isArray(from))
    return { code: "not-total", what: '"from" is no list.', instead: 'List members: from: ["status"].' };
  if (!isInput || was.spec.readOnly || loses !== undefined) return undefined;
  return {
    code: "not-invertible",
    what: `Callers of older versions could write "${name}", and would read something else.`,
    instead:
      'Make "was" read-only if they could not: text().readOnly(). If they may lose it, say why: { loses: "Nobody used it." }.',
  };
}

function choicesFault(
  { name, was, up, down }: Extract<MemberChange, { kind: "choicesChanged" }>,
  spec: FieldSpec | undefined,
): ChangeFault | undefined {
  const now = spec?.kind === "list" ? spec.of?.choices : spec?.choices;
  if (!now)
    return {
      code: "not-a-choice",
      what: `"${name}" is of kind ${spec?.kind}.`,
      instead: "Use choicesChanged for fields that were made with choice(…).",
    };
  const lost = was.find((word) => !now.includes(up[word] ?? word));
  if (lost !== undefined)
    return {
      code: "not-total",
      what: `The old word "${lost}" ${up[lost] === undefined ? "is gone" : `becomes "${up[lost]}", which is not there`}.`,
      instead: `Say which of ${listed(now)} stands for it: up: { ${lost}: "…" }.`,
    };
  const unknown = now.find((word) => !was.includes(down[word] ?? word));
  if (unknown !== undefined)
    return {
      code: "not-total",
      what: `The new word "${unknown}" ${down[unknown] === undefined ? "was not there" : `is shown as "${down[unknown]}", which was not there`}.`,
      instead: `Say which of ${listed(was)} older callers see: down: { ${unknown}: "…" }.`,
    };
  const changed = was.find((word) => (down[up[word] ?? word] ?? up[word] ?? word) !== word);
  if (changed === undefined) return undefined;
  return {
    code: "not-invertible",
    what: `Callers of older versions who write "${changed}" would read "${down[up[changed] ?? changed] ?? up[changed]}".`,
    instead: "Let down lead back to the word that up came from.",
  };
}
