import { isIP, isIPv6 } from "node:net";

/** More proxies in a row than anybody has. */
const maxHops = 10;

/**
 * Reads what proxies are trusted: addresses and networks separated by commas, or a number of proxies.
 *
 * @returns what is wrong as a text, or the list or number
 */
export function readTrustedProxies(text: string): readonly string[] | number | { readonly wrong: string } {
  if (/^\d+$/.test(text.trim()))
    return Number(text) <= maxHops ? Number(text) : { wrong: `"${text}" is more than ${maxHops} proxies.` };
  const entries = text.split(",").map((part) => part.trim());
  const given = entries.filter((entry) => entry !== "");
  const wrong = given.find((entry) => !isAddressOrNetwork(entry));
  return wrong === undefined ? given : { wrong: `"${wrong}" is no address or network.` };
}

function isAddressOrNetwork(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  if (rest.length > 0 || isIP(address) === 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv6(address) ? 128 : 32));
}
