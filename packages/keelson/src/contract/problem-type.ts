import { type ErrorRow, errorCatalogue } from "../base/error.ts";

/** Problem types (RFC 9457) of our own are URIs below this one, ending in the error's code. */
export const problemTypeBase = "https://keelson.dev/errors/";

/** The type of a problem with this code: a registered one where one fits. */
export const problemTypeOf = (code: string): string =>
  (Object.hasOwn(errorCatalogue, code)
    ? (errorCatalogue as Readonly<Record<string, ErrorRow>>)[code]?.type
    : undefined) ?? `${problemTypeBase}${code}`;
