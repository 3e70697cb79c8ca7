import { statusOf, type WrittenItem } from "../../operation/batch/batch-result.ts";
import type { BatchOutcome } from "../../operation/outcome.ts";
import { problemOf } from "../http/problem.ts";
import { versionTag } from "./version-tag.ts";

/**
 * The body of a batch's answer: what each item would have been answered by itself. Records that the database printed
 * go through as they are.
 *
 * @param minimal - whether the caller wants no records
 */
export function batchBody({ items }: BatchOutcome, requestId: string, minimal: boolean): string {
  const texts = items.map((item) => {
    const status = `{"status":${statusOf(item)}`;
    if (item.ok) return `${status},"id":${JSON.stringify(item.id)}${recordText(item, minimal)}}`;
    const id = item.id === undefined ? "" : `,"id":${JSON.stringify(item.id)}`;
    return `${status}${id},"problem":${JSON.stringify(problemOf(item.error, requestId))}}`;
  });
  return `{"items":[${texts.join(",")}]}`;
}

function recordText({ json, version, composed }: WrittenItem, minimal: boolean): string {
  if (json === null) return "";
  const etag = `,"etag":${JSON.stringify(`"${versionTag({ json, version, composed })}"`)}`;
  return minimal ? etag : `${etag},"data":${json}`;
}
