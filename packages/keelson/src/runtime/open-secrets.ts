import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CursorKey } from "../data/plan/cursor.ts";
import type { Config } from "./config.ts";

/** The keys that cursors are authenticated with; in development a random one that is kept in the state directory. */
export async function openCursorKeys(config: Config): Promise<readonly [CursorKey, ...CursorKey[]]> {
  const [first, ...others] = config.secrets ?? [await keptSecret(config.stateDir)];
  return [cursorKey(first ?? ""), ...others.map(cursorKey)];
}

/** Derived, so that the same secret can serve other purposes; the id tells keys apart during a rotation. */
function cursorKey(from: string): CursorKey {
  const secret = createHash("sha256").update(`keelson cursor\0${from}`).digest();
  return { id: createHash("sha256").update(secret).digest("base64url").slice(0, 6), secret };
}

async function keptSecret(stateDir: string): Promise<string> {
  const path = join(stateDir, "secret");
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  // "wx": when two processes start at once the second one reads what the first one wrote.
  await writeFile(path, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" }).catch(
    (error: { code?: unknown }) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  return readFile(path, "utf8");
}
