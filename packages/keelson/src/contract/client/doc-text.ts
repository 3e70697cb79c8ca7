/** A TSDoc comment; nothing where there is nothing to say. */
export function docText(
  description: string | undefined,
  indent: string,
  deprecated?: string,
): readonly string[] {
  const text = [description, deprecated === undefined ? undefined : `@deprecated ${deprecated}`]
    .filter((part) => part !== undefined && part.trim() !== "")
    .join("\n\n")
    .replaceAll("*/", "*\\/")
    .trim();
  if (text === "") return [];
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  if (lines.length === 1) return [`${indent}/** ${lines[0]} */`];
  return [
    `${indent}/**`,
    ...lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}`),
    `${indent} */`,
  ];
}
