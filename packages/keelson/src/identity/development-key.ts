import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import type { Clock } from "../base/clock.ts";
import type { Issuer } from "../declare/backend.ts";

/** The issuer of tokens that `keelson token` mints. Production does not know it. */
const developmentIssuer = "keelson:development";
const algorithm = "EdDSA";
const fileName = "development-key.json";

/** The key that development tokens are signed with, kept in the state directory so that tokens outlive restarts. */
export interface DevelopmentKey {
  readonly issuer: Issuer;
  mint(claims: DevelopmentClaims): Promise<string>;
}

export interface DevelopmentClaims {
  readonly subject: string;
  readonly roles: readonly string[];
  /** @defaultValue 30 days */
  readonly lifetimeSeconds?: number;
  /** Further claims, as JSON values. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Reads the key, or makes and keeps one (mode 0600). Two processes at once end with the same key. */
export async function openDevelopmentKey(
  stateDir: string,
  audience: string,
  clock: Clock,
): Promise<DevelopmentKey> {
  const path = join(stateDir, fileName);
  const jwk = (await readKey(path)) ?? (await createKey(stateDir, path));
  const { d: _private, ...publicJwk } = jwk;
  return {
    issuer: {
      issuer: developmentIssuer,
      audience,
      key: publicJwk as Readonly<Record<string, unknown>>,
      algorithms: [algorithm],
    },
    mint: async ({ subject, roles, lifetimeSeconds = 30 * 86_400, claims = {} }) => {
      const issuedAt = Math.floor(clock.now() / 1_000);
      return new SignJWT({ ...claims, roles: [...roles] })
        .setProtectedHeader({
          alg: algorithm,
          typ: "at+jwt",
          ...(jwk.kid === undefined ? {} : { kid: jwk.kid }),
        })
        .setIssuer(developmentIssuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(await importJWK(jwk, algorithm));
    },
  };
}

async function readKey(path: string): Promise<JWK | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as JWK;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

async function createKey(stateDir: string, path: string): Promise<JWK> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: algorithm, kid: "development" };
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(JSON.stringify(jwk));
    await file.close();
    return jwk;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw error;
    return (await readKey(path)) ?? jwk;
  }
}
