import { failure } from "../../base/error.ts";
import type { Preconditions } from "../../operation/envelope.ts";
import { parseEntityTags } from "../http/entity-tag.ts";
import type { HttpRequest } from "../http/http-request.ts";
import { isSafe, malformedTags } from "../http/is-unchanged.ts";
import { versionOfTag } from "./version-tag.ts";

/**
 * The versions that `If-Match` allows. Strong comparison: a weak tag, or one that this server never made,
 * stands for no version, so that a list of only such tags matches nothing. Undefined when nothing was sent.
 *
 * `If-None-Match: *` on a change means "only if there is no such record", which no change can meet; other
 * values have no use there and are refused. On reads it is about the copy that the caller has, and the
 * server answers it.
 */
export function preconditionsOf({ headers, method }: HttpRequest): Preconditions | undefined {
  const unless = headers["if-none-match"];
  if (unless !== undefined && !isSafe(method)) {
    if (unless.trim() !== "*") throw uselessHere();
    return impossible;
  }
  if (unless !== undefined && parseEntityTags(unless) === undefined) throw malformedTags("If-None-Match");
  const header = headers["if-match"];
  if (header === undefined) return undefined;
  const tags = parseEntityTags(header);
  if (tags === undefined) throw malformedTags("If-Match");
  if (tags === "*") return { ifMatch: "*" };
  const versions = tags.map((tag) => (tag.weak ? undefined : versionOfTag(tag.opaque)));
  return { ifMatch: versions.filter((version) => version !== undefined) };
}

const impossible: Preconditions = Object.freeze({ ifMatch: Object.freeze([]) });

const uselessHere = (): Error =>
  failure("invalid_header", {
    errors: [
      {
        header: "If-None-Match",
        code: "unsupported",
        detail: 'can only be "*" here; use If-Match with the version you know.',
      },
    ],
  });

/** Whether a record of this version may be answered. */
export const allowsVersion = (preconditions: Preconditions | undefined, version: number | null): boolean => {
  const ifMatch = preconditions?.ifMatch;
  if (ifMatch === undefined || ifMatch === "*") return true;
  return version !== null && ifMatch.includes(version);
};

/**
 * For what has no version: lists, creation, and operations that are on no record. A tag can match nothing
 * there, so such a request fails before it has an effect; `*` asks that the target exists, which it does.
 */
export function refuseVersions(request: HttpRequest): void {
  const preconditions = preconditionsOf(request);
  if (preconditions?.ifMatch !== undefined && preconditions.ifMatch !== "*")
    throw failure("precondition_failed", "There is no version to compare with here.");
}
