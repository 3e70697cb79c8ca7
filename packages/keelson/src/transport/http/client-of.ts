import type { IncomingMessage } from "node:http";
import { BlockList, isIPv6, type Socket } from "node:net";
import { type ClientAddress, clientAddress } from "../../base/client-address.ts";
import { forwardedFor } from "./forwarded-for.ts";

/** The proxies whose word on where a request came from is taken. */
export interface TrustedProxies {
  /** Addresses and networks (`10.0.0.0/8`), or how many proxies every request has passed. */
  readonly trust: readonly string[] | number;
  /** The one field that they write; the other could come from anybody. */
  readonly header: "x-forwarded-for" | "forwarded";
}

/** Finds out where a request came from; undefined where the connection has no address. */
export type ClientOf = (incoming: IncomingMessage) => ClientAddress | undefined;

/**
 * Without proxies the client is who holds the connection. Behind trusted ones the field is read from its end, where
 * the nearest proxy has written, through those that are trusted: the first that is not is the client. What lies
 * before could have been sent by the client itself and is never looked at.
 */
export function newClientOf(proxies: TrustedProxies | undefined): ClientOf {
  const known = new WeakMap<Socket, ClientAddress>();
  const peerOf = ({ socket }: IncomingMessage): ClientAddress | undefined => {
    const before = known.get(socket);
    if (before !== undefined) return before;
    const found = socket.remoteAddress === undefined ? undefined : clientAddress(socket.remoteAddress);
    if (found !== undefined) known.set(socket, found);
    return found;
  };
  if (proxies === undefined || proxies.trust === 0) return peerOf;
  const { trust, header } = proxies;
  if (typeof trust === "number")
    return (incoming) => {
      const hops = forwardedFor(incoming.headers[header], header);
      // Fewer than proxies: one of them was passed by, or has said nothing that could be read.
      return hops[Math.max(0, hops.length - trust)] ?? peerOf(incoming);
    };
  const isTrusted = newTrust(trust);
  return (incoming) => {
    let client = peerOf(incoming);
    if (client === undefined || !isTrusted(client)) return client;
    const hops = forwardedFor(incoming.headers[header], header);
    for (let index = hops.length - 1; index >= 0 && isTrusted(client); index -= 1)
      client = hops[index] as ClientAddress;
    return client;
  };
}

function newTrust(trust: readonly string[]): (client: ClientAddress) => boolean {
  const list = new BlockList();
  for (const entry of trust) {
    const [address = "", prefix] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return ({ text }) => list.check(text, isIPv6(text) ? "ipv6" : "ipv4");
}
