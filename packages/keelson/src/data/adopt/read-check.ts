/** What a check over one column says, as far as a field can say it. */
export interface CheckMeaning {
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export const noMeaning: CheckMeaning = Object.freeze({});

/**
 * Reads a check as PostgreSQL prints it: `(price >= (0)::numeric)`, `((status)::text = ANY (…))`, also several
 * joined by AND. Undefined for what has another form.
 *
 * @param whole - whether values are whole numbers, so that "greater than 0" is "at least 1"
 */
export function readCheck(expression: string, column: string, whole: boolean): CheckMeaning | undefined {
  const text = simplified(expression, column);
  const parts = text.split(" AND ").map((part) => unwrapped(part));
  const read = parts.map((part) => readPart(part, whole));
  if (read.some((part) => part === undefined)) return undefined;
  return Object.assign({}, ...read) as CheckMeaning;
}

/** Casts and quotes go; the column becomes `$`. Text literals stay as they are. */
function simplified(expression: string, column: string): string {
  const quoted = `"${column.replaceAll('"', '""')}"`;
  return expression
    .split(/('(?:[^']|'')*')/)
    .map((piece, place) => {
      if (place % 2 === 1) return piece;
      return piece
        .replace(
          /::(?:"[^"]+"|[a-z_][\w.]*)(?: varying| precision| with(?:out)? time zone)?(?:\(\d+(?:,\d+)?\))?(?:\[\])?/g,
          "",
        )
        .replaceAll(quoted, "$")
        .replace(new RegExp(`(?<![\\w"])${escapeRegExp(column)}(?![\\w"(])`, "g"), "$$");
    })
    .join("")
    .replace(/\((\$|-?\d+(?:\.\d+)?|'(?:[^']|'')*')\)/g, (_all, inner: string, at: number, whole: string) =>
      /[a-z]$/i.test(whole.slice(0, at)) ? `(${inner})` : inner,
    );
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function unwrapped(part: string): string {
  let text = part.trim();
  for (;;) {
    const opens = text.split("(").length - text.split(")").length;
    if (opens > 0 && text.startsWith("(")) text = text.slice(1).trim();
    else if (opens < 0 && text.endsWith(")")) text = text.slice(0, -1).trim();
    else if (/^\([^()]*(?:\([^()]*\)[^()]*)*\)$/.test(text)) text = text.slice(1, -1).trim();
    else return text;
  }
}

function readPart(part: string, whole: boolean): CheckMeaning | undefined {
  const words = /^\$ = ANY \(+ARRAY\[(.*)\]\)+$/.exec(part)?.[1] ?? /^\$ = ('(?:[^']|'')*')$/.exec(part)?.[1];
  if (words !== undefined) return readWords(words);
  if (part === "$ IS NOT NULL") return {};
  const bound = /^(\$|(?:char_length|length|character_length)\(\$\)) (>=|>|<=|<) '?(-?\d+(?:\.\d+)?)'?$/.exec(
    part,
  );
  if (!bound) return undefined;
  const [, of = "", operator = "", literal = ""] = bound;
  const counts = whole || of !== "$";
  const strict = operator === ">" || operator === "<";
  // "Greater than" has no least value where there are fractions.
  if (strict && !counts) return undefined;
  const least = operator.startsWith(">");
  const value = Number(literal) + (strict ? (least ? 1 : -1) : 0);
  if (!Number.isSafeInteger(value) && counts) return undefined;
  if (of === "$") return least ? { min: value } : { max: value };
  return least ? { minLength: Math.max(0, value) } : { maxLength: value };
}

function readWords(list: string): CheckMeaning | undefined {
  const words = [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, word = ""]) => word.replaceAll("''", "'"));
  const rest = list.replace(/'((?:[^']|'')*)'/g, "").replace(/[\s,()]/g, "");
  const usable =
    words.length > 0 && rest === "" && !words.includes("") && new Set(words).size === words.length;
  return usable ? { choices: words } : undefined;
}
