import type { Tables } from "../cache/table-changes.ts";
import type { Plan } from "../data/plan/sql.ts";
import type { AppModel } from "../model/app-model.ts";
import { readTables } from "../model/read-tables.ts";

/** Which tables a call, with all the calls that its handler makes, has read and changed. */
export class Footprint {
  #read: Set<string> | "all" = new Set();
  #written: Set<string> | "all" = new Set();
  /** Something that was read depends on the time of day. */
  timed = false;

  get read(): Tables {
    return this.#read === "all" ? "all" : [...this.#read];
  }

  get written(): Tables {
    return this.#written === "all" ? "all" : [...this.#written];
  }

  notePlan(plan: Plan, model: AppModel): void {
    this.noteRead(readTables(model, plan.tables));
    if (plan.timed) this.timed = true;
  }

  noteRead(tables: Tables): void {
    if (tables === "all") this.#read = "all";
    else if (this.#read !== "all") for (const table of tables) this.#read.add(table);
  }

  noteWritten(tables: Tables): void {
    if (tables === "all") this.#written = "all";
    else if (this.#written !== "all") for (const table of tables) this.#written.add(table);
  }
}
