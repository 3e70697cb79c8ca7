import { everyone } from "../../../src/declare/access.ts";
import { type BackendOptions, backend } from "../../../src/declare/backend.ts";
import { choice, object, text } from "../../../src/declare/field.ts";
import { command } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import {
  addedRequired,
  choicesChanged,
  moved,
  removed,
  renamed,
  split,
  type VersionChange,
  version,
} from "../../../src/declare/version.ts";
import { untyped, type WrongDeclarations } from "./wrong.ts";

const person = resource("person", {
  fields: {
    givenName: text({ max: 20 }),
    familyName: text({ max: 20 }),
    status: choice("active", "retired"),
    home: object({ city: text() }),
  },
  access: { read: everyone, create: everyone },
});
const stranger = resource("stranger", { fields: { name: text() }, access: { read: everyone } });
const greet = command(person, "greet", { input: { words: text() }, access: everyone, run: () => {} });

const withVersions = (versions: unknown, rest: Partial<BackendOptions> = {}) =>
  backend({
    name: "people",
    resources: [person],
    commands: [greet],
    versions: untyped(versions),
    ...rest,
  });
const changing = (...changes: readonly VersionChange[]) =>
  withVersions([version("2026-01-01", []), version("2026-06-01", changes)]);

const parts = ["givenName", "familyName"] as const;
const split2 = (options: object) =>
  changing(
    split(person, "name", parts, {
      was: text({ max: 40 }),
      up: (name: string) => ({ givenName: name.split(" ")[0] ?? "", familyName: name.split(" ")[1] ?? "" }),
      down: ({ givenName, familyName }) => `${givenName} ${familyName}`,
      examples: ["Ada Lovelace"],
      ...untyped(options),
    }),
  );

export const wrongVersions: WrongDeclarations = {
  "versions that are no list": () => withVersions("2026-01-01"),
  "a version that is a date": () => withVersions(["2026-01-01"]),
  "a day that does not exist": () => withVersions([version("2026-02-30", [])]),
  "dates out of order": () => withVersions([version("2026-06-01", []), version("2026-01-01", [])]),
  "changes of the first version": () =>
    withVersions([version("2026-01-01", [renamed(person, "a", "status")])]),
  "the newest version deprecated": () =>
    withVersions([version("2026-01-01", [], { deprecated: "2027-01-01" })]),
  "a sunset before the deprecation": () =>
    withVersions([
      version("2026-01-01", [], { deprecated: "2027-01-01", sunset: "2026-12-01" }),
      version("2026-06-01", []),
    ]),
  "a sunset without a deprecation": () =>
    withVersions([version("2026-01-01", [], { sunset: "2026-12-01" }), version("2026-06-01", [])]),
  "a link that leads nowhere": () =>
    withVersions([
      version("2026-01-01", [], { deprecated: "2027-01-01", link: "ftp://x" }),
      version("2026-06-01", []),
    ]),
  "versioning without versions": () => withVersions(undefined, { versioning: { pin: false } }),
  "a header that is none": () =>
    withVersions([version("2026-01-01", [])], { versioning: { header: "API Version" } }),
  "a change that is none": () => changing(untyped({ kind: "renamd" })),
  "a change of nothing": () => changing(renamed(untyped(undefined), "a", "b")),
  "a resource of another back end": () => changing(renamed(stranger, "title", "name")),
  "a field that is not there": () => changing(renamed(person, "state", "statsu")),
  "a member that is not there": () => changing(renamed(greet, "text", "wrds")),
  "a field of every record": () => changing(renamed(person, "made", "createdAt")),
  "an old name that is taken": () => changing(renamed(person, "familyName", "givenName")),
  "a new name that a later version has changed again": () =>
    withVersions([
      version("2026-01-01", []),
      version("2026-03-01", [renamed(person, "a", "status")]),
      version("2026-06-01", [renamed(person, "state", "status")]),
    ]),
  "a rename into another object": () => changing(renamed(person, "city", "home.city")),
  "a move to where it is": () => changing(moved(person, "state", "status")),
  "a split without examples": () => split2({ examples: [] }),
  "a split that loses something": () => split2({ examples: ["Ada Lovelace", "Plato"] }),
  "a split that loses what no example shows": () => split2({}),
  "a split that forgets a part": () => split2({ up: () => ({ givenName: "x" }) }),
  "a split whose part does not fit": () => split2({ up: () => ({ givenName: 1, familyName: "x" }) }),
  "a split that throws": () =>
    split2({
      up: () => {
        throw new Error("no space");
      },
    }),
  "an addition without a value": () => changing(addedRequired(person, "status", untyped({}))),
  "an addition with a value that does not fit": () =>
    changing(addedRequired(person, "status", { value: "gone" })),
  "a removal with a value that does not fit": () => changing(removed(person, "age", { was: text() })),
  "a removal that loses what is written": () => changing(removed(person, "nick", { was: text().optional() })),
  "other words for what is no choice": () => changing(choicesChanged(person, "familyName", { was: ["a"] })),
  "an old word that leads nowhere": () =>
    changing(choicesChanged(person, "status", { was: ["active", "retired", "gone"] })),
  "a new word that older callers cannot see": () =>
    changing(choicesChanged(person, "status", { was: ["active"] })),
  "words that do not lead back": () =>
    changing(
      choicesChanged(person, "status", {
        was: ["active", "off", "away"],
        up: { off: "retired", away: "retired" },
        down: { retired: "off" },
      }),
    ),
};
