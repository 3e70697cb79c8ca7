/**
 * The elements of a JSON array as texts, exactly as they stand there: what only passes through is not parsed, so that
 * no number is printed differently. The array is one that Keelson has printed itself: objects, without spaces between.
 */
export function splitArray(text: string): readonly string[] {
  const elements: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 1; at < text.length - 1; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    else if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) depth -= 1;
    else if (code === comma && depth === 0) {
      elements.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (start < text.length - 1) elements.push(text.slice(start, -1));
  return elements;
}

const quote = 34;
const comma = 44;
const backslash = 92;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** Where the closing quote of a text stands: one that an even number of backslashes precedes. */
function endOfText(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); ; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === backslash) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
}
