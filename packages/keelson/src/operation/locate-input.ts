import type { Fault } from "../base/error.ts";
import { jsonPointer } from "../base/json-pointer.ts";

/** Where something is inside a value: member names and indexes from the outside in. */
export type Path = readonly (string | number)[];

/** Names a place for the caller: a pointer into the body, or a parameter. */
export type Locate = (path: Path) => Pick<Fault, "pointer" | "parameter">;

/** By JSON Pointer. */
export const locateByPointer: Locate = (path) => ({ pointer: jsonPointer(path) });

/** How many faults are told at most: enough to mend a form, too few to make an answer of. */
export const maxFaults = 50;
