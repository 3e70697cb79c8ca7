import { isEmail, isHttpUrl } from "../../base/address-text.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { Backend } from "../../declare/backend.ts";
import { type Findings, shown } from "./findings.ts";

type Members = Readonly<Record<string, unknown>>;

/** What the back end says of itself in the description of its API. */
export function checkInfo(findings: Findings, where: string, backend: Backend): void {
  const given = backend as unknown as Members;
  for (const name of ["title", "description", "version"])
    checkText(findings, where, name, given[name], `Give a text, or leave ${name} out.`);
  checkUrl(findings, where, "termsOfService", given.termsOfService);
  const license = membersOf(findings, where, "license", given.license, ["name", "identifier", "url"]);
  if (license) checkLicense(findings, where, license);
  const contact = membersOf(findings, where, "contact", given.contact, ["name", "url", "email"]);
  if (contact) checkContact(findings, where, contact);
}

function checkLicense(findings: Findings, where: string, license: Members): void {
  if (typeof license.name !== "string" || license.name.trim() === "")
    findings.error(
      "invalid-info",
      `${where}, license`,
      `name is ${shown(license.name)}.`,
      'Name the licence, e.g. license: { name: "Apache 2.0", identifier: "Apache-2.0" }.',
    );
  checkText(
    findings,
    where,
    "license.identifier",
    license.identifier,
    'Give an SPDX expression, e.g. "Apache-2.0".',
  );
  checkUrl(findings, where, "license.url", license.url);
  if (license.identifier !== undefined && license.url !== undefined)
    findings.error(
      "invalid-info",
      `${where}, license`,
      "It has both identifier and url, which OpenAPI does not allow.",
      "Keep the identifier where there is one; SPDX knows the text.",
    );
}

function checkContact(findings: Findings, where: string, contact: Members): void {
  checkText(findings, where, "contact.name", contact.name, "Give a text, or leave it out.");
  checkUrl(findings, where, "contact.url", contact.url);
  const { email } = contact;
  if (email !== undefined && !(typeof email === "string" && isEmail(email)))
    findings.error(
      "invalid-info",
      `${where}, contact.email`,
      `It is ${shown(email)}.`,
      'Give an address, e.g. "api@example.com".',
    );
}

function membersOf(
  findings: Findings,
  where: string,
  name: string,
  value: unknown,
  known: readonly string[],
): Members | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    findings.error(
      "invalid-info",
      `${where}, ${name}`,
      `It is ${shown(value)}.`,
      `Give an object with ${known.join(", ")}.`,
    );
    return undefined;
  }
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  if (unknown !== undefined)
    findings.error(
      "invalid-info",
      `${where}, ${name}`,
      `It has no member ${shown(unknown)}.${didYouMean(unknown, known)}`,
      `Use ${known.join(", ")}.`,
    );
  return value as Members;
}

function checkText(findings: Findings, where: string, name: string, value: unknown, instead: string): void {
  if (value === undefined || (typeof value === "string" && value.trim() !== "")) return;
  findings.error("invalid-info", `${where}, ${name}`, `It is ${shown(value)}.`, instead);
}

function checkUrl(findings: Findings, where: string, name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value === "string" && isHttpUrl(value)) return;
  findings.error(
    "invalid-info",
    `${where}, ${name}`,
    `It is ${shown(value)}.`,
    'Give the whole address, e.g. "https://example.com/terms".',
  );
}
