import { type Diagnostic, DiagnosticError } from "../../../src/base/diagnostic.ts";

/** The diagnostics that work is refused with. */
export async function refusal(work: Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

/** The codes alone. */
export const refusalCodes = async (work: Promise<unknown>): Promise<readonly string[]> =>
  (await refusal(work)).map(({ code }) => code);
