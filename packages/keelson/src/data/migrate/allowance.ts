import type { Diagnostic } from "../../base/diagnostic.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { SqlParser } from "./parse-sql.ts";
import { type RuleName, ruleCatalogue, ruleNames } from "./rules/rule-catalogue.ts";
import type { SourceText } from "./source-text.ts";
import type { MigrationStatement } from "./split-migration.ts";

/** `-- keelson: allow <rule> because <reason>`, written on a line before a statement. */
export interface Allowance {
  readonly rule: RuleName;
  readonly reason: string;
  /** Index of the statement it belongs to. */
  readonly statement: number;
  /** Byte of the comment. */
  readonly at: number;
}

export interface Allowances {
  readonly list: readonly Allowance[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Directive {
  /** What follows `keelson:`. */
  readonly text: string;
  readonly at: number;
  /** The statement it stands before, or undefined where it stands before none. */
  readonly statement: number | undefined;
}

const form = "-- keelson: allow <rule> because <reason>";

/** Finds the acknowledgements; comments are found by PostgreSQL's scanner, so strings are never taken for one. */
export function readAllowances(
  source: SourceText,
  bodyStart: number,
  statements: readonly MigrationStatement[],
  parser: SqlParser,
): Allowances {
  const list: Allowance[] = [];
  const diagnostics: Diagnostic[] = [];
  if (!mentionsKeelson(source.text)) return { list, diagnostics };
  for (const directive of directives(source, bodyStart, statements, parser)) {
    const read = readDirective(directive, source);
    if ("code" in read) diagnostics.push(read);
    else list.push(read);
  }
  return { list, diagnostics };
}

/** The warning for an acknowledgement that nothing needed. */
export function unusedAllowance({ rule, at }: Allowance, source: SourceText): Diagnostic {
  return {
    code: "allowance-unused",
    severity: "warning",
    where: source.where(source.at(at)),
    what: `The statement below does nothing that "${rule}" reports.`,
    instead: "Remove the comment, so that it cannot excuse a later edit.",
  };
}

function mentionsKeelson(text: string): boolean {
  return /keelson[ \t]*:/i.test(text);
}

/** Only the stretches that mention Keelson are scanned: tokens of a large file cost more than its tree. */
function* directives(
  source: SourceText,
  bodyStart: number,
  statements: readonly MigrationStatement[],
  parser: SqlParser,
): Iterable<Directive> {
  let gapStart = bodyStart;
  for (const { index, start, end, text } of statements) {
    const gap = source.slice(gapStart, start);
    for (const comment of comments(gap, parser)) {
      // On the line where the statement before it ends, a reader would take it for that one's.
      const trailing = index > 0 && !source.slice(gapStart, gapStart + comment.at).includes("\n");
      yield { ...comment, at: gapStart + comment.at, statement: trailing ? undefined : index };
    }
    for (const comment of comments(text, parser))
      yield { ...comment, at: start + comment.at, statement: undefined };
    gapStart = end;
  }
  for (const comment of comments(source.slice(gapStart, source.byteLength), parser)) {
    yield { ...comment, at: gapStart + comment.at, statement: undefined };
  }
}

function comments(sql: string, parser: SqlParser): { text: string; at: number }[] {
  if (!mentionsKeelson(sql)) return [];
  return parser.scan(sql).flatMap(({ tokenName, text, start }) => {
    const directive = tokenName === "SQL_COMMENT" ? /^--[ \t]*keelson[ \t]*:(.*)$/is.exec(text) : null;
    return directive === null ? [] : [{ text: (directive[1] ?? "").trim(), at: start }];
  });
}

function readDirective({ text, at, statement }: Directive, source: SourceText): Allowance | Diagnostic {
  const wrong = (what: string, instead: string): Diagnostic => ({
    code: "allowance",
    severity: "error",
    where: source.where(source.at(at)),
    what,
    instead,
  });
  const [verb = "", rule = "", ...rest] = text.split(/\s+/);
  if (verb !== "allow") {
    const guess = didYouMean(verb, ["allow"]);
    return wrong(`"${verb}" is nothing that can be said to Keelson here.${guess}`, `Write "${form}".`);
  }
  if (!isRule(rule)) {
    return wrong(
      rule === ""
        ? "The comment names no rule."
        : `There is no rule "${rule}".${didYouMean(rule, ruleNames)}`,
      `Write "${form}" with the name that the finding shows.`,
    );
  }
  const [because, ...words] = rest;
  if (because !== "because" || words.length === 0) {
    return wrong(
      `The comment gives no reason for allowing "${rule}".`,
      `Write "-- keelson: allow ${rule} because …", with what makes it safe here.`,
    );
  }
  if (statement === undefined) {
    return wrong(
      "The comment stands inside or behind a statement, where it belongs to none.",
      "Put it on a line of its own before the statement that it is about.",
    );
  }
  return { rule, reason: words.join(" "), statement, at };
}

function isRule(name: string): name is RuleName {
  return Object.hasOwn(ruleCatalogue, name);
}
