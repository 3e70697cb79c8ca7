import { BlockList, isIP } from "node:net";
import { clientAddress } from "../base/client-address.ts";

/** IPv4 that is not for everybody (IANA's special-purpose registry, RFC 6890), or answers with credentials. */
const barred4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  // The address at which machines in Azure find their host, which is a public one.
  ["168.63.129.16", 32],
] as const;

/** Parts of 2000::/3 that lead elsewhere: documentation, benchmarks, and tunnels with an IPv4 address inside. */
const barred6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
] as const;

const barred = new BlockList();
for (const [network, prefix] of barred4) barred.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of barred6) barred.addSubnet(network, prefix, "ipv6");

/** All other IPv6 is private, local, multicast, a translation (64:ff9b::/96), or not given out. */
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");

/** Whether a literal address is one of the public internet. An IPv4-mapped one counts as what it stands for. */
export function isPublicAddress(text: string): boolean {
  // A zone names an interface of this machine.
  if (isIP(text) === 0 || text.includes("%")) return false;
  const address = clientAddress(text)?.text;
  if (address === undefined) return false;
  if (isIP(address) === 4) return !barred.check(address, "ipv4");
  return global6.check(address, "ipv6") && !barred.check(address, "ipv6");
}
