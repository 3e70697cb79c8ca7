import { type ClientAddress, clientAddress } from "../../base/client-address.ts";

/** More proxies than any request passes; a longer field is somebody's attempt to keep us busy. */
const maxHops = 32;
const maxLength = 4_096;

/**
 * The addresses of `X-Forwarded-For`, or of the `for` parameters of `Forwarded` (RFC 7239), in their order. Read
 * from the end, up to what is no address: what lies before that has passed somebody who does not tell, so that
 * nothing in it can be relied on.
 */
export function forwardedFor(
  value: string | readonly string[] | undefined,
  header: "x-forwarded-for" | "forwarded",
): readonly ClientAddress[] {
  if (value === undefined) return none;
  const text = typeof value === "string" ? value : value.join(",");
  if (text.length > maxLength) return none;
  const hops: ClientAddress[] = [];
  for (const element of text.split(",").slice(-maxHops).reverse()) {
    const node = header === "forwarded" ? forParameter(element) : element.trim();
    const address = node === undefined ? undefined : addressOf(node);
    if (address === undefined) break;
    hops.push(address);
  }
  return hops.reverse();
}

const none: readonly ClientAddress[] = Object.freeze([]);

function forParameter(element: string): string | undefined {
  for (const pair of element.split(";")) {
    const [, name = "", quoted, token] = /^\s*([A-Za-z]+)=(?:"([^"\\]*)"|([^"\s]+))\s*$/.exec(pair) ?? [];
    if (name.toLowerCase() === "for") return quoted ?? token;
  }
  return undefined;
}

/** With or without a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`; `unknown` and hidden names are no addresses. */
function addressOf(node: string): ClientAddress | undefined {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(node) ?? [];
  if (bracketed !== undefined) return clientAddress(bracketed);
  const [, ipv4] = /^([\d.]+):\d{1,5}$/.exec(node) ?? [];
  return clientAddress(ipv4 ?? node);
}
