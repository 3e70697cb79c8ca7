import { failure } from "../base/error.ts";
import { isUuid } from "../base/id.ts";
import type { ResourceModel } from "../model/app-model.ts";
import { parseId } from "../model/key-text.ts";
import type { Call } from "./call.ts";

/** The id of the record that a call is about, in its one form. What is no id names no record. */
export function recordId({ envelope }: Pick<Call, "envelope">, { key }: ResourceModel): string {
  const [part] = key.parts;
  const id = (part?.spec.kind === "uuid" ? envelope.id?.toLowerCase() : envelope.id) ?? "";
  if (key.by === "keelson" ? !isUuid(id) : !parseId(key, id)) throw failure("not_found");
  return id;
}
