import type { MigrationPhase } from "./migration-header.ts";

/**
 * The files that a change of schema becomes, in the order in which they are applied. Each does only what can
 * be done in one go: brief locks together, long work apart from strong locks, what forbids a transaction alone.
 *
 *     rename → expand → fill → guard → prove → index      ┊ new code starts; old code stops ┊
 *     clear → contract → uphold → swap
 */
export const migrationSteps = [
  /** Neither version of the code survives a rename by the other, so it comes before all else, by itself. */
  { step: "rename", phase: "contract", transaction: true },
  /** What the new code needs and the old one does not mind. */
  { step: "expand", phase: "expand", transaction: true },
  /** Values for the rows that were there before. */
  { step: "fill", phase: "data", transaction: true },
  /** Rules that new rows keep from now on … */
  { step: "guard", phase: "expand", transaction: true },
  /** … and the proof that old rows keep them: reads whole tables, under locks that stop nobody. */
  { step: "prove", phase: "expand", transaction: true },
  { step: "index", phase: "expand", transaction: false },
  { step: "clear", phase: "contract", transaction: true },
  /** What only the old code needed goes; what it would have broken comes. */
  { step: "contract", phase: "contract", transaction: true },
  { step: "uphold", phase: "contract", transaction: true },
  { step: "swap", phase: "contract", transaction: false },
] as const satisfies readonly { step: string; phase: MigrationPhase; transaction: boolean }[];

export type StepName = (typeof migrationSteps)[number]["step"];

/** One file to be written. */
export interface MigrationStep {
  readonly step: StepName;
  readonly phase: MigrationPhase;
  readonly transaction: boolean;
  readonly statements: readonly string[];
}
