import { durationMs } from "../../base/duration.ts";
import type { Backend } from "../../declare/backend.ts";
import type { Integration } from "../../declare/integration.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { integrationDefaults as defaults } from "../link-integrations.ts";
import { checkName } from "./check-name.ts";
import { checkOptions } from "./check-options.ts";
import { checkUpstreamOperations } from "./check-upstream-operations.ts";
import { type Findings, listed, shown } from "./findings.ts";

const options = [
  "baseUrl",
  "operations",
  "auth",
  "headers",
  "timeout",
  "retry",
  "breaker",
  "bulkhead",
  "idempotencyHeader",
  "maxAnswerBytes",
  "description",
];

type Given = Readonly<Record<string, unknown>>;

/** Integrations: where they are, how they are called, and what they do. */
export function checkIntegrations(findings: Findings, backend: Backend): void {
  const resources: ReadonlyMap<string, AnyResource> = new Map(
    backend.resources.map((resource) => [resource.name, resource]),
  );
  const seen = new Set<string>();
  for (const integration of backend.integrations ?? []) {
    const where = `integration "${String(integration.name)}"`;
    if (checkName(findings, where, integration.name) && seen.has(integration.name))
      findings.blocker(
        "duplicate-name",
        where,
        "There is another integration with this name.",
        "Rename one of them.",
      );
    seen.add(integration.name);
    checkOne(findings, where, integration);
    checkUpstreamOperations(findings, where, integration, resources);
  }
}

function checkOne(findings: Findings, where: string, { options: given }: Integration): void {
  const all = given as unknown as Given;
  checkOptions(findings, where, all, options);
  checkBaseUrl(findings, `${where}, baseUrl`, all["baseUrl"]);
  checkAuth(findings, `${where}, auth`, all["auth"]);
  checkHeaders(findings, where, all);
  checkTimeout(findings, `${where}, timeout`, all["timeout"]);
  checkRetry(findings, `${where}, retry`, all["retry"]);
  checkPart(
    findings,
    `${where}, breaker`,
    all["breaker"],
    true,
    ["ratio", "window", "minimum", "open", "probes"],
    (part) => {
      checkNumber(
        findings,
        `${where}, breaker`,
        part,
        "ratio",
        [0.01, 1],
        "a number above 0 and up to 1, e.g. 0.5",
      );
      checkLength(findings, `${where}, breaker`, part, "window", [1_000, 3_600_000], 'from "1s" to "1h"');
      checkNumber(findings, `${where}, breaker`, part, "minimum", [1, 100_000]);
      checkLength(findings, `${where}, breaker`, part, "open", [100, 3_600_000], 'from "100ms" to "1h"');
      checkNumber(findings, `${where}, breaker`, part, "probes", [1, 100]);
    },
  );
  checkPart(findings, `${where}, bulkhead`, all["bulkhead"], false, ["concurrent", "queue"], (part) => {
    checkNumber(findings, `${where}, bulkhead`, part, "concurrent", [1, 10_000]);
    checkNumber(findings, `${where}, bulkhead`, part, "queue", [0, 100_000]);
  });
  checkNumber(findings, where, all, "maxAnswerBytes", [1, 67_108_864]);
}

function checkBaseUrl(findings: Findings, where: string, given: unknown): void {
  if (isObject(given)) {
    checkSetting(findings, where, given);
    if (typeof given["development"] === "string") checkUrlText(findings, where, given["development"]);
  } else if (typeof given === "string") checkUrlText(findings, where, given);
  else
    findings.blocker(
      "invalid-base-url",
      where,
      `It is ${shown(given)}.`,
      'Write a URL, or { env: "PAYMENTS_URL", development: "http://127.0.0.1:4000" }.',
    );
}

