import type { Integration } from "./integration.ts";
import type { Job } from "./job.ts";
import type { LimitOptions } from "./limit.ts";
import type { CustomOperation } from "./operation.ts";
import type { AnyResource } from "./resource.ts";
import type { ApiVersion } from "./version.ts";

/** An issuer whose access tokens are accepted. */
export interface Issuer {
  /** The exact `iss` claim. */
  readonly issuer: string;
  /** The `aud` claim that tokens must have. */
  readonly audience: string;
  /** Where its keys are: a JWKS URL (https, or http on this machine), fetched when a key is needed … */
  readonly jwksUrl?: string;
  /** … or one public key, as a JWK or PEM (SPKI). */
  readonly key?: string | Readonly<Record<string, unknown>>;
  /** Signature algorithms to accept. @defaultValue ES256, ES384, RS256, PS256, EdDSA, Ed25519 */
  readonly algorithms?: readonly string[];
  /** The claim that lists the roles as texts; also a path, e.g. `realm_access.roles`. @defaultValue "roles" */
  readonly rolesClaim?: string;
}

/** Under which terms others may use the API. */
export interface License {
  /** E.g. `"Apache 2.0"`. */
  readonly name: string;
  /** An SPDX expression, e.g. `"Apache-2.0"` … */
  readonly identifier?: string;
  /** … or where the terms are: http or https. Not both. */
  readonly url?: string;
}

/** Whom users of the API may ask. */
export interface Contact {
  readonly name?: string;
  /** A page: http or https. */
  readonly url?: string;
  readonly email?: string;
}

/** What a back end is made of. */
export interface BackendOptions {
  /** Lower-case letters, digits and hyphens; also the audience of development tokens. */
  readonly name: string;
  /** For people. @defaultValue the name */
  readonly title?: string;
  /** Documentation, in Markdown: the beginning of `/docs` and of the API's description. */
  readonly description?: string;
  /** Of the API, as its description says it: any text, e.g. `"2.1.0"`. @defaultValue "1.0.0" */
  readonly version?: string;
  readonly license?: License;
  readonly contact?: Contact;
  /** Where the terms of service are: http or https. */
  readonly termsOfService?: string;
  readonly resources: readonly AnyResource[];
  /** Made with `command`. */
  readonly commands?: readonly CustomOperation[];
  /** Made with `query`. */
  readonly queries?: readonly CustomOperation[];
  /** Made with `job`. */
  readonly jobs?: readonly Job[];
  /** Made with `integration`: the services that it depends on. */
  readonly integrations?: readonly Integration[];
  /** Every role that rules may name; a typo in a rule is then an error. */
  readonly roles?: readonly string[];
  /** Whose access tokens are accepted; without any issuer every caller is anonymous. */
  readonly auth?: { readonly issuers: readonly Issuer[] };
  /** What callers may do how often. @defaultValue see {@link LimitOptions} */
  readonly limits?: LimitOptions;
  /** Versions of the API, made with `version`, the oldest first. @defaultValue none: there is one API */
  readonly versions?: readonly ApiVersion[];
  readonly versioning?: VersioningOptions;
  /** Fills an empty database: the same seed gives the same rows. */
  readonly seed?: SeedFunction;
}

/** How callers choose a version. */
export interface VersioningOptions {
  /** The header field that names the version. @defaultValue "API-Version" */
  readonly header?: string;
  /**
   * Whether the version of a credential's first call holds for its later ones that name none. Otherwise these
   * get the newest. @defaultValue true
   */
  readonly pin?: boolean;
}

/** Rows to insert, in order of dependency. See `keelson seed`. */
export type SeedFunction = (context: SeedContext) => AsyncIterable<SeedBatch> | Iterable<SeedBatch>;

/** What a seed makes its rows from. */
export interface SeedContext {
  /** Multiplies the default amounts; 1 by default. */
  readonly scale: number;
  /** A deterministic stream of numbers in [0, 1). */
  readonly random: () => number;
  /** A deterministic UUIDv7 whose time part is `at`. */
  readonly id: (at: Date) => string;
  /** The fixed moment that seeded times are counted back from. */
  readonly epoch: Date;
}

/** Rows of one resource, as the API shows them, with their `id`; `createdAt`, `updatedAt` may be given. */
export interface SeedBatch {
  readonly resource: AnyResource;
  /** Some thousands at a time, after the rows that they refer to. Only the database's constraints check them. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many rows of this resource will come in all, for the progress bar. */
  readonly total?: number;
}

/** A back end: the root of the declarations, a frozen value. */
export interface Backend<Options extends BackendOptions = BackendOptions> extends BackendOptions {
  readonly type: "backend";
  /** For the compiler alone, which infers the types of a client from it; there is no such member. */
  readonly "~options"?: Options;
}

/** Declares a back end. Export it as the default of the entry file. */
export function backend<const Options extends BackendOptions>(options: Options): Backend<Options> {
  const value: BackendOptions = options;
  return Object.freeze({ type: "backend" as const, ...value });
}
