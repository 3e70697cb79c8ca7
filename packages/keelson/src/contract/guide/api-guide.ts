import type { AppModel } from "../../model/app-model.ts";
import { changesGuide } from "./changes-guide.ts";
import { errorsGuide } from "./errors-guide.ts";
import { listsGuide } from "./lists-guide.ts";
import { repeatingGuide } from "./repeating-guide.ts";
import { startGuide } from "./start-guide.ts";
import { valuesGuide } from "./values-guide.ts";

/**
 * What the description of single operations leaves open, as Markdown: tokens, pages, filters, QUERY, versions,
 * repetitions, errors. Made from the model and from the catalogues that the code itself goes by.
 */
export const apiGuide = (model: AppModel): string =>
  [startGuide, listsGuide, changesGuide, repeatingGuide, errorsGuide, valuesGuide]
    .map((part) => part(model))
    .filter((text) => text !== "")
    .join("\n\n");
