import { didYouMean } from "../../base/nearest.ts";
import { isSafeUrl } from "../../base/safe-url.ts";
import type { Backend, Issuer } from "../../declare/backend.ts";
import { duplicates } from "./check-name.ts";
import { type Findings, shown } from "./findings.ts";

const asymmetric = [
  "ES256",
  "ES384",
  "ES512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
  "Ed25519",
];

/** Whose tokens are accepted: every issuer with an audience, and public keys alone. */
export function checkIssuers(findings: Findings, backend: Backend): void {
  if (backend.auth === undefined) return;
  const issuers: unknown = backend.auth?.issuers;
  if (!Array.isArray(issuers)) {
    findings.blocker(
      "invalid-issuer",
      "auth",
      `issuers is ${shown(issuers)}.`,
      'Give a list: issuers: [{ issuer: "https://…", audience: "…", jwksUrl: "https://…" }].',
    );
    return;
  }
  for (const [position, issuer] of issuers.entries())
    checkIssuer(findings, `auth.issuers[${position}]`, (issuer ?? {}) as Issuer);
  for (const name of duplicates(issuers.map((issuer) => String(issuer?.issuer))))
    findings.error("duplicate-name", "auth.issuers", `"${name}" is there twice.`, "Leave one of them out.");
}

function checkIssuer(findings: Findings, where: string, issuer: Issuer): void {
  const missing = (["issuer", "audience"] as const).filter(
    (option) => typeof issuer[option] !== "string" || issuer[option].trim() === "",
  );
  for (const option of missing)
    findings.error(
      "invalid-issuer",
      where,
      `${option} is ${shown(issuer[option])}.`,
      option === "audience"
        ? "Name this service as its tokens do; without it, tokens for other services would be accepted."
        : 'Give the exact value of the "iss" claim.',
    );
  checkKeys(findings, where, issuer);
  for (const algorithm of issuer.algorithms ?? []) checkAlgorithm(findings, where, algorithm);
  if (issuer.algorithms?.length === 0)
    findings.error(
      "invalid-issuer",
      where,
      "algorithms is empty, so that no token is valid.",
      "Name one, or leave it out.",
    );
}

function checkKeys(findings: Findings, where: string, issuer: Issuer): void {
  const { jwksUrl, key } = issuer;
  if ((jwksUrl === undefined) === (key === undefined))
    findings.error(
      "invalid-issuer",
      where,
      jwksUrl === undefined ? "It has neither jwksUrl nor key." : "It has both jwksUrl and key.",
      "Give the one by which its tokens are verified.",
    );
  if (jwksUrl !== undefined) checkJwksUrl(findings, where, jwksUrl);
  const fault = key === undefined ? undefined : keyFault(key);
  if (fault !== undefined)
    findings.error(
      "invalid-issuer",
      where,
      `key is ${fault}.`,
      "Give the public key, as a JWK or as PEM (SPKI).",
    );
}

function checkJwksUrl(findings: Findings, where: string, jwksUrl: string): void {
  const url = URL.parse(String(jwksUrl));
  const safe = url !== null && isSafeUrl(url);
  if (safe) return;
  findings.error(
    "invalid-issuer",
    where,
    url?.protocol === "http:"
      ? `jwksUrl ${shown(jwksUrl)} is not encrypted, so that anyone on the way could put in their own keys.`
      : `jwksUrl is ${shown(jwksUrl)}.`,
    "Use an https URL.",
  );
}

function keyFault(key: NonNullable<Issuer["key"]>): string | undefined {
  if (typeof key === "string") {
    if (key.includes("PRIVATE KEY")) return "a private key, which must not be here";
    return key.includes("-----BEGIN PUBLIC KEY-----") ? undefined : "not PEM with BEGIN PUBLIC KEY";
  }
  if (typeof key !== "object" || key === null) return shown(key);
  if (key.kty === "oct") return "a shared secret: whoever can verify tokens could also make them";
  if (key.d !== undefined) return "a private key, which must not be here";
  return typeof key.kty === "string" ? undefined : "not a JWK";
}

function checkAlgorithm(findings: Findings, where: string, algorithm: string): void {
  if (asymmetric.includes(algorithm)) return;
  const what =
    algorithm === "none"
      ? 'algorithm "none" accepts tokens without a signature.'
      : /^HS\d+$/.test(algorithm)
        ? `algorithm "${algorithm}" signs with a shared secret: whoever can verify tokens could also make them.`
        : `there is no signature algorithm ${shown(algorithm)}.${didYouMean(String(algorithm), asymmetric)}`;
  findings.error(
    "invalid-issuer",
    where,
    what.charAt(0).toUpperCase() + what.slice(1),
    `Use asymmetric ones: ${asymmetric.join(", ")}.`,
  );
}
