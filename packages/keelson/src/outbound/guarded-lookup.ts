import { type LookupAddress, lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

/** A name, or an address, that a URL from outside must not lead to. */
class BarredAddressError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BarredAddressError";
  }
}

const resolveAll: Resolve = (name) =>
  new Promise((resolve, reject) => {
    systemLookup(name, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

/**
 * Addresses of a name, once, for the connection that is made right then: what was looked at is what is connected to,
 * so a name that changes its mind between the two gains nothing. One address that is not public bars the name, since
 * nobody honest mixes them.
 *
 * @param allows - whether an address may be connected to
 */
export function guardedLookup(
  allows: (address: string) => boolean = isPublicAddress,
  resolve: Resolve = resolveAll,
): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const wanted = options.family === 4 || options.family === 6 ? options.family : undefined;
        const fitting = addresses.filter(({ family }) => wanted === undefined || family === wanted);
        const [first] = fitting;
        if (!first || addresses.some(({ address }) => !allows(address)))
          return callback(new BarredAddressError("the name leads to no public address"), "");
        if (options.all) callback(null, [...fitting]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };
}
