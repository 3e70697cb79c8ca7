import type { IntegrationAuth, Setting } from "../declare/integration.ts";

/** Header fields that say who calls; those of settings are made once. */
export type AuthFields = (
  signal: AbortSignal,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

export function authFields(auth: IntegrationAuth | undefined, setting: (of: Setting) => string): AuthFields {
  if (typeof auth === "function") return async (signal) => auth({ signal, setting });
  const fields = auth === undefined ? {} : fixedFields(auth, setting);
  return () => fields;
}

function fixedFields(
  auth: Exclude<IntegrationAuth, (...given: never) => unknown>,
  setting: (of: Setting) => string,
): Readonly<Record<string, string>> {
  if ("bearer" in auth) return { authorization: `Bearer ${setting(auth.bearer)}` };
  if ("header" in auth) return { [auth.header.toLowerCase()]: setting(auth.value) };
  const { user, password } = auth.basic;
  const name = typeof user === "string" ? user : setting(user);
  return { authorization: `Basic ${Buffer.from(`${name}:${setting(password)}`).toString("base64")}` };
}
