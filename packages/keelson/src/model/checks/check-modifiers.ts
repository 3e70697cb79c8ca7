import type { FieldSpec } from "../../declare/field-spec.ts";
import type { Findings } from "./findings.ts";

/** Where the field stands: a column of a resource, a part of a stored value, or in an operation. */
export type FieldUse = "stored" | "nested" | "input" | "output";

type Flag = "optional" | "unique" | "immutable" | "readOnly" | "writeOnly" | "default" | "renamedFrom";

const flagsOf = (spec: FieldSpec): readonly Flag[] =>
  (["optional", "unique", "immutable", "readOnly", "writeOnly", "default", "renamedFrom"] as const).filter(
    (flag) => spec[flag] !== undefined && spec[flag] !== false,
  );

/** Modifiers that say nothing where they stand, with the reason. */
function idleFlags(
  spec: FieldSpec,
  use: FieldUse,
): { readonly flags: readonly Flag[]; readonly why: string } {
  if (spec.kind === "many")
    return {
      flags: ["optional", "unique", "immutable", "readOnly", "writeOnly", "default", "renamedFrom"],
      why: "the records of a `many` field are kept by the reference on the other side",
    };
  if (spec.kind === "manyToMany")
    return {
      flags: ["optional", "unique", "default"],
      why: "a list of links is never missing; it can be empty",
    };
  if (use === "nested")
    return {
      flags: ["unique", "immutable", "readOnly", "writeOnly", "renamedFrom"],
      why: "the value is stored as a part of its field",
    };
  if (use === "input")
    return {
      flags: ["unique", "immutable", "readOnly", "renamedFrom"],
      why: "the input of an operation is not stored",
    };
  if (use === "output")
    return {
      flags: ["unique", "immutable", "readOnly", "writeOnly", "renamedFrom", "default"],
      why: "the output of an operation is not stored",
    };
  return { flags: [], why: "" };
}

/** Modifiers that contradict each other, or that say nothing where they stand. */
export function checkModifiers(findings: Findings, where: string, spec: FieldSpec, use: FieldUse): void {
  const present = flagsOf(spec);
  const idle = idleFlags(spec, use);
  for (const flag of present.filter((name) => idle.flags.includes(name)))
    findings.blocker(
      "idle-modifier",
      where,
      `.${flag}() has no effect here: ${idle.why}.`,
      `Remove .${flag}().`,
    );
  if (spec.readOnly && spec.writeOnly)
    findings.blocker(
      "contradiction",
      where,
      "It is readOnly and writeOnly: clients could neither set nor see it.",
      "Remove one of them. What only handlers may see has a rule: access: { fields: { secret: { read: nobody } } }.",
    );
  if (spec.unique && ["json", "list", "object", "boolean"].includes(spec.kind))
    findings.blocker(
      "invalid-unique",
      where,
      spec.kind === "boolean"
        ? "A unique boolean allows two records in all."
        : `Values of kind ${spec.kind} cannot be unique.`,
      "Remove .unique(), or keep what must be unique in a field of its own.",
    );
  checkNestedRelation(findings, where, spec, use);
}

function checkNestedRelation(findings: Findings, where: string, spec: FieldSpec, use: FieldUse): void {
  if (use === "nested" && ["reference", "many", "manyToMany"].includes(spec.kind))
    findings.blocker(
      "invalid-relation",
      where,
      "A relation cannot stand inside a stored list or object: PostgreSQL could not keep it.",
      "Use manyToMany(…) or a resource of its own; or uuid(), if nothing needs to keep it.",
    );
  if ((use === "input" || use === "output") && (spec.kind === "many" || spec.kind === "manyToMany"))
    findings.blocker(
      "invalid-relation",
      where,
      `A ${spec.kind} field cannot stand in the ${use} of an operation.`,
      use === "input"
        ? "Use list(reference(() => …)) for a list of ids."
        : "Use list(object({ … })), or a resource as output.",
    );
}