function checkUrlText(findings: Findings, where: string, text: string): void {
  const url = URL.parse(text);
  const extra = url ? `${url.username}${url.password}${url.search}${url.hash}` : "";
  if (url && (url.protocol === "https:" || url.protocol === "http:") && extra === "") return;
  findings.error(
    "invalid-base-url",
    where,
    "The text is not a URL of a service.",
    "Write http or https, a host and perhaps a path, without user, query or fragment.",
  );
}

/** A value that the environment gives. */
function checkSetting(findings: Findings, where: string, given: unknown): void {
  if (!isObject(given) || typeof given["env"] !== "string") {
    findings.blocker(
      typeof given === "string" ? "secret-in-source" : "invalid-setting",
      where,
      // It may be a secret, so it is not repeated.
      typeof given === "string" ? "It is a text in the source." : `It is ${shown(given)}.`,
      'Name the variable that it is read from: { env: "PAYMENTS_KEY" }.',
    );
    return;
  }
  checkOptions(findings, where, given, ["env", "development"]);
  const { env } = given;
  if (!/^[A-Z][A-Z0-9_]*$/.test(String(env)) || String(env).startsWith("KEELSON_"))
    findings.error(
      "invalid-setting",
      where,
      `The variable is ${shown(env)}.`,
      "Use capitals, digits and underscores, e.g. PAYMENTS_URL; KEELSON_… is taken.",
    );
  if (given["development"] !== undefined && typeof given["development"] !== "string")
    findings.error(
      "invalid-setting",
      where,
      `development is ${shown(given["development"])}.`,
      "Give a text.",
    );
}

function checkAuth(findings: Findings, where: string, auth: unknown): void {
  if (auth === undefined || typeof auth === "function") return;
  const kinds = isObject(auth) ? ["bearer", "basic", "header"].filter((kind) => kind in auth) : [];
  if (!isObject(auth) || kinds.length !== 1) {
    findings.blocker(
      "invalid-auth",
      where,
      isObject(auth)
        ? `It has ${kinds.length === 0 ? "none" : "several"} of "bearer", "basic" and "header".`
        : "It is no way to authenticate.",
      'Write { bearer: { env: "PAYMENTS_KEY" } }, { basic: { user, password } }, { header, value }, or a function.',
    );
    return;
  }
  if ("bearer" in auth) checkSetting(findings, `${where}.bearer`, auth["bearer"]);
  if ("header" in auth) {
    checkFieldName(findings, `${where}.header`, auth["header"]);
    checkSetting(findings, `${where}.value`, auth["value"]);
  }
  const { basic } = auth;
  if (basic === undefined) return;
  if (!isObject(basic)) {
    findings.blocker("invalid-auth", `${where}.basic`, "It is no object.", "Write { user, password }.");
    return;
  }
  if (typeof basic["user"] !== "string") checkSetting(findings, `${where}.basic.user`, basic["user"]);
  checkSetting(findings, `${where}.basic.password`, basic["password"]);
}

/** Fields that belong to the connection, or have an option of their own. */
const reserved: readonly string[] = [
  "accept-encoding",
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "transfer-encoding",
  "upgrade",
];

function checkFieldName(findings: Findings, where: string, name: unknown): void {
  if (
    typeof name === "string" &&
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
    !reserved.includes(name.toLowerCase())
  )
    return;
  findings.blocker(
    "invalid-header",
    where,
    `The name is ${shown(name)}.`,
    "Name a header field that is not the connection's own; for Authorization there is { bearer } and { basic }.",
  );
}

function checkHeaders(findings: Findings, where: string, { headers, idempotencyHeader }: Given): void {
  if (idempotencyHeader !== undefined)
    checkFieldName(findings, `${where}, idempotencyHeader`, idempotencyHeader);
  if (headers === undefined) return;
  if (!isObject(headers)) {
    findings.blocker(
      "invalid-header",
      `${where}, headers`,
      `It is ${shown(headers)}.`,
      "Give texts by name.",
    );
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    checkFieldName(findings, `${where}, headers`, name);
    if (typeof value !== "string" || !/^[\t\x20-\x7e]*$/.test(value))
      findings.error(
        "invalid-header",
        `${where}, headers.${name}`,
        `The value is ${shown(value)}.`,
        "Give a text of visible ASCII characters.",
      );
  }
}

