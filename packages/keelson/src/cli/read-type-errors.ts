/** One error as the TypeScript compiler prints it without `--pretty`. */
export interface PrintedError {
  /** `src/order.ts:12:5`, as editors and terminals open it; empty for errors of the configuration. */
  readonly place: string;
  readonly code: string;
  /** The headline; for a long chain the innermost reason with it, which is where the two types part. */
  readonly message: string;
  /** As printed. */
  readonly line: string;
}

const headline = /^(?:(.+?)\((\d+),(\d+)\): )?error (TS\d+): (.*)$/;
const maxLength = 240;

/** Reads what `tsc` printed; lines that belong to no error are left out. */
export function readTypeErrors(output: string): readonly PrintedError[] {
  const errors: PrintedError[] = [];
  for (const line of output.split(/\r?\n/)) {
    const [, file, row, column, code, message] = headline.exec(line) ?? [];
    const last = errors.at(-1);
    if (code !== undefined && message !== undefined) {
      const place = file === undefined ? "" : `${file}:${row}:${column}`;
      errors.push({ place, code, message: shortened(message), line });
    } else if (last && /^\s+\S/.test(line)) {
      const [first = ""] = last.message.split(" ⟶ ");
      const message = shortened(`${first} ⟶ ${line.trim()}`);
      errors[errors.length - 1] = { ...last, message, line: `${last.line}\n${line}` };
    }
  }
  return errors;
}

const shortened = (text: string): string =>
  text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
