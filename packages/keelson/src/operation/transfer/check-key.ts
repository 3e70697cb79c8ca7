import { didYouMean } from "../../base/nearest.ts";
import type { ResourceModel } from "../../model/app-model.ts";

/** The fields that records are found by where nothing is said: those of a natural key, or else the id. */
export const defaultKey = ({ key }: ResourceModel): readonly string[] =>
  key.by === "fields" ? key.parts.map(({ field }) => field) : ["id"];

/** What is wrong with a key: no two records may have the same values of its fields. Undefined for a good one. */
export function keyFault(resource: ResourceModel, key: readonly string[]): string | undefined {
  const known = keysOf(resource);
  const wanted = [...key].sort().join();
  if (known.some((fields) => [...fields].sort().join() === wanted)) return undefined;
  const names = known.map((fields) => fields.join(","));
  return `"${key.join(",")}" does not identify a record of "${resource.name}".${didYouMean(key.join(","), names)} Use one of ${names.join(", ")}.`;
}

/** Sets of fields whose values no two records share. */
export const keysOf = (resource: ResourceModel): readonly (readonly string[])[] => [
  defaultKey(resource),
  ...resource.indexes.filter(({ unique }) => unique).map(({ fields }) => fields),
];

/** What is wrong with the names of members that are to be passed over. */
export function checkIgnored(resource: ResourceModel, ignore: readonly string[]): string | undefined {
  const names = [...resource.fields.keys()];
  const unknown = ignore.find((name) => !names.includes(name));
  return unknown === undefined
    ? undefined
    : `"${unknown}" is no field of "${resource.name}".${didYouMean(unknown, names)}`;
}
