import { maxIdentifierBytes } from "../quote-identifier.ts";
import { type Findings, shown } from "./findings.ts";

const lowerCamelCase = /^[a-z][a-zA-Z0-9]*$/;

/** Members that every JavaScript object has, and `then`, which would make a record look like a promise. */
const objectMembers = new Set([
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "prototype",
  "then",
  "toJSON",
  "toLocaleString",
  "toString",
  "valueOf",
]);

/** Checks a name that becomes a key in JSON, in TypeScript and, in snake_case, in SQL. */
export function checkName(findings: Findings, where: string, name: unknown): boolean {
  if (typeof name !== "string" || name === "") {
    findings.blocker(
      "invalid-name",
      where,
      `The name is ${name === "" ? "empty" : shown(name)}.`,
      "Give it a name in lowerCamelCase.",
    );
    return false;
  }
  if (Buffer.byteLength(name) > maxIdentifierBytes) {
    findings.blocker(
      "name-too-long",
      where,
      `The name has ${Buffer.byteLength(name)} bytes.`,
      `Use at most ${maxIdentifierBytes}, which is what PostgreSQL can hold.`,
    );
    return false;
  }
  if (name === "__proto__" || objectMembers.has(name)) {
    findings.blocker(
      "reserved-name",
      where,
      `"${name}" is a member that JavaScript gives every object or looks for in it.`,
      "Choose another name.",
    );
    return false;
  }
  if (!lowerCamelCase.test(name)) {
    const better = camelCase(name);
    findings.blocker(
      "invalid-name",
      where,
      `"${name}" is not lowerCamelCase.`,
      better ? `Write "${better}".` : "Use ASCII letters and digits, beginning with a lower-case letter.",
    );
    return false;
  }
  return true;
}

/** The name that was probably meant; undefined when no letters are left. */
function camelCase(name: string): string | undefined {
  const [first = "", ...rest] = name.split(/[^a-zA-Z0-9]+/).filter((word) => word !== "");
  const start = /^[A-Z0-9]+$/.test(first)
    ? first.toLowerCase()
    : first.charAt(0).toLowerCase() + first.slice(1);
  const joined = start + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return lowerCamelCase.test(joined) && joined !== name ? joined : undefined;
}

/** The names that stand there more than once, each once. */
export function duplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, position) => names.indexOf(name) !== position))];
}
