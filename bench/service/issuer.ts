import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** An identity provider for the length of a run, so that services verify tokens as they do in production. */
export interface Issuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  mint(subject: string, role: string): Promise<string>;
  close(): void;
}

/** What most identity providers sign with. */
const algorithm = "RS256";
const audience = "shop";

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: algorithm, use: "sig", kid: "bench" }] };
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/jwk-set+json").end(JSON.stringify(keys));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    audience,
    jwksUrl: `${issuer}/jwks.json`,
    mint: (subject, role) =>
      new SignJWT({ roles: [role] })
        .setProtectedHeader({ alg: algorithm, kid: "bench", typ: "at+jwt" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime("12h")
        .sign(privateKey),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
