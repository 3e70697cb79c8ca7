/**
 * Who is asking. There is no default caller: every envelope names one, and system work says why it needs
 * to go around the access rules.
 */
export type Caller =
  | { readonly kind: "anonymous"; readonly id: null; readonly roles: readonly []; readonly claims: Claims }
  | {
      readonly kind: "user";
      /** The subject: stable, unique within the issuer. */
      readonly id: string;
      readonly roles: readonly string[];
      readonly claims: Claims;
    }
  | {
      readonly kind: "system";
      readonly id: null;
      readonly roles: readonly [];
      readonly claims: Claims;
      /** Why the rules are set aside; ends up in the audit trail. */
      readonly reason: string;
      /** Whose call it is part of; null where the system acts on its own account. */
      readonly onBehalfOf: string | null;
    };

/** Claims of the verified token, as JSON values. */
export type Claims = Readonly<Record<string, unknown>>;

/** A caller without credentials. */
export const anonymous: Caller = Object.freeze({
  kind: "anonymous",
  id: null,
  roles: [] as const,
  claims: {},
});

/** A named person or service. */
export function user(id: string, roles: readonly string[] = [], claims: Claims = {}): Caller {
  return Object.freeze({ kind: "user", id, roles, claims });
}

/** The system itself. Rules do not apply to it, so the reason is required and observed. */
export function system(reason: string, onBehalfOf: string | null = null): Caller {
  return Object.freeze({ kind: "system", id: null, roles: [] as const, claims: {}, reason, onBehalfOf });
}
