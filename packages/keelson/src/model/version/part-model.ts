import type { BehaviourChange } from "../../declare/behaviour.ts";
import type { VersionChange } from "../../declare/version.ts";

/** A change of members: everything but behaviour. */
export type MemberChange = Exclude<VersionChange, BehaviourChange>;

/** Members of a resource, an input or an output, from one version to the newest. */
export interface PartModel {
  /** Oldest first. */
  readonly steps: readonly VersionStep[];
  /** Names of the top level then, each with the names now that its value comes from. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
}

export interface VersionStep {
  readonly change: MemberChange;
  /** The object that held the member then had no other, so that it is gone now. */
  readonly fromEmptied: boolean;
  /** The object that holds the member now has no other, so that it was not there then. */
  readonly toEmptied: boolean;
}
