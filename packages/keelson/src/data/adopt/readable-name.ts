/** The words of a name, however it is written: `tbl_OrderLines`, `Order Lines`, `XMLImport`. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

/** lowerCamelCase; `fallback` where no letter is left, or in front of a number. */
export function camelCaseOf(words: readonly string[], fallback: string): string {
  const [first = "", ...rest] = words;
  const start = /^[a-z]/.test(first) ? first : `${fallback}${capitalised(first)}`;
  const name = start + rest.map(capitalised).join("");
  return name === "" ? fallback : name.slice(0, maxLength);
}

/** Room for suffixes within the 63 bytes that names may have. */
const maxLength = 48;

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const irregular: Readonly<Record<string, string>> = {
  people: "person",
  children: "child",
  men: "man",
  women: "woman",
  mice: "mouse",
  feet: "foot",
  teeth: "tooth",
  geese: "goose",
  data: "data",
  news: "news",
  series: "series",
  species: "species",
  movies: "movie",
  cookies: "cookie",
  ties: "tie",
  criteria: "criterion",
  indices: "index",
  matrices: "matrix",
  vertices: "vertex",
};

/** The English singular of a lower-case word; the word itself where it looks like one. */
export function singularOf(word: string): string {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined;
  if (known !== undefined) return known;
  if (/(ss|us|is|as|os)$/.test(word)) return word;
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(sses|shes|ches|xes|zes|uses)$/.test(word)) return word.slice(0, -2);
  return /[a-z]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}

/** A name that is not taken yet: with a number behind it where it is. Takes it. */
export function claim(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}${count}`;
  taken.add(name);
  return name;
}
