import { hash } from "node:crypto";
import type { ListAnswer } from "../data/execute.ts";
import type { Executed } from "./executed.ts";

/** What execution brought back, as it is kept: JSON through and through, and nobody's to change. */
export type KeptAnswer =
  | { readonly kind: "rows"; readonly rows: ListAnswer; readonly tag: string }
  | {
      readonly kind: "record";
      readonly json: string;
      readonly id: string;
      readonly version: number | null;
      readonly composed: boolean | undefined;
    }
  /** A query's value, as text: who gets it may change it. */
  | { readonly kind: "value"; readonly json: string; readonly tag: string };

const dayMs = 86_400_000;

/**
 * An answer to keep, with the tag that tells it from others. Undefined where there is nothing to keep.
 *
 * A page's cursors do not live for ever, so a copy must not be confirmed for ever: its tag changes every day.
 */
export function keptAnswer(executed: Executed, nowMs: number): KeptAnswer | undefined {
  switch (executed.kind) {
    case "rows": {
      const { json, more, empty, firstKeys, lastKeys } = executed.rows;
      const place = JSON.stringify([more, empty, firstKeys, lastKeys, Math.floor(nowMs / dayMs)]);
      return { kind: "rows", rows: executed.rows, tag: tagOf(`${place}\n${json}`) };
    }
    case "record": {
      const { json, id, version, composed } = executed;
      return { kind: "record", json, id, version, composed };
    }
    case "value": {
      const json: string | undefined = JSON.stringify(executed.value);
      return json === undefined ? undefined : { kind: "value", json, tag: tagOf(json) };
    }
    case "none":
      return undefined;
  }
}

/** The answer as if it had just been executed. */
export function executedOf(kept: KeptAnswer): Executed {
  switch (kept.kind) {
    case "rows":
      return kept;
    case "record":
      return { ...kept, created: false };
    case "value":
      return { kind: "value", value: JSON.parse(kept.json) };
  }
}

/** How much memory an answer takes. */
export function keptBytes(kept: KeptAnswer): number {
  if (kept.kind !== "rows") return textBytes(kept.json);
  const { json, firstKeys, lastKeys } = kept.rows;
  // The page is kept a second time, as bytes to send.
  return [json, json, ...firstKeys, ...lastKeys].reduce((sum, text) => sum + textBytes(text ?? ""), 0);
}

/** V8 takes one byte for a character where all are Latin-1, otherwise two for each. */
const textBytes = (text: string): number =>
  Buffer.byteLength(text) === text.length ? text.length : 2 * text.length;

const tagOf = (text: string): string => hash("sha256", text, "base64url").slice(0, 22);
