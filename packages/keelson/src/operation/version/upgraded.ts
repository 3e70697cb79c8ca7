import type { Selection } from "../../data/plan/selection.ts";
import type { VersionModel } from "../../model/app-model.ts";

/** A request of an older version: as it was asked, checked in that version's words, and in the words of now. */
export interface Upgraded {
  readonly version: VersionModel;
  /** What to read, in the words of then; undefined where the answer is no record. */
  readonly asked: Selection | undefined;
  /** The same in the words of now. */
  readonly selection: Selection | undefined;
  readonly input: unknown;
}
