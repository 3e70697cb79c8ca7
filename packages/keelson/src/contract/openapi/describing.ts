import type { AppModel } from "../../model/app-model.ts";
import { capitalise, kebabCase } from "../../model/names.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import type { Components } from "./components.ts";

/** What is passed around while a model is described. */
export interface Describing {
  readonly model: AppModel;
  readonly components: Components;
  /** The rules as they stand for callers without credentials: what they deny needs a token. */
  readonly anonymous: PolicyView;
}

/** `orderLine` → `order line`. */
export const wordsOf = (name: string): string => kebabCase(name).replaceAll("-", " ");

/** `order` → `an order`. */
export function withArticle(name: string): string {
  const words = wordsOf(name);
  return `${/^[aeio]/.test(words) ? "an" : "a"} ${words}`;
}

/** The first letter upper-case, as sentences begin. */
export const sentence = capitalise;
