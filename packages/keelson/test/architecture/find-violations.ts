import { posix } from "node:path";
import { findCycles } from "./find-cycles.ts";
import type { AmbientUse, Import, SourceFile } from "./read-source.ts";
import {
  clockRooms,
  detachedRoom,
  emptyNames,
  environmentReaders,
  maxLines,
  publicEntry,
  rooms,
  sharedDoor,
} from "./rooms.ts";

/** Everything wrong with the house, each as one line that says where, what and what to do instead. */
export function findViolations(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, targetsOf(file)]));
  return [
    ...files.flatMap((file) => [
      ...placeViolations(file),
      ...file.imports.flatMap((item) => importViolations(file, item)),
      ...file.ambient.flatMap((use) => ambientViolations(file, use)),
    ]),
    ...findCycles(graph).map(
      (cycle) =>
        `${cycle.join(" → ")}: a cycle of imports. Move what they share into a file that imports none of them.`,
    ),
  ];
}

function placeViolations({ path, lines }: SourceFile): string[] {
  const found: string[] = [];
  const room = roomOf(path);
  if (path !== publicEntry && !isRoom(room)) {
    found.push(
      `${path}: "${room}" is no room. Move the file into one, or give the new room its place in rooms.ts.`,
    );
  }
  const empty = path
    .replace(/\.ts$/, "")
    .split("/")
    .find((word) => emptyNames.includes(word));
  if (empty) found.push(`${path}: "${empty}" names nothing. Name the file after its main export.`);
  if (lines > maxLines) {
    found.push(`${path}: ${lines} lines, over ${maxLines}. Split it by what its parts are about.`);
  }
  return found;
}

function importViolations(file: SourceFile, { specifier, line, typeOnly }: Import): string[] {
  const where = `${file.path}:${line}`;
  if (roomOf(file.path) === detachedRoom && !typeOnly) {
    const target = targetOf(file.path, specifier);
    if (target === undefined || roomOf(target) !== detachedRoom) {
      return [
        `${where} loads "${specifier}", and ${detachedRoom} runs where there is nothing else. Import types alone, or write it there.`,
      ];
    }
  }
  if (/^(keelson(\/|$)|#)/.test(specifier)) {
    return [`${where} imports "${specifier}", its own package. Import the file by its relative path.`];
  }
  const target = targetOf(file.path, specifier);
  if (target === undefined) return [];
  if (target.startsWith("../")) {
    return [
      `${where} imports "${specifier}", which leaves the source folder and is not in the published package.`,
    ];
  }
  if (file.path === publicEntry) return [];
  if (target === publicEntry) {
    return [`${where} imports the public entry. Import the file that declares what it needs.`];
  }
  return [...arrowViolations(file.path, target, where), ...doorViolations(file.path, target, where)];
}

function arrowViolations(from: string, to: string, where: string): string[] {
  const [above, below] = [roomOf(from), roomOf(to)];
  if (!isRoom(above) || !isRoom(below) || rooms.indexOf(above) <= rooms.indexOf(below)) return [];
  return [
    `${where} imports ${to}, upwards from ${above} to ${below}. ` +
      `Move what it needs down to ${above} or below, or have ${below} pass it in.`,
  ];
}

function doorViolations(from: string, to: string, where: string): string[] {
  const [own, other] = [doorOf(from), doorOf(to)];
  if (own === undefined || other === undefined || own === other || other === sharedDoor) return [];
  return [
    `${where} imports ${to}: the door ${own} looks into the door ${other}. ` +
      `Move what both need into transport/${sharedDoor}, or below transport if it is not about HTTP.`,
  ];
}

function ambientViolations({ path }: SourceFile, { what, code, line }: AmbientUse): string[] {
  const room = roomOf(path);
  if (what === "environment") {
    if (environmentReaders.includes(room)) return [];
    return [
      `${path}:${line} reads the environment (${code}). Read it in runtime's configuration and pass the value in.`,
    ];
  }
  if (clockRooms.includes(room)) return [];
  return [`${path}:${line} uses ambient ${what} (${code}). Take a Clock or NewId from base as an argument.`];
}

function targetsOf(file: SourceFile): string[] {
  return file.imports.flatMap(({ specifier }) => targetOf(file.path, specifier) ?? []);
}

/** The imported file, relative to the source folder; undefined for a package. */
function targetOf(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : undefined;
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function isRoom(name: string): name is (typeof rooms)[number] {
  return (rooms as readonly string[]).includes(name);
}

/** The door a file belongs to; undefined outside transport and for files that lie directly in it. */
function doorOf(path: string): string | undefined {
  const [room, door, ...rest] = path.split("/");
  return room === "transport" && rest.length > 0 ? door : undefined;
}
