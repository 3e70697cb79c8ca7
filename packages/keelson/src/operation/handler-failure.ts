import { type Fault, KeelsonError } from "../base/error.ts";

/**
 * What a handler ended with, as its caller is told. Faults of the handler's own writes point into what it wrote; they
 * keep the pointer where the caller has sent a member of that place, and name the member where not.
 */
export function handlerFailure(thrown: unknown, input: unknown): unknown {
  if (!(thrown instanceof KeelsonError) || !thrown.errors.some(isForeign(input))) return thrown;
  const { detail, members, headers, cause } = thrown;
  return new KeelsonError(thrown.code, thrown, {
    ...(detail === undefined ? {} : { detail }),
    errors: thrown.errors.map((fault) => (isForeign(input)(fault) ? withoutPlace(fault) : fault)),
    members,
    headers,
    cause,
  });
}

const isForeign =
  (input: unknown) =>
  ({ pointer }: Fault): boolean =>
    pointer !== undefined && !isSent(input, segmentsOf(pointer));

const segmentsOf = (pointer: string): readonly string[] =>
  decodeURIComponent(pointer.slice(1))
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));

function isSent(input: unknown, segments: readonly string[]): boolean {
  let here = input;
  for (const segment of segments) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, segment)) return false;
    here = (here as Readonly<Record<string, unknown>>)[segment];
  }
  return segments.length > 0;
}

const withoutPlace = ({ pointer = "", code, detail }: Fault): Fault => ({
  code,
  detail: `${segmentsOf(pointer).join(".")}: ${detail}`,
});
