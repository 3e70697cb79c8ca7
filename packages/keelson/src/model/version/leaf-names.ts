import type { PartModel } from "./part-model.ts";
import { splitPath } from "./shape.ts";

/**
 * The fields of now that a field of then is compared by: itself under its new name, or the parts that it fell
 * into. Undefined where the database has nothing to compare with: what was removed, or stands in an object.
 */
export function leafNames({ steps }: Pick<PartModel, "steps">, name: string): readonly string[] | undefined {
  let names: readonly string[] = [name];
  for (const { change } of steps) {
    switch (change.kind) {
      case "renamed":
        names = names.map((one) => (one === change.from ? change.to : one));
        break;
      case "split":
        names = names.flatMap((one) => (one === change.from ? change.into : [one]));
        break;
      case "moved":
        if (names.includes(change.from) || names.some((one) => change.from.startsWith(`${one}.`)))
          return undefined;
        break;
      case "removed":
        if (names.includes(change.name)) return undefined;
        break;
    }
  }
  return names.every((one) => splitPath(one).parent.length === 0) ? names : undefined;
}
