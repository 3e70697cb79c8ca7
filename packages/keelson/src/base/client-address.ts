import { isIPv4, isIPv6 } from "node:net";

/** Where a call came from. */
export interface ClientAddress {
  /** The address in its one canonical form (RFC 5952), an IPv4-mapped one as IPv4. */
  readonly text: string;
  /** What counts as one address: the IPv4 address, or the network of 64 bits that a household or server has. */
  readonly block: string;
}

/** Reads an address; undefined where the text is none. A zone (`%eth0`) is left out. */
export function clientAddress(text: string): ClientAddress | undefined {
  if (isIPv4(text)) return Object.freeze({ text, block: text });
  const [bare = ""] = text.split("%", 1);
  if (!isIPv6(bare)) return undefined;
  const groups = groupsOf(bare);
  const mapped = mappedAddress(groups);
  if (mapped !== undefined) return Object.freeze({ text: mapped, block: mapped });
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return Object.freeze({ text: canonical(groups), block: `${network.join(":")}::/64` });
}

/** The eight groups of an IPv6 address that is known to be well-formed. */
function groupsOf(text: string): readonly number[] {
  const [head = "", tail] = text.split("::");
  const before = partsOf(head);
  const after = partsOf(tail ?? "");
  return [...before, ...new Array(8 - before.length - after.length).fill(0), ...after];
}

const partsOf = (text: string): readonly number[] =>
  text === ""
    ? []
    : text.split(":").flatMap((part) => (part.includes(".") ? pairOf(part) : [Number.parseInt(part, 16)]));

/** The last 32 bits may be written as IPv4. */
function pairOf(dotted: string): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** `::ffff:a.b.c.d`: how a socket for both families shows IPv4. */
function mappedAddress(groups: readonly number[]): string | undefined {
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function canonical(groups: readonly number[]): string {
  const texts = groups.map((group) => group.toString(16));
  let start = 0;
  let length = 1;
  for (let from = 0; from < 8; from += 1) {
    let to = from;
    while (to < 8 && groups[to] === 0) to += 1;
    if (to - from > length) [start, length] = [from, to - from];
  }
  if (length === 1) return texts.join(":");
  return `${texts.slice(0, start).join(":")}::${texts.slice(start + length).join(":")}`;
}
