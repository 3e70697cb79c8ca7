/** Something that an answer should not be. */
export interface Complaint {
  /** Which rule was broken; the same word for the same rule. */
  readonly rule: string;
  readonly detail: string;
}

export type Complain = (rule: string, detail: string) => void;

/** The value of a JSON text, boxed; undefined when it is none. */
export function parsed(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString()) };
  } catch {
    return undefined;
  }
}
