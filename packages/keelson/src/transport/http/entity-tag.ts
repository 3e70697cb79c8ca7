/** One entity tag of a conditional header. */
export interface EntityTag {
  readonly weak: boolean;
  /** Without quotes. */
  readonly opaque: string;
}

/** Commas that may stand before a tag, the tag, and the comma after it; elements may be empty (RFC 9110 section 5.6.1). */
const element = /[ \t,]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)|$)/y;

/** Parses `If-Match` or `If-None-Match`: tags, `*`, or undefined when the header is malformed. */
export function parseEntityTags(header: string): readonly EntityTag[] | "*" | undefined {
  if (header.trim() === "*") return "*";
  const tags: EntityTag[] = [];
  element.lastIndex = 0;
  while (element.lastIndex < header.length) {
    const match = element.exec(header);
    if (!match) return undefined;
    if (match[2] !== undefined) tags.push({ weak: match[1] !== undefined, opaque: match[2] });
  }
  return tags.length === 0 ? undefined : tags;
}

/** What a content coding adds to the tag of the content it was applied to. */
export const codingSuffixes = { zstd: "-zst", br: "-br", gzip: "-gz" } as const;

const suffixes: readonly string[] = ["", ...Object.values(codingSuffixes)];

/** Whether a tag names this content, in whatever coding it was sent. */
export const namesContent = (tag: string, etag: string): boolean =>
  tag.startsWith(etag) && suffixes.includes(tag.slice(etag.length));
