/** A JSON Pointer in URI-fragment form (RFC 6901 section 6) from member names and indexes. */
export const jsonPointer = (path: readonly (string | number)[]): string =>
  `#${path.map((segment) => `/${encodeSegment(String(segment))}`).join("")}`;

// Lone surrogates have no encoding; what is pointed at is refused anyway.
const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment.toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")).replace(
    allowedInFragments,
    decodeURIComponent,
  );

const allowedInFragments = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;
