import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. Not `import.meta.dirname`, which Node 20.0 lacks. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