function checkTimeout(findings: Findings, where: string, timeout: unknown): void {
  const bounds: readonly [number, number] = [1, 3_600_000];
  checkPart(findings, where, timeout, false, ["connect", "attempt", "total"], (part) => {
    for (const name of ["connect", "attempt", "total"])
      checkLength(findings, where, part, name, bounds, 'up to "1h", e.g. "5s"');
    const ms = (name: "connect" | "attempt" | "total") => durationMs(part[name] ?? defaults[name]) ?? 0;
    if (ms("attempt") > ms("total"))
      findings.error(
        "invalid-timeout",
        where,
        `One attempt may take ${ms("attempt")} ms, and all of them together ${ms("total")} ms.`,
        "Make total at least as long as attempt.",
      );
  });
}

function checkRetry(findings: Findings, where: string, retry: unknown): void {
  checkPart(findings, where, retry, true, ["limit", "from", "to", "statuses", "budget"], (part) => {
    checkNumber(findings, where, part, "limit", [0, 10]);
    checkNumber(findings, where, part, "budget", [0, 1], "a number from 0 to 1, e.g. 0.2");
    for (const name of ["from", "to"]) checkLength(findings, where, part, name, [1, 600_000], 'up to "10m"');
    const from = durationMs(part["from"] ?? defaults.retryFrom) ?? 0;
    const to = durationMs(part["to"] ?? defaults.retryTo) ?? 0;
    if (from > to)
      findings.error("invalid-retry", where, "The pauses shrink: from is longer than to.", "Swap them.");
    const { statuses } = part;
    const valid = Array.isArray(statuses) && statuses.every((each) => isWhole(each, 400, 599));
    if (statuses !== undefined && !valid)
      findings.blocker(
        "invalid-status",
        `${where}.statuses`,
        `It is ${shown(statuses)}.`,
        "List statuses from 400 to 599, e.g. [429, 503].",
      );
  });
}

/** An option that is an object of its own; `false` where it may be switched off. */
function checkPart(
  findings: Findings,
  where: string,
  part: unknown,
  mayBeOff: boolean,
  known: readonly string[],
  check: (part: Given) => void,
): void {
  if (part === undefined || (mayBeOff && part === false)) return;
  if (!isObject(part)) {
    findings.blocker(
      "invalid-integration",
      where,
      `It is ${shown(part)}.`,
      `Give an object with ${listed(known)}${mayBeOff ? ", or false" : ""}.`,
    );
    return;
  }
  checkOptions(findings, where, part, known);
  check(part);
}

function checkNumber(
  findings: Findings,
  where: string,
  part: Given,
  name: string,
  [min, max]: readonly [number, number],
  range?: string,
): void {
  const value = part[name];
  const fits = range ? typeof value === "number" && value >= min && value <= max : isWhole(value, min, max);
  if (value === undefined || fits) return;
  findings.error(
    "invalid-integration",
    `${where}, ${name}`,
    `It is ${shown(value)}.`,
    `Use ${range ?? `a whole number from ${min.toLocaleString("en")} to ${max.toLocaleString("en")}`}.`,
  );
}

function checkLength(
  findings: Findings,
  where: string,
  part: Given,
  name: string,
  [min, max]: readonly [number, number],
  range: string,
): void {
  const value = part[name];
  const ms = durationMs(value);
  if (value === undefined || (ms !== undefined && ms >= min && ms <= max)) return;
  findings.error(
    "invalid-timeout",
    `${where}, ${name}`,
    `It is ${shown(value)}.`,
    `Write a length ${range}.`,
  );
}

const isWhole = (value: unknown, min: number, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

const isObject = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && !Array.isArray(value);
