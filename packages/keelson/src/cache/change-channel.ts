import type { Tables } from "./table-changes.ts";

/** How processes tell each other what they have changed. */
export interface ChangeChannel {
  /** Tells the others, now or once there is a connection. Never throws and never waits. */
  announce(tables: Tables): void;
  close(): Promise<void>;
}

/** What comes by a channel. */
export interface ChannelListener {
  /** Another process changed these. */
  changed(tables: Tables): void;
  /** From now on all changes are heard. Those before, since `lost`, may have been missed. */
  connected(): void;
  /** From now on changes may be missed. */
  lost(reason: string): void;
}

/** Makes a channel that tells the listener what it hears. */
export type OpenChannel = (listener: ChannelListener) => ChangeChannel;

/** Tables as a message; beyond what fits, all of them. */
export function printChange(from: string, tables: Tables): string {
  const text = JSON.stringify({ from, tables });
  // PostgreSQL takes 8,000 bytes; table names have 63 at most and are ASCII.
  return text.length < 7_900 ? text : JSON.stringify({ from, tables: "all" });
}

/** Reads a message; what cannot be read may have been anything. */
export function parseChange(text: string): { readonly from: string; readonly tables: Tables } {
  try {
    const { from, tables } = JSON.parse(text) as { from?: unknown; tables?: unknown };
    const named = Array.isArray(tables) && tables.every((table) => typeof table === "string");
    return { from: typeof from === "string" ? from : "", tables: named ? (tables as string[]) : "all" };
  } catch {
    return { from: "", tables: "all" };
  }
}

/** Changes that wait to be told, as one. */
export class PendingChanges {
  #tables: Set<string> | "all" = new Set();

  get any(): boolean {
    return this.#tables === "all" || this.#tables.size > 0;
  }

  add(tables: Tables): void {
    if (tables === "all") this.#tables = "all";
    else if (this.#tables !== "all") for (const table of tables) this.#tables.add(table);
  }

  take(): Tables {
    const taken = this.#tables === "all" ? "all" : [...this.#tables];
    this.#tables = new Set();
    return taken;
  }
}
