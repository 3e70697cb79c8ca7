/**
 * The rooms of `src`, outermost first. A file may import from its own room and from any room below it,
 * never from one above. A new folder takes its place here, once its place is decided.
 */
export const rooms = [
  "cli",
  "testing",
  "runtime",
  "transport",
  "contract",
  "operation",
  "identity",
  "limit",
  "cache",
  "queue",
  "integration",
  "outbound",
  "transfer",
  "data",
  "model",
  "client",
  "declare",
  "observe",
  "base",
] as const;

/** Inside `transport`, each folder is a door; doors see this one and not each other. */
export const sharedDoor = "http";

/** The package's public entry stands before all rooms. */
export const publicEntry = "index.ts";

/** Rooms that may read the environment; the others are given what they need. */
export const environmentReaders: readonly string[] = ["cli", "runtime"];

/** The rooms with a clock and randomness: base gives the others theirs, and the client runs where there is no base. */
export const clockRooms: readonly string[] = ["base", "client"];

/** The room that runs in other people's programs: it may know types of other rooms, and load nothing of them. */
export const detachedRoom = "client";

/** Names that say nothing, and so attract everything. */
export const emptyNames: readonly string[] = [
  "common",
  "helper",
  "helpers",
  "manager",
  "misc",
  "shared",
  "types",
  "util",
  "utils",
];

/** Past this, a file holds more than one thing. */
export const maxLines = 500;
