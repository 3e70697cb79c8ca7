import { isIP } from "node:net";
import { err, ok, type Result } from "../base/result.ts";
import { isPublicAddress } from "./public-address.ts";

/** What URLs from outside may be like. */
export interface UrlRules {
  /** Schemes with their colon. @defaultValue https: alone */
  readonly protocols?: readonly string[];
  /** @defaultValue the scheme's own, 443 and 80 */
  readonly ports?: readonly number[];
  /** Which literal addresses are allowed. @defaultValue {@link isPublicAddress} */
  readonly allows?: (address: string) => boolean;
}

/** Names that lead to the machine itself or its neighbours wherever they are asked for (RFC 6761, RFC 6762, RFC 8375, RFC 9476). */
const localNames = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|alt|test|invalid|onion)$/;

/**
 * Looks at a URL that came with data, e.g. where a webhook is to be sent, as far as that goes without asking for
 * addresses. Addresses in any of their spellings (`0x7f.1`, `2130706433`, `[::ffff:10.0.0.1]`) are read as URL parsers
 * read them. To be done when it is saved and again when it is used; {@link guardedLookup} looks at what names lead to.
 *
 * @returns the URL, or why not
 */
export function vetUrl(text: string, rules: UrlRules = {}): Result<URL, string> {
  const { protocols = ["https:"], allows = isPublicAddress } = rules;
  if (!URL.canParse(text)) return err("is not an absolute URL");
  const url = new URL(text);
  if (!protocols.includes(url.protocol))
    return err(`must begin with ${protocols.map((each) => `${each}//`).join(" or ")}`);
  if (url.username !== "" || url.password !== "") return err("must not have a user or password in it");
  if (url.port !== "" && !(rules.ports ?? []).includes(Number(url.port)))
    return err("must not name another port");
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return allows(host) ? ok(url) : err("leads to no public address");
  if (!host.includes(".") || localNames.test(host)) return err("leads to no public name");
  return ok(url);
}
