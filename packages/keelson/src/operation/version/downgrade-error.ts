import { type Fault, KeelsonError } from "../../base/error.ts";
import { jsonPointer } from "../../base/json-pointer.ts";
import type { OperationModel, VersionModel } from "../../model/app-model.ts";
import type { PartModel } from "../../model/version/part-model.ts";
import { inputPart } from "./upgrade-input.ts";

/** An error in the words of an older version: pointers, parameters, and names in quotation marks. */
export function downgradeError(
  version: VersionModel,
  operation: OperationModel,
  error: KeelsonError,
): KeelsonError {
  const part = inputPart(version, operation);
  if (!part || error.errors.length === 0) return error;
  const errors = error.errors.map((fault) => downgradeFault(part, fault));
  const { detail, members, headers, cause } = error;
  return new KeelsonError(error.code, error, {
    ...(detail === undefined ? {} : { detail: quotedThen(part, detail) }),
    errors: [...new Map(errors.map((fault) => [JSON.stringify(fault), fault])).values()],
    members,
    headers,
    cause,
  });
}

function downgradeFault(part: PartModel, fault: Fault): Fault {
  const { pointer, parameter, detail } = fault;
  const path = parameter ?? "";
  return {
    ...fault,
    ...(pointer?.startsWith("#/") ? { pointer: jsonPointer(pathThen(part, segmentsOf(pointer))) } : {}),
    ...(parameter === undefined ? {} : { parameter: pathThen(part, [path]).join(".") }),
    detail: quotedThen(part, detail),
  };
}

const segmentsOf = (pointer: string): readonly string[] =>
  pointer
    .slice(2)
    .split("/")
    .map((segment) => decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~"));

/** Where a place of now was then. Positions in lists stand between names, and stay. */
function pathThen({ steps }: Pick<PartModel, "steps">, path: readonly string[]): readonly string[] {
  let segments = path;
  for (const { change } of steps.toReversed()) {
    if (change.kind === "renamed" || change.kind === "moved")
      segments = withPrefix(segments, change.to, change.from) ?? segments;
    else if (change.kind === "split") {
      const now = change.into.map((part) => withPrefix(segments, part, change.from)).find(Boolean);
      segments = now ?? segments;
    }
  }
  return segments;
}

/** The path with another beginning, when it begins like that. */
function withPrefix(segments: readonly string[], now: string, then: string): readonly string[] | undefined {
  const names = now.split(".");
  const positions: string[] = [];
  let at = 0;
  for (const name of names) {
    if (at > 0 && /^\d+$/.test(segments[at] ?? "") && segments[at] !== name) {
      positions.push(segments[at] ?? "");
      at += 1;
    }
    if (segments[at] !== name) return undefined;
    at += 1;
  }
  const before = then.split(".");
  const last = before.pop() ?? "";
  const parent = before.flatMap((name, index) => {
    const position = positions[index];
    return position === undefined ? [name] : [name, position];
  });
  return [...parent, last, ...segments.slice(at)];
}

/** Names that a message quotes; what looks like one of ours and is none is left alone. */
function quotedThen(part: PartModel, text: string): string {
  return text.replace(
    /"([A-Za-z][\w.]*)"/g,
    (_found, name: string) => `"${pathThen(part, name.split(".")).join(".")}"`,
  );
}
