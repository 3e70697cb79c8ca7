import { failure } from "../../base/error.ts";
import { isUuid } from "../../base/id.ts";
import { collectionPath } from "../../contract/rest-routes.ts";
import type { ResourceModel } from "../../model/app-model.ts";
import { parseId } from "../../model/key-text.ts";
import type { HttpRequest } from "../http/http-request.ts";

/** The path under which records of a resource can be read one by one, if they can. */
export const itemPathOf = (resource: ResourceModel): string | undefined =>
  resource.operations.has("get") ? collectionPath(resource) : undefined;

/** The id in the path. Any text that is no id in its canonical form names no record. */
export function recordId({ parameter }: HttpRequest, { key }: ResourceModel): string {
  if (key.by === "keelson") {
    if (isUuid(parameter)) return parameter;
    throw failure("not_found");
  }
  const id = decoded(parameter);
  if (id === undefined || !parseId(key, id)) throw failure("not_found");
  return id;
}

/** What a URI writes with percent signs; undefined where they make no text. */
function decoded(parameter: string): string | undefined {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return undefined;
  }
}
