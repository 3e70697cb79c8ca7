/** A Markdown table. Pipes in cells would end them. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A block of code. */
export const codeBlock = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

export const jsonBlock = (value: unknown): string => codeBlock("json", indentedJson(value));

/** JSON in which what is short stays on one line. */
export function indentedJson(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value) ?? "null";
  if (typeof value !== "object" || value === null || (indent !== "" && flat.length <= 48))
    return spaced(value);
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => indentedJson(item, deeper))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${indentedJson(item, deeper)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.map((part) => deeper + part).join(",\n")}\n${indent}${close}`;
}

/** JSON on one line, with a space after colons and commas. */
export function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** A call to paste; `option` is one more of curl's. */
export const curl = (target: string, option = ""): string =>
  `curl ${option === "" ? "" : `${option} `}"$API${target}" \\\n  -H "Authorization: Bearer $TOKEN"`;
