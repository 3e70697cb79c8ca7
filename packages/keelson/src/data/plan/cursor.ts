import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { SortKey } from "../../model/app-model.ts";
import { filterText } from "./filter-text.ts";
import { orderShape } from "./keyset.ts";
import type { FilterNode, PageRequest } from "./selection.ts";

/**
 * Cursors say where a list goes on. `kid.payload.mac`: the payload is readable, the MAC covers it and what
 * the cursor is bound to, so one made for another list, filter or order does not verify. A cursor carries no
 * authority: the rules are applied to every page anew.
 */
export interface CursorCodec {
  encode(place: CursorPlace, binding: CursorBinding): string;
  /** Undefined for everything but a living cursor of this binding. Never throws. */
  decode(token: string, binding: CursorBinding): CursorPlace | undefined;
}

/** The row to go on from, by its sort values, and the way to go. */
export interface CursorPlace {
  readonly direction: PageRequest["direction"];
  readonly position: readonly (string | null)[];
}

/** What a cursor is good for. The limit is not part of it: pages may change their size. */
export interface CursorBinding {
  readonly resource: string;
  readonly filter: FilterNode | undefined;
  readonly order: readonly SortKey[];
  /** The signature of the caller's view: others may not see what this one sorted by. */
  readonly view: string;
}

/** A signing key. `id` is part of every cursor: up to sixteen letters, digits, `_` or `-`. */
export interface CursorKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

export interface CursorOptions {
  /** The first signs; all verify, so that cursors outlive a rotation. */
  readonly keys: readonly [CursorKey, ...CursorKey[]];
  readonly clock: Pick<Clock, "now">;
  /** @defaultValue 3 days */
  readonly lifetimeSeconds?: number;
}

const version = 1;
const macBytes = 16;
const minSecretBytes = 16;
/** Far beyond five sort values of the longest sensible text; what is longer is not looked at. */
const maxTokenLength = 65_536;
const tokenPattern = /^([\w-]{1,16})\.([\w-]+)\.([\w-]{22})$/;
/** Clocks of two machines may differ by this much. */
const clockSkewSeconds = 60;

/** Makes the codec. @throws RangeError for keys that could not be used safely */
export function newCursorCodec(options: CursorOptions): CursorCodec {
  const { keys, clock, lifetimeSeconds = 3 * 24 * 3_600 } = options;
  const secrets = new Map(keys.map((key) => [key.id, secretOf(key)]));
  if (secrets.size < keys.length) throw new RangeError("two cursor keys have the same id");
  const [{ id: signingId }] = keys;
  const signingSecret = secretOf(keys[0]);
  const nowSeconds = () => Math.floor(clock.now() / 1_000);
  return {
    encode({ direction, position }, binding) {
      const payload = Buffer.from(
        JSON.stringify([version, direction === "forward" ? 1 : 0, nowSeconds(), position]),
      ).toString("base64url");
      const signed = `${signingId}.${payload}`;
      return `${signed}.${macOf(signingSecret, signed, binding)}`;
    },
    decode(token, binding) {
      const match = token.length <= maxTokenLength ? tokenPattern.exec(token) : null;
      const [, id = "", payload = "", mac = ""] = match ?? [];
      const secret = secrets.get(id);
      if (secret === undefined) return undefined;
      const expected = macOf(secret, `${id}.${payload}`, binding);
      // Texts are compared, not bytes: base64 has several spellings of the same bytes.
      if (!timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) return undefined;
      return placeOf(payload, nowSeconds(), lifetimeSeconds);
    },
  };
}

/** A key object signs five times as fast as bytes, which are set up anew for every MAC. */
function secretOf({ id, secret }: CursorKey): KeyObject {
  if (!/^[\w-]{1,16}$/.test(id)) throw new RangeError(`"${id}" is no id for a cursor key`);
  if (secret.byteLength < minSecretBytes) {
    throw new RangeError(`a cursor key needs at least ${minSecretBytes} bytes`);
  }
  return createSecretKey(secret);
}

function macOf(secret: KeyObject, signed: string, binding: CursorBinding): string {
  // No part contains a newline of its own: names are identifiers and the filter is JSON.
  const bound = `${binding.resource}\n${orderShape(binding.order)}\n${binding.view}\n${binding.filter ? filterText(binding.filter) : ""}`;
  const mac = createHmac("sha256", secret).update(`${signed}\n${bound}`).digest();
  return mac.toString("base64url", 0, macBytes);
}

/** Reads a payload that was verified; another version or an old one is no longer good. */
function placeOf(payload: string, nowSeconds: number, lifetimeSeconds: number): CursorPlace | undefined {
  const [made, forward, issuedAt, position] = JSON.parse(Buffer.from(payload, "base64url").toString()) as [
    number,
    number,
    number,
    (string | null)[],
  ];
  if (made !== version) return undefined;
  const ageSeconds = nowSeconds - issuedAt;
  if (ageSeconds > lifetimeSeconds || ageSeconds < -clockSkewSeconds) return undefined;
  return { direction: forward === 1 ? "forward" : "backward", position };
}
