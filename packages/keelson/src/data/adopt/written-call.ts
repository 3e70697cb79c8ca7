/**
 * A declaration as data: a function that is called, and the modifiers that follow. It is printed as TypeScript and
 * made into a value by the same functions, so that what is written and what was checked cannot differ.
 */
export interface WrittenField {
  readonly call: Call;
  readonly modifiers: readonly Call[];
}

export interface Call {
  readonly name: string;
  readonly args: readonly Argument[];
}

/** JSON, or a function that returns a resource. */
export type Argument = { readonly json: unknown } | { readonly resource: string };

const json = (value: unknown): Argument => ({ json: value });
export const callOf = (name: string, ...args: readonly unknown[]): Call => ({ name, args: args.map(json) });

const widest = 100;

export const printField = ({ call, modifiers }: WrittenField): string =>
  [printCall(call), ...modifiers.map((modifier) => `.${printCall(modifier)}`)].join("");

const printCall = ({ name, args }: Call): string =>
  `${name}(${args.map((arg) => ("json" in arg ? printValue(arg.json) : `() => ${arg.resource}`)).join(", ")})`;

/** A JSON value as people write it in TypeScript, on one line where it fits. */
export function printValue(value: unknown, indent = ""): string {
  const flat = flatValue(value);
  if (flat.length + indent.length <= widest || typeof value !== "object" || value === null) return flat;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => `${inner}${printValue(item, inner)},`)
    : Object.entries(value).map(([name, item]) => `${inner}${keyOf(name)}: ${printValue(item, inner)},`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${lines.join("\n")}\n${indent}${close}`;
}

function flatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flatValue).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, item]) => `${keyOf(name)}: ${flatValue(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

const keyOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
