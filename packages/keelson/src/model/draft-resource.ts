import type { AccessRules, AnyResource } from "../declare/resource.ts";

/** A resource whose own names are known and whose references are not resolved yet. */
export interface DraftResource {
  readonly name: string;
  readonly plural: string;
  readonly table: string;
  readonly declaration: AnyResource;
  readonly softDelete: boolean;
  /** Rules of the mixins, then those of the resource. */
  readonly rules: readonly AccessRules[];
}

/** What the database calls something that Keelson would call `derived`. */
export const databaseName = ({ declaration }: DraftResource, derived: string): string =>
  declaration.options.databaseNames?.[derived] ?? derived;
