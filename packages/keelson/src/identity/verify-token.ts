import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  importJWK,
  importSPKI,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import { type Caller, user } from "../base/caller.ts";
import type { Clock } from "../base/clock.ts";
import { failure, type KeelsonError } from "../base/error.ts";
import type { Issuer } from "../declare/backend.ts";

/** Checks an access token and says who the caller is; throws `invalid_token`. */
export type VerifyToken = (token: string) => Caller | Promise<Caller>;

export interface VerifierOptions {
  readonly issuers: readonly Issuer[];
  readonly clock: Clock;
}

/** Longer tokens are refused before any work is done on them. */
const maxTokenLength = 8_192;
/** Asymmetric algorithms only: with a shared secret every verifier could mint tokens. */
const defaultAlgorithms = ["ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"];
const clockToleranceSeconds = 5;
/** How many verified tokens are remembered, and for how long at most. */
const maxRemembered = 5_000;
const rememberMs = 60_000;

interface Remembered {
  readonly caller: Caller;
  readonly untilMs: number;
}

/**
 * Verifies access tokens after RFC 8725: issuer, audience, expiry and a fixed set of algorithms per issuer;
 * keys come from the configuration, never from the token. A verified token is remembered for at most a
 * minute and never past its expiry, since a signature does not change between two requests.
 */
export function newTokenVerifier(options: VerifierOptions): VerifyToken {
  const issuers = new Map(options.issuers.map((issuer) => [issuer.issuer, { issuer, key: lazyKey(issuer) }]));
  const remembered = new Map<string, Remembered>();
  const verify = async (token: string): Promise<Caller> => {
    const { caller, expiresMs } = await verifySigned(token, issuers, options.clock);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(token, { caller, untilMs: Math.min(expiresMs, options.clock.now() + rememberMs) });
    return caller;
  };
  return (token) => {
    const known = remembered.get(token);
    if (known && known.untilMs > options.clock.now()) return known.caller;
    return verify(token);
  };
}

type Issuers = ReadonlyMap<string, { readonly issuer: Issuer; readonly key: () => Promise<JWTVerifyGetKey> }>;

async function verifySigned(
  token: string,
  issuers: Issuers,
  clock: Clock,
): Promise<{ readonly caller: Caller; readonly expiresMs: number }> {
  if (token.length > maxTokenLength) throw refused("it is too long");
  const known = issuers.get(issuerOf(token));
  if (!known) throw refused("its issuer is not known here");
  const { issuer } = known;
  try {
    const { payload } = await jwtVerify(token, await known.key(), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: [...(issuer.algorithms ?? defaultAlgorithms)],
      requiredClaims: ["sub", "exp"],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(clock.now()),
    });
    return { caller: callerOf(payload, issuer), expiresMs: (payload.exp ?? 0) * 1_000 };
  } catch (error) {
    throw explain(error);
  }
}

/** Read before verification only to choose the keys; `jwtVerify` checks it again. */
function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? "";
  } catch {
    throw refused("it is not a JWT");
  }
}

function callerOf(payload: JWTPayload, issuer: Issuer): Caller {
  if (typeof payload.sub !== "string" || payload.sub === "") throw refused('its claim "sub" is not a text');
  const roles = claimAt(payload, issuer.rolesClaim ?? "roles");
  if (roles !== undefined && !(Array.isArray(roles) && roles.every((role) => typeof role === "string"))) {
    throw refused(`its claim "${issuer.rolesClaim ?? "roles"}" is not a list of texts`);
  }
  return user(
    payload.sub,
    Object.freeze([...((roles as string[] | undefined) ?? [])]),
    Object.freeze({ ...payload }),
  );
}

/** A claim by its dotted path, e.g. `realm_access.roles`. A claim with a dot in its name comes first. */
function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const segment of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[segment];
  }
  return value;
}

/** The issuer's keys, fetched or imported at the first use and then kept. */
function lazyKey(issuer: Issuer): () => Promise<JWTVerifyGetKey> {
  let key: Promise<JWTVerifyGetKey> | undefined;
  return () => {
    key ??= keyOf(issuer).catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  };
}

async function keyOf(issuer: Issuer): Promise<JWTVerifyGetKey> {
  if (issuer.jwksUrl !== undefined)
    return createRemoteJWKSet(new URL(issuer.jwksUrl), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  if (typeof issuer.key === "string") {
    const pem = issuer.key;
    // A PEM does not say its algorithm, so the token's own, already limited to the configured ones, decides.
    return async (header) => importSPKI(pem, header.alg ?? "");
  }
  const jwk = issuer.key as Record<string, unknown> & { kty: string };
  if (Array.isArray(jwk["keys"])) return createLocalJWKSet(jwk as never);
  return async (header) => importJWK(jwk, header.alg);
}

function explain(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return refused("it has expired");
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(`its claim "${error.claim}" is not acceptable`);
  if (error instanceof errors.JOSEAlgNotAllowed) return refused("its algorithm is not allowed");
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused("its signature does not fit");
  if (error instanceof errors.JWKSNoMatchingKey) return refused("its key is not known");
  if (
    error instanceof errors.JWKSTimeout ||
    (error instanceof TypeError && error.message === "fetch failed")
  ) {
    return failure("unavailable", {
      detail: "The issuer's keys cannot be fetched.",
      headers: { "retry-after": "5" },
      cause: error,
    });
  }
  if (error instanceof errors.JOSEError || error instanceof TypeError)
    return refused("it cannot be verified", error);
  return error;
}

function refused(why: string, cause?: unknown): KeelsonError {
  return failure("invalid_token", {
    detail: `The access token was refused: ${why}.`,
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    ...(cause === undefined ? {} : { cause }),
  });
}
