import type { AppModel } from "../../model/app-model.ts";
import { type OpenApiOptions, openapiOf } from "./openapi-of.ts";

/**
 * The description of each version as JSON text, made when it is first asked for.
 *
 * @returns the text for a version's date; for undefined, and for APIs without versions, that of the model
 */
export function openapiTexts(model: AppModel, options: OpenApiOptions = {}): (version?: string) => string {
  const made = new Map<AppModel, string>();
  return (version) => {
    const then = (version === undefined ? undefined : model.versions?.known.get(version)?.model) ?? model;
    let text = made.get(then);
    if (text === undefined) {
      text = JSON.stringify(openapiOf(then, options));
      made.set(then, text);
    }
    return text;
  };
}
